import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { backup, composeStorage, copyStorage, migrate } from "../index.js";
import { memoryBlobs, memoryKv } from "../memory/index.js";
import type { SearchIndexProgress } from "../search/index.js";
import { terminalProgress } from "./index.js";
import { progressLine } from "./progress-line.js";

let now = 0;
const clock = { now: () => now, monotonic: () => now, sleep: () => new Promise<void>(() => {}) };

function recorded(properties: { isTTY?: boolean; columns?: number; writable?: boolean } = {}) {
  const writes: string[] = [];
  return { writes, stream: { write: (text: string) => writes.push(text), ...properties } };
}

beforeEach(() => {
  now = 5_000_000;
  vi.stubEnv("TERM", "xterm");
});
afterEach(() => vi.unstubAllEnvs());

describe("on a terminal", () => {
  test("one line is drawn over itself, at most ten times a second, and finished with the last event", () => {
    const { writes, stream } = recorded({ isTTY: true, columns: 80 });
    const onProgress = terminalProgress({ label: "sync", stream, clock });
    for (let done = 1; done <= 1_000; done++) {
      now += 1_000;
      onProgress({ done, total: 1_000 });
    }
    expect(writes.length).toBeLessThanOrEqual(11);
    expect(
      writes.every((text) => text.startsWith("\r") && text.endsWith("\u001b[K") !== text.endsWith("\n")),
    ).toBe(true);
    expect(writes.filter((text) => text.includes("\n"))).toEqual([writes.at(-1)]);
    expect(writes.at(-1)).toBe(`\rsync  ${"█".repeat(24)}  1,000/1,000  100%  1 s\u001b[K\n`);
    expect(writes[5]).toMatch(/^\rsync {2}█{12}░{12} {2}501\/1,000 {2}50% {2}0 s left/);
  });

  test("counts without a total are shown by their names, and the line is finished on request, once", () => {
    const { writes, stream } = recorded({ isTTY: true });
    const onProgress = terminalProgress({ label: "copying", stream, clock });
    onProgress({ entries: 1, blobs: 0, blobBytes: 0 });
    now += 50_000;
    onProgress({ entries: 12_040, blobs: 31, blobBytes: 84_200_000, missing: ["x"] });
    now += 65_000_000;
    onProgress.finish();
    onProgress[Symbol.dispose]();
    expect(writes).toEqual([
      "\rcopying  1 entries  0 s\u001b[K",
      "\rcopying  12,040 entries, 31 blobs, 84.2 MB  1 min 5 s\u001b[K\n",
    ]);
  });

  test("the next event after the last begins another line", () => {
    const { writes, stream } = recorded({ isTTY: true });
    const onProgress = terminalProgress({ label: "index", stream, clock });
    for (let rebuild = 0; rebuild < 2; rebuild++) {
      onProgress({ documents: 1, done: false });
      onProgress({ documents: 2, done: true });
    }
    expect(writes.map((text) => text.endsWith("\n"))).toEqual([false, true, false, true]);
  });

  test("no line is as wide as the terminal, whatever its label and counts", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 60 }),
        fc.integer({ min: 1, max: 200 }),
        fc.record({
          done: fc.nat(),
          total: fc.option(fc.nat(), { nil: undefined }),
          blobBytes: fc.double(),
          upgradedRecords: fc.integer(),
        }),
        (label, columns, event) => {
          const { writes, stream } = recorded({ isTTY: true, columns });
          terminalProgress({ label, stream, clock })(event);
          const line = writes[0]!.replace("\r", "").replace("\u001b[K", "").replace(/\n$/, "");
          expect(line).not.toMatch(/\p{Cc}/u);
          expect([...line].length).toBeLessThan(Math.max(2, columns));
        },
      ),
    );
  });

  test("a label cannot move the cursor", () => {
    const { writes, stream } = recorded({ isTTY: true });
    terminalProgress({ label: "a\u001b[2J\nb\u202ec", stream, clock })({ done: 1 });
    expect(writes[0]).toBe("\ra [2J b c  1  0 s\u001b[K");
  });
});

