import { type ColumnBatch, composeStorage, coreError, type KvDriver, type Storage } from "@millwright/core";
import { batchFromColumns, columnFrom } from "@millwright/core/columns";
import { memoryBlobs, memoryKv } from "@millwright/core/memory";
import { beforeEach, describe, expect, test } from "vitest";
import { createMonitor, type MonitorOptions } from "./create-monitor.js";

const reference: ColumnBatch = batchFromColumns({
  income: columnFrom(
    "float64",
    Array.from({ length: 400 }, (_, row) => 1_000 + row),
  ),
  region: columnFrom(
    "dictionary",
    Array.from({ length: 400 }, (_, row) => (row % 2 === 0 ? "north" : "south")),
  ),
  probability: columnFrom(
    "float64",
    Array.from({ length: 400 }, (_, row) => row / 400),
  ),
});

let storage: Storage;
let failing = false;

beforeEach(() => {
  failing = false;
  const inner = memoryKv();
  const kv: KvDriver = {
    ...inner,
    async commit(commit) {
      if (failing) throw coreError("STORAGE_FULL", "the disk is full");
      return inner.commit(commit);
    },
  };
  storage = composeStorage({ kv, blobs: memoryBlobs() });
});

const open = (options: Partial<MonitorOptions> = {}) => createMonitor({ storage, reference, ...options });
const minute = 60_000_000;

describe("a window", () => {
  test("holds the predictions from its start to before its end", async () => {
    const monitor = open();
    for (let row = 0; row < 400; row++) {
      monitor.observe({
        input: { income: 1_000 + row, region: row % 2 === 0 ? "north" : "south" },
        output: { probability: row / 400 },
        time: row * minute,
      });
    }
    const whole = await monitor.check({ window: { from: 0, to: 400 * minute } });
    expect(whole).toMatchObject({ verdict: "ok", currentRows: 400, window: { from: 0, to: 400 * minute } });
    const part = await monitor.check({ window: { from: 100 * minute, to: 300 * minute } });
    expect(part.currentRows).toBe(200);
    expect(part.features.income?.verdict).toBe("drift");
    expect(part.features.region?.verdict).toBe("ok");
  });

  test("of a duration ends now", async () => {
    const monitor = open();
    monitor.observe({ input: { income: 1 }, output: {} });
    monitor.observe({ input: { income: 1 }, output: {}, time: storage.clock.now() - 2 * 3_600_000_000 });
    expect((await monitor.check({ window: "1h" })).currentRows).toBe(1);
    expect((await monitor.check({ window: "3h" })).currentRows).toBe(2);
  });

  test("without predictions is insufficient", async () => {
    expect((await open().check({ window: "1h" })).verdict).toBe("insufficient");
  });

  test("is seen by other monitors of the same name, and by no other", async () => {
    await using first = open({ name: "credit" });
    first.observe({ input: { income: 1 }, output: {} });
    await first.flush();
    expect((await open({ name: "credit" }).check({ window: "1h" })).currentRows).toBe(1);
    expect((await open({ name: "other" }).check({ window: "1h" })).currentRows).toBe(0);
  });
});

describe("observe", () => {
  test("counts what is absent or of another type as null, and ignores what is no feature", async () => {
    const monitor = open();
    const inputs = [
      { income: "much", region: "north" },
      { income: null },
      {},
      { income: 5n, region: true, other: 1 },
      { income: [1, 2], region: "\ud800" },
    ];
    for (const input of inputs) monitor.observe({ input, output: {} });
    const report = await monitor.check({ window: "1h", minimumRows: 1 });
    expect(report.features.income).toMatchObject({ current: { rows: 5, nulls: 4 } });
    expect(report.features.region).toMatchObject({ current: { rows: 5, nulls: 2 } });
    expect(monitor.dropped).toBe(0);
  });

  test("leaves failed predictions out", async () => {
    const monitor = open();
    monitor.observe({ input: { income: 1 }, output: {}, outcome: "INVALID_ARGUMENT" });
    expect((await monitor.check({ window: "1h" })).currentRows).toBe(0);
  });

  test("never throws: a record that cannot be read is dropped whole and counted", async () => {
    const monitor = open();
    const hostile = {
      get region(): string {
        throw new Error("boom");
      },
    };
    monitor.observe({ input: hostile, output: {} });
    monitor.observe(undefined as never);
    monitor.observe({ input: { income: 1 }, output: {} });
    expect(monitor.dropped).toBe(2);
    expect((await monitor.check({ window: "1h" })).currentRows).toBe(1);
  });

  test("drops and counts when the buffer is full", async () => {
    const monitor = open({ capacity: 3 });
    for (let row = 0; row < 5; row++) monitor.observe({ input: { income: row }, output: {} });
    expect(monitor.dropped).toBe(2);
    await monitor.flush();
    monitor.observe({ input: { income: 9 }, output: {} });
    expect((await monitor.check({ window: "1h" })).currentRows).toBe(4);
  });
});

describe("a storage that fails", () => {
  test("loses nothing: the next flush stores each row once", async () => {
    const monitor = open();
    monitor.observe({ input: { income: 1 }, output: {} });
    failing = true;
    await expect(monitor.flush()).rejects.toMatchObject({ code: "STORAGE_FULL" });
    monitor.observe({ input: { income: 2 }, output: {} });
    failing = false;
    await monitor.flush();
    expect((await monitor.check({ window: "1h" })).currentRows).toBe(2);
  });
});

describe("closing", () => {
  test("stores what is left, and later calls are refused or dropped", async () => {
    const monitor = open();
    monitor.observe({ input: { income: 1 }, output: {} });
    await Promise.all([monitor.close(), monitor.close()]);
    monitor.observe({ input: { income: 2 }, output: {} });
    expect(monitor.dropped).toBe(1);
    await expect(monitor.check({ window: "1h" })).rejects.toMatchObject({ code: "CLOSED" });
    expect((await open().check({ window: "1h" })).currentRows).toBe(1);
  });
});

test.each<[Partial<MonitorOptions>, string]>([
  [{ name: "a/b" }, "name"],
  [{ capacity: 0 }, "capacity"],
  [{ storage: {} as never }, "storage"],
])("%o is refused", (options, path) => {
  expect(() => open(options)).toThrow(
    expect.objectContaining({ code: "INVALID_ARGUMENT", details: { path } }),
  );
});

test.each([{ from: 2, to: 2 }, { from: 3, to: 2 }, "soon"])("the window %o is refused", async (window) => {
  await expect(open().check({ window })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
});
