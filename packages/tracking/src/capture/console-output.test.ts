import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type CaptureOutputOptions, captureOutput } from "./console-output.js";
import type { OutputText } from "./output/bounded-text.js";
import { bundle, runProgram } from "./test-support/program.js";
import { temporaryDirectory } from "./test-support/temporary-repository.js";

type Write = typeof process.stdout.write;

/** What reached the streams below, as their `write` was called. */
const written: { stream: string; values: unknown[] }[] = [];
const original = { stdout: process.stdout.write, stderr: process.stderr.write };
const had = {
  stdout: Object.hasOwn(process.stdout, "write"),
  stderr: Object.hasOwn(process.stderr, "write"),
};

beforeEach(() => {
  written.length = 0;
  for (const stream of ["stdout", "stderr"] as const) {
    process[stream].write = function write(this: unknown, ...values: unknown[]) {
      if (this !== process[stream]) throw new Error("write was called without its stream");
      if (values[0] === undefined) throw new TypeError("nothing to write");
      written.push({ stream, values });
      const callback = values.at(-1);
      if (typeof callback === "function") callback();
      return values[0] !== "full";
    } as Write;
  }
});

afterEach(() => {
  vi.unstubAllEnvs();
  for (const stream of ["stdout", "stderr"] as const) {
    if (had[stream]) process[stream].write = original[stream];
    else Reflect.deleteProperty(process[stream], "write");
  }
});

function capture(options: Partial<CaptureOutputOptions> = {}) {
  const texts: OutputText[] = [];
  const capture = captureOutput({ onText: (output) => void texts.push(output), environment: {}, ...options });
  return { texts, close: () => capture.close(), text: () => texts.map(({ text }) => text).join("") };
}

describe("a capture", () => {
  test("gives whole lines of both streams, in order, and the rest when it is closed", async () => {
    const { texts, close } = capture();
    process.stdout.write("epoch 1\nepo");
    process.stderr.write("warning\n");
    process.stdout.write("ch 2");
    expect(texts).toEqual([
      { stream: "stdout", text: "epoch 1\n" },
      { stream: "stderr", text: "warning\n" },
    ]);
    await close();
    expect(texts.at(-1)).toEqual({ stream: "stdout", text: "epoch 2" });
    await close();
    expect(texts).toHaveLength(3);
  });

  test("leaves arguments, callbacks, return values and errors of write as they are", async () => {
    const { text, close } = capture();
    const callback = vi.fn();
    expect(process.stdout.write("full")).toBe(false);
    expect(process.stdout.write("68656c6c6f", "hex", callback)).toBe(true);
    expect(process.stdout.write(new Uint8Array([33]), callback)).toBe(true);
    expect(() => process.stdout.write(undefined as never)).toThrow(new TypeError("nothing to write"));
    expect(callback).toHaveBeenCalledTimes(2);
    expect(written.map(({ values }) => values)).toEqual([
      ["full"],
      ["68656c6c6f", "hex", callback],
      [new Uint8Array([33]), callback],
    ]);
    await close();
    expect(text()).toBe("fullhello!");
  });

  test("puts characters together whose bytes were cut, and keeps a byte order mark", async () => {
    const bytes = new TextEncoder().encode("\ufeffgrößer 🎉\n");
    const { text, close } = capture();
    for (const byte of bytes) process.stdout.write(new Uint8Array([byte]));
    await close();
    expect(text()).toBe("\ufeffgrößer 🎉\n");
  });

  test("restores the streams exactly", async () => {
    const before = Object.getOwnPropertyDescriptor(process.stdout, "write");
    const { close } = capture();
    expect(process.stdout.write).not.toBe(before!.value);
    await close();
    expect(Object.getOwnPropertyDescriptor(process.stdout, "write")).toEqual(before);
  });

  test.each([
    ["the inner one first", [1, 0]],
    ["the outer one first", [0, 1]],
  ])("may be inside of another, closed %s", async (_, order) => {
    const before = process.stdout.write;
    const captures = [capture(), capture()];
    process.stdout.write("both\n");
    await captures[order[0]!]!.close();
    process.stdout.write("one\n");
    await captures[order[1]!]!.close();
    process.stdout.write("none\n");
    expect(captures[order[0]!]!.text()).toBe("both\n");
    expect(captures[order[1]!]!.text()).toBe("both\none\n");
    expect(process.stdout.write).toBe(before);
    expect(written.map(({ values }) => values[0])).toEqual(["both\n", "one\n", "none\n"]);
  });

  test("passes everything on after it was closed under somebody else's write", async () => {
    const { text, close } = capture();
    const ours = process.stdout.write;
    process.stdout.write = function write(this: never, ...values: Parameters<Write>) {
      return Reflect.apply(ours, this, values);
    } as Write;
    await close();
    expect(process.stdout.write("later\n")).toBe(true);
    expect(text()).toBe("");
    expect(written.at(-1)?.values).toEqual(["later\n"]);
  });

  test("does not capture what its callback writes, and drops what it throws", async () => {
    const seen: string[] = [];
    const running = captureOutput({
      onText({ text }) {
        seen.push(text);
        process.stdout.write(`heard ${text}`);
        throw new Error("full");
      },
    });
    process.stdout.write("a\n");
    process.stdout.write("b\n");
    await running.close();
    expect(seen).toEqual(["a\n", "b\n"]);
    expect(written.map(({ values }) => values[0])).toEqual(["a\n", "heard a\n", "b\n", "heard b\n"]);
  });
});

