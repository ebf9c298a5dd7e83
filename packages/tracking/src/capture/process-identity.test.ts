import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { hostname } from "node:os";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { isProcessAlive, type ProcessIdentity, processIdentity } from "./process-identity.js";
import { bundle, runProgram } from "./test-support/program.js";
import { temporaryDirectory } from "./test-support/temporary-repository.js";

const own = processIdentity()!;
const isLinux = process.platform === "linux";

/** The identity as another process would read it from a store. */
const stored = (identity: ProcessIdentity): ProcessIdentity =>
  JSON.parse(JSON.stringify(identity)) as ProcessIdentity;

/** Identity of a child that has told it and then waits, and how to end it. */
async function startProcess() {
  const directory = temporaryDirectory();
  const module = await bundle(directory, "process-identity.ts");
  const script = `import { processIdentity } from ${JSON.stringify(module)};
    console.log(JSON.stringify(processIdentity())); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return { child, identity: JSON.parse(line.toString()) as ProcessIdentity };
}

test("says host, number and start, and is the same each time", () => {
  expect(own).toMatchObject({ host: hostname(), pid: process.pid });
  expect(processIdentity()).toEqual(own);
  const started = (Date.now() - process.uptime() * 1_000) * 1_000;
  expect(Math.abs(own.startTime - started)).toBeLessThan(5_000_000);
});

test("this process is alive, and one of its number with another start is not", () => {
  expect(isProcessAlive(stored(own))).toBe(true);
  const { startTicks, ...rest } = own;
  const earlier = own.startTime - 3_600_000_000;
  expect(isProcessAlive({ ...rest, startTime: earlier })).toBe(false);
  if (startTicks !== undefined) expect(isProcessAlive({ ...own, startTicks: startTicks - 1 })).toBe(false);
});

test("another process is alive until it ends", async () => {
  const { child, identity } = await startProcess();
  expect(identity.pid).toBe(child.pid);
  expect(isProcessAlive(identity)).toBe(isLinux ? true : undefined);
  if (identity.startTicks !== undefined)
    expect(isProcessAlive({ ...identity, startTicks: identity.startTicks - 500 })).toBe(false);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(isProcessAlive(identity)).toBe(false);
});

test.runIf(isLinux)("a process that ended and that nobody has waited for is not alive", async () => {
  const directory = temporaryDirectory();
  const module = await bundle(directory, "process-identity.ts");
  // The shell starts a child, becomes a program that never waits, and the child ends as a zombie.
  const { lines } = await runProgram(
    `
    import { execFileSync, spawn } from "node:child_process";
    import { readFileSync } from "node:fs";
    import { isProcessAlive, processIdentity } from ${JSON.stringify(module)};
    const shell = spawn("/bin/sh", ["-c", "sleep 0.2 & echo $!; exec sleep 30"], { stdio: ["ignore", "pipe", "inherit"] });
    shell.stdout.once("data", (data) => {
      const pid = Number(data);
      const stat = () => { const text = readFileSync("/proc/" + pid + "/stat", "utf8"); return text.slice(text.lastIndexOf(")") + 2).split(" "); };
      const identity = { ...processIdentity(), pid, startTicks: Number(stat()[19]) };
      console.log(isProcessAlive(identity));
      const wait = setInterval(() => {
        if (stat()[0] !== "Z") return;
        clearInterval(wait);
        console.log(isProcessAlive(identity));
        shell.kill("SIGKILL");
      }, 10);
    });
  `,
    [],
    directory,
  );
  expect(lines).toEqual(["true", "false"]);
});

test("of another host, container, boot or machine nothing is known", () => {
  expect(isProcessAlive({ ...own, host: "elsewhere" })).toBeUndefined();
  expect(isProcessAlive({ ...own, namespace: "pid:[1]" })).toBeUndefined();
  const { boot: _, machine: __, ...bare } = own;
  if (own.boot !== undefined) {
    expect(isProcessAlive({ ...bare, boot: "another" })).toBeUndefined();
    expect(isProcessAlive(bare)).toBeUndefined();
  }
});

test.runIf(own.boot !== undefined && own.machine !== undefined)(
  "a process of an earlier boot of the same machine is not alive",
  () => {
    expect(isProcessAlive({ ...own, boot: "another" })).toBe(false);
  },
);

test("without its exact start, a process that is there may be another one, and one that is not there is dead", () => {
  const { startTicks: _, ...rest } = own;
  expect(isProcessAlive({ ...rest, pid: process.ppid })).toBeUndefined();
  const { pid } = spawnSync(process.execPath, ["--version"]);
  expect(isProcessAlive({ ...rest, pid })).toBe(false);
});

test.each([
  undefined,
  null,
  5,
  {},
  { ...own, pid: 0 },
  { ...own, pid: -1 },
  { ...own, pid: "1" },
  { ...own, host: 5 },
])("of what is no identity nothing is known: %j", (identity) => {
  expect(isProcessAlive(identity as never)).toBeUndefined();
});

test("a worker thread has the identity of its process", async () => {
  const module = await bundle(temporaryDirectory(), "process-identity.ts");
  const script = `
    const { parentPort } = require("node:worker_threads");
    import(${JSON.stringify(module)}).then(({ processIdentity }) => parentPort.postMessage(processIdentity()));`;
  const worker = new Worker(script, { eval: true });
  const [identity] = (await once(worker, "message")) as [ProcessIdentity];
  await worker.terminate();
  expect(isProcessAlive(identity)).toBe(true);
  expect(identity.pid).toBe(own.pid);
});

test("in a browser there is no identity, and nothing is known", () => {
  const builtins = process.getBuiltinModule;
  process.getBuiltinModule = undefined as never;
  try {
    expect(processIdentity()).toBeUndefined();
    expect(isProcessAlive(own)).toBeUndefined();
  } finally {
    process.getBuiltinModule = builtins;
  }
});