describe("elsewhere", () => {
  test.each([
    ["no terminal", false, "xterm"],
    ["a terminal that cannot draw", true, "dumb"],
  ])("in %s there is a plain line every ten seconds and one at the end", (_, isTTY, terminal) => {
    vi.stubEnv("TERM", terminal);
    const { writes, stream } = recorded({ isTTY });
    const onProgress = terminalProgress({ label: "sync", stream, clock });
    for (let done = 1; done <= 25; done++) {
      onProgress({ done, total: 25 });
      now += 1_000_000;
    }
    expect(writes).toEqual([
      `sync  ${"█".repeat(11)}${"░".repeat(13)}  11/25  44%  13 s left\n`,
      `sync  ${"█".repeat(20)}${"░".repeat(4)}  21/25  84%  4 s left\n`,
      `sync  ${"█".repeat(24)}  25/25  100%  24 s\n`,
    ]);
  });

  test("what is over sooner says nothing", () => {
    const { writes, stream } = recorded();
    const onProgress = terminalProgress({ label: "sync", stream, clock });
    for (let done = 1; done <= 25; done++) onProgress({ done, total: 25 });
    onProgress.finish();
    expect(writes).toEqual([]);
  });
});

describe("it never throws", () => {
  test("when the stream fails, is closed or is missing", () => {
    const stream = {
      isTTY: true,
      write: () => {
        throw new Error("EPIPE");
      },
    };
    const failing = terminalProgress({ label: "x", stream, clock });
    expect(() => failing({ done: 1, total: 1 })).not.toThrow();
    const closed = recorded({ isTTY: true, writable: false });
    terminalProgress({ label: "x", stream: closed.stream, clock })({ done: 1 });
    expect(closed.writes).toEqual([]);
    vi.stubGlobal("process", undefined);
    try {
      expect(() => terminalProgress({ label: "x" })({ done: 1 })).not.toThrow();
    } finally {
      vi.unstubAllGlobals();
    }
  });

  test("whatever it is called with", () => {
    const { stream } = recorded({ isTTY: true });
    const onProgress = terminalProgress({ label: 5 as never, stream, clock });
    fc.assert(
      fc.property(fc.anything(), (event) => {
        now += 200_000;
        expect(() => onProgress(event as never)).not.toThrow();
        onProgress.finish();
      }),
    );
    const hostile = {
      get done(): number {
        throw new Error("no");
      },
    };
    expect(() => onProgress(hostile)).not.toThrow();
  });
});

test("it listens to every operation of core", async () => {
  const { writes, stream } = recorded({ isTTY: true });
  const onProgress = terminalProgress({ label: "work", stream, clock });
  const storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
  await storage.kv.atomic().set(["a"], 1).commit();
  await copyStorage(storage, composeStorage({ kv: memoryKv(), blobs: memoryBlobs() }), { onProgress });
  onProgress.finish();
  await backup(storage, new WritableStream<Uint8Array>(), { onProgress });
  onProgress.finish();
  await migrate(storage, { records: [], onProgress });
  const index: ((progress: SearchIndexProgress) => void) | undefined = onProgress;
  expect(index).toBeTypeOf("function");
  expect(writes.filter((text) => text.includes("entries") && text.endsWith("\n"))).toHaveLength(2);
});

test("what has no room is left out, the label last", () => {
  const state = { label: "copying", event: { done: 5, total: 10 }, elapsed: 4_000_000 };
  expect([80, 30, 20, 15, 8, 4, 0].map((width) => progressLine(state, width))).toEqual([
    `copying  ${"█".repeat(12)}${"░".repeat(12)}  5/10  50%  4 s left`,
    "copying  5/10  50%  4 s left",
    "copying  5/10",
    "copying  5/10",
    "copying",
    "cop…",
    "",
  ]);
});