describe("secrets", () => {
  test("are masked, also where a write ends in the midst of one, and not in the output itself", async () => {
    const { text, close } = capture({ environment: { MY_TOKEN: "correct-horse" } });
    for (const piece of ["--pass", "word hun", "ter2 and correct", "-horse\n"]) process.stdout.write(piece);
    await close();
    expect(text()).toBe("--password *** and ***\n");
    expect(written.map(({ values }) => values[0]).join("")).toContain("hunter2");
  });

  test("a private key is masked though its lines come one by one", async () => {
    const { text, close } = capture();
    for (const line of ["-----BEGIN PRIVATE KEY-----", "MIIEabc", "-----END PRIVATE KEY-----", "done"])
      process.stderr.write(`${line}\n`);
    await close();
    expect(text()).toBe("-----BEGIN PRIVATE KEY-----***-----END PRIVATE KEY-----\ndone\n");
  });

  test("stay if masking is off", async () => {
    const { text, close } = capture({ mask: false });
    process.stdout.write("password=hunter2");
    expect(text()).toBe("password=hunter2");
    await close();
  });
});

describe("the limit", () => {
  test("keeps the head as it comes and the tail for the end, and says what was left out", async () => {
    const { text, close } = capture({ limitBytes: 20 });
    for (let line = 0; line < 10; line++) process.stdout.write(`line ${line}\n`);
    expect(text()).toBe("line 0\nlin");
    await close();
    expect(text()).toBe("line 0\nlin\n[… 50 bytes of output left out …]\n 8\nline 9\n");
  });

  test("leaves out nothing that has its place, and never more than it must, whatever the pieces are", async () => {
    const pieces = fc.array(fc.string({ unit: fc.constantFrom("a", "ö", "🎉", "€"), maxLength: 12 }));
    await fc.assert(
      fc.asyncProperty(pieces, fc.integer({ min: 2, max: 60 }), async (parts, limitBytes) => {
        const { text, texts, close } = capture({ limitBytes, mask: false });
        for (const part of parts) process.stdout.write(part);
        await close();
        const whole = parts.join("");
        const bytes = Buffer.byteLength(whole);
        const note = texts.findIndex((each) => each.text.includes("left out"));
        if (note < 0 || bytes <= Math.floor(limitBytes / 2)) {
          expect(text()).toBe(whole);
          return;
        }
        const join = (some: OutputText[]): string => some.map((each) => each.text).join("");
        const [head, tail] = [join(texts.slice(0, note)), join(texts.slice(note + 1))];
        expect(whole.startsWith(head) && whole.endsWith(tail)).toBe(true);
        const kept = Buffer.byteLength(head) + Buffer.byteLength(tail);
        expect(texts[note]!.text).toContain(` ${bytes - kept} bytes`);
        expect(kept).toBeLessThanOrEqual(limitBytes);
        // At each of the two cuts a character of up to 4 bytes may not fit.
        expect(kept).toBeGreaterThanOrEqual(limitBytes - 6);
      }),
    );
  });

  test("a long output takes no more than its place", async () => {
    const { texts, text, close } = capture({ limitBytes: 20_000, mask: false });
    for (let line = 0; line < 100_000; line++) process.stdout.write(`${line}\n`);
    written.length = 0;
    await close();
    expect(texts.length).toBeLessThan(8_000);
    expect(text().endsWith("99998\n99999\n")).toBe(true);
    expect(Buffer.byteLength(text())).toBeLessThanOrEqual(20_000 + 60);
  });
});

test("console of a real process is captured, and its output is as without", async () => {
  const directory = temporaryDirectory();
  const module = await bundle(directory, "console-output.ts");
  const work = `
    console.log("loss %d", 0.5); console.error("warning"); process.stdout.write("bytes", "utf8");
    await new Promise((done) => process.stdout.write(Buffer.from(" end\\n"), done));`;
  const without = await runProgram(work, [], directory);
  const captured = await runProgram(
    `import { captureOutput } from ${JSON.stringify(module)}; import { writeFileSync } from "node:fs";
    const own = [Object.hasOwn(process.stdout, "write"), process.stdout.write];
    const texts = []; const capture = captureOutput({ onText: ({ stream, text }) => texts.push(stream + ":" + text) });
    ${work}
    await capture.close();
    const restored = own[0] === Object.hasOwn(process.stdout, "write") && own[1] === process.stdout.write;
    console.log(JSON.stringify({ texts, restored }));`,
    [],
    directory,
  );
  expect(captured.lines.slice(0, -1)).toEqual(without.lines);
  expect(captured.errors).toBe(without.errors);
  expect(JSON.parse(captured.lines.at(-1)!)).toEqual({
    texts: ["stdout:loss 0.5\n", "stderr:warning\n", "stdout:bytes end\n"],
    restored: true,
  });
});

test("bad arguments are refused, and a host without streams; then nothing has changed", () => {
  const before = process.stdout.write;
  const refused = (options: unknown, code: string): void =>
    expect(() => captureOutput(options as CaptureOutputOptions)).toThrow(expect.objectContaining({ code }));
  refused({}, "INVALID_ARGUMENT");
  for (const limitBytes of [0, 1, 1.5, Number.NaN, "1"])
    refused({ onText: () => {}, limitBytes }, "INVALID_ARGUMENT");
  const builtins = process.getBuiltinModule;
  process.getBuiltinModule = undefined as never;
  try {
    refused({ onText: () => {} }, "UNSUPPORTED");
  } finally {
    process.getBuiltinModule = builtins;
  }
  expect(process.stdout.write).toBe(before);
});
