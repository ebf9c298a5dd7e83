import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { watchProcessEnd } from "./process-end.js";
import { bundle, type ProgramResult, runProgram } from "./test-support/program.js";

const directory = mkdtempSync(join(tmpdir(), "millwright-process-end-"));
let module: string;

beforeAll(async () => {
  module = await bundle(directory, "process-end.ts");
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Where a program begins to be watched; without it, before all it does. */
const watchHere = "/* watch here */";

/** Runs a program, and the same one that watches its end. Says how each ended, and what the watching one was told. */
async function compare(
  program: string,
  signals: readonly NodeJS.Signals[] = [],
): Promise<{ without: ProgramResult; watched: ProgramResult; told: string[] }> {
  const start = `
    import { writeSync } from "node:fs";
    const ready = () => writeSync(1, "ready\\n");
    const stay = () => setInterval(() => {}, 1000);
  `;
  const imports = `import { watchProcessEnd } from ${JSON.stringify(module)};`;
  const watching =
    'const stopWatching = watchProcessEnd(({ status, reason }) => writeSync(1, "told " + status + " " + reason + "\\n"));';
  const begun = program.includes(watchHere) ? program : `${watchHere}\n${program}`;
  const plain = begun.replace(watchHere, "const stopWatching = () => {};");
  const without = await runProgram(`${start} ${plain}`, signals, directory);
  const watched = await runProgram(
    `${imports} ${start} ${begun.replace(watchHere, watching)}`,
    signals,
    directory,
  );
  return { without, watched, told: watched.lines.filter((line) => line.startsWith("told ")) };
}

/** The parts that watching must not change. The stack of an uncaught error names the file of the program. */
const outcome = ({ code, signal, lines, errors }: ProgramResult) => ({
  code,
  signal,
  lines: lines.filter((line) => !line.startsWith("told ")),
  firstError: /^\w*Error.*$/m.exec(errors)?.[0],
});

describe("an error that nobody catches", () => {
  test.each([
    ["an uncaught error", `throw new Error("boom");`, "told FAILED uncaught error: boom"],
    [
      "one in a timer",
      `setTimeout(() => { throw new TypeError("late"); });`,
      "told FAILED uncaught error: late",
    ],
    [
      "an unhandled rejection",
      `Promise.reject(new Error("lost")); stay();`,
      "told FAILED uncaught error: lost",
    ],
    ["something that is no error", `throw "text";`, "told FAILED uncaught error: text"],
  ])("%s ends the process as it would have, and is told once", async (_, program, expected) => {
    const { without, watched, told } = await compare(program);
    expect(outcome(watched)).toEqual(outcome(without));
    expect(watched.code).toBe(1);
    expect(told).toEqual([expected]);
  });

  test("a host that handles it goes on, and nothing is told", async () => {
    const { without, watched, told } = await compare(`
      process.on("uncaughtException", () => { writeSync(1, "handled\\n"); });
      setTimeout(() => { writeSync(1, "alive\\n"); }, 20);
      throw new Error("boom");
    `);
    expect(outcome(watched)).toEqual(outcome(without));
    expect(watched.lines).toEqual(["handled", "alive"]);
    expect(told).toEqual([]);
  });

  test("a host that handles it and exits with a code, now or later, has failed", async () => {
    const { without, watched, told } = await compare(`
      process.on("uncaughtException", () => { setTimeout(() => process.exit(7), 5); });
      stay();
      throw new Error("boom");
    `);
    expect(outcome(watched)).toEqual(outcome(without));
    expect(watched.code).toBe(7);
    expect(told).toEqual(["told FAILED uncaught error: boom"]);
  });

  test("a capture callback and a listener of rejections keep the process alive", async () => {
    const { without, watched, told } = await compare(`
      process.on("unhandledRejection", () => { writeSync(1, "rejection\\n"); });
      Promise.reject(new Error("lost"));
      process.setUncaughtExceptionCaptureCallback(() => { writeSync(1, "captured\\n"); });
      setTimeout(() => { throw new Error("boom"); }, 5);
    `);
    expect(outcome(watched)).toEqual(outcome(without));
    expect(watched.lines).toEqual(["rejection", "captured"]);
    expect(told).toEqual([]);
  });

  test("what the callback throws is dropped", async () => {
    const { without, watched, told } = await compare(`
      if (import.meta.url && typeof watchProcessEnd === "function") watchProcessEnd(() => { throw new Error("inner"); });
      throw new Error("boom");
    `);
    expect(outcome(watched)).toEqual(outcome(without));
    expect(told).toHaveLength(1);
  });
});

describe("a signal", () => {
  test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
    "%s ends the process by itself, and is told once",
    async (signal) => {
      const { without, watched, told } = await compare("stay(); ready();", [signal]);
      expect(outcome(watched)).toEqual(outcome(without));
      expect(watched.signal).toBe(signal);
      expect(told).toEqual([`told KILLED ${signal}`]);
    },
  );

  test("is told to all who watch, and the process ends all the same", async () => {
    const { watched } = await compare(
      `
      if (typeof watchProcessEnd === "function")
        for (let i = 0; i < 20; i++) watchProcessEnd(({ reason }) => writeSync(1, "also " + reason + "\\n"));
      stay(); ready();
    `,
      ["SIGTERM"],
    );
    expect(watched.signal).toBe("SIGTERM");
    expect(watched.lines.filter((line) => line === "also SIGTERM")).toHaveLength(20);
    expect(watched.errors).toBe("");
  });

  test("a host with a handler of its own goes on, as often as it is sent, and nothing is told", async () => {
    const { without, watched, told } = await compare(
      `
      let times = 0;
      process.on("SIGHUP", () => {
        writeSync(1, "reload\\n");
        if (++times === 2) process.exit(0);
        ready();
      });
      stay(); ready();
    `,
      ["SIGHUP", "SIGHUP"],
    );
    expect(outcome(watched)).toEqual(outcome(without));
    expect(watched.lines).toEqual(["ready", "reload", "ready", "reload"]);
    expect(told).toEqual([]);
  });

  test.each([
    ["on", `process.on("SIGTERM", down);`],
    ["once", `process.once("SIGTERM", down);`],
    ["on, before", `process.on("SIGTERM", down); ${watchHere}`],
    ["once, before", `process.once("SIGTERM", down); ${watchHere}`],
  ])("a host that shuts down in peace (%s) is let do so, and then it is told", async (_, listen) => {
    const { without, watched, told } = await compare(
      `
      const down = () => setTimeout(() => { writeSync(1, "closed\\n"); process.exit(0); }, 30);
      ${listen}
      stay(); ready();
    `,
      ["SIGTERM"],
    );
    expect(outcome(watched)).toEqual(outcome(without));
    expect(watched.code).toBe(0);
    expect(watched.lines).toEqual(["ready", "closed", "told KILLED SIGTERM"]);
    expect(told).toHaveLength(1);
  });

  test.each([
    ["at once", `process.kill(process.pid, "SIGTERM");`],
    ["later", `setTimeout(() => process.kill(process.pid, "SIGTERM"), 10);`],
  ])("a host that cleans up once and sends it again %s ends by it", async (_, again) => {
    const { without, watched, told } = await compare(
      `process.once("SIGTERM", () => { writeSync(1, "clean\\n"); ${again} }); stay(); ready();`,
      ["SIGTERM"],
    );
    expect(outcome(watched)).toEqual(outcome(without));
    expect(watched.signal).toBe("SIGTERM");
    expect(told).toEqual(["told KILLED SIGTERM"]);
  });

  test("a library that ends the process only if it is the only listener does so", async () => {
    const { without, watched, told } = await compare(
      `
      const only = () => {
        if (process.listeners("SIGINT").length !== 1) return;
        process.removeListener("SIGINT", only);
        process.kill(process.pid, "SIGINT");
      };
      process.on("SIGINT", only);
      stay(); ready();
    `,
      ["SIGINT"],
    );
    expect(outcome(watched)).toEqual(outcome(without));
    expect(watched.signal).toBe("SIGINT");
    expect(told).toEqual(["told KILLED SIGINT"]);
  });

  test("after a second copy of the watch lost sight of the first, it still ends the process", async () => {
    const { watched } = await compare(
      `
      process.removeAllListeners("uncaughtExceptionMonitor");
      if (typeof watchProcessEnd === "function") watchProcessEnd(() => writeSync(1, "second\\n"));
      stay(); ready();
    `,
      ["SIGTERM"],
    );
    expect(watched.signal).toBe("SIGTERM");
    expect(watched.lines).toEqual(expect.arrayContaining(["told KILLED SIGTERM", "second"]));
  });
});

describe("an end that is no failure", () => {
  test.each([
    ["nothing left to do", ""],
    ["process.exit", "process.exit(3);"],
    ["an exit code", "process.exitCode = 4;"],
  ])("%s is not told", async (_, program) => {
    const { without, watched, told } = await compare(program);
    expect(outcome(watched)).toEqual(outcome(without));
    expect(told).toEqual([]);
  });

  test("after the watching was stopped nothing is told, and no listener is left", async () => {
    const { without, watched, told } = await compare(`
      stopWatching(); stopWatching();
      const events = ["SIGTERM", "SIGINT", "SIGHUP", "exit", "uncaughtExceptionMonitor"];
      writeSync(1, events.map((event) => process.listenerCount(event)).join() + "\\n");
      throw new Error("boom");
    `);
    expect(outcome(watched)).toEqual(outcome(without));
    expect(told).toEqual([]);
  });
});

test("the process has one listener for each event, however many watch, and none for signals on request", () => {
  const count = (event: string): number => process.listenerCount(event);
  const before = [count("exit"), count("SIGTERM")];
  const quiet = watchProcessEnd(() => {}, { signals: false });
  expect([count("exit"), count("SIGTERM")]).toEqual([before[0]! + 1, before[1]]);
  const stops = Array.from({ length: 30 }, () => watchProcessEnd(() => {}));
  expect([count("exit"), count("SIGTERM")]).toEqual(before.map((each) => each + 1));
  for (const stop of [quiet, ...stops]) stop();
  expect([count("exit"), count("SIGTERM")]).toEqual(before);
});

test("in a browser nothing is watched, and what is no function is refused", () => {
  const builtins = process.getBuiltinModule;
  process.getBuiltinModule = undefined as never;
  try {
    expect(watchProcessEnd(() => {})()).toBeUndefined();
  } finally {
    process.getBuiltinModule = builtins;
  }
  expect(() => watchProcessEnd(undefined as never)).toThrow(
    expect.objectContaining({ code: "INVALID_ARGUMENT" }),
  );
});
