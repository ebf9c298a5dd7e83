import { type ColumnBatch, composeStorage, coreError, type KvDriver, type Storage } from "@millwright/core";
import { batchFromColumns, columnFrom } from "@millwright/core/columns";
import { memoryBlobs, memoryKv } from "@millwright/core/memory";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { createMonitor, type MonitorOptions, type Observation } from "./create-monitor.js";

const rows = 200;
const reference: ColumnBatch = batchFromColumns({
  income: columnFrom(
    "float64",
    Array.from({ length: rows }, (_, row) => row),
  ),
  constructor: columnFrom(
    "dictionary",
    Array.from({ length: rows }, (_, row) => (row % 2 === 0 ? "a" : "b")),
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
const good: Observation = { input: { income: 1, constructor: "a" } as never, output: {} };

test("an observation whose time is none is dropped, and holds up no other", async () => {
  const monitor = open();
  for (const time of [Number.NaN, 0.5, 2 ** 60, 5n, "now", {}])
    expect(() => monitor.observe({ ...good, time: time as number })).not.toThrow();
  for (const observation of [undefined, null, 5, {}, { input: null, output: null }])
    expect(() => monitor.observe(observation as never)).not.toThrow();
  monitor.observe(good);
  await monitor.flush();
  expect((await monitor.check({ window: "1h" })).currentRows).toBe(1);
  expect(monitor.dropped).toBe(11);
  await monitor.close();
});

test("a feature that is called like something every object has is not read from there", async () => {
  const monitor = open();
  monitor.observe({ input: { income: 1 }, output: {} });
  const { features } = await monitor.check({ window: "1h" });
  expect(features.constructor).toMatchObject({ current: { rows: 1, nulls: 1 } });
  await monitor.close();
});

describe("a storage that is back", () => {
  test("gets the rows of a full buffer without being asked, and new ones fit again", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const monitor = open({ capacity: 2 });
      failing = true;
      monitor.observe(good);
      monitor.observe(good);
      await vi.advanceTimersByTimeAsync(1_500);
      monitor.observe(good);
      expect(monitor.dropped).toBe(1);
      failing = false;
      await vi.advanceTimersByTimeAsync(1_500);
      monitor.observe(good);
      expect(monitor.dropped).toBe(1);
      await monitor.close();
    } finally {
      vi.useRealTimers();
    }
  });

  test("gets what a failed close has kept when close is called again", async () => {
    const monitor = open();
    monitor.observe(good);
    failing = true;
    await expect(monitor.close()).rejects.toMatchObject({ code: "STORAGE_FULL" });
    failing = false;
    await monitor.close();
    const reader = open();
    expect((await reader.check({ window: "1h" })).currentRows).toBe(1);
    await reader.close();
  });
});

test("a listener that throws harms nobody", async () => {
  const unhandled = vi.fn();
  process.on("unhandledRejection", unhandled);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const monitor = open({
      onError: () => {
        throw new Error("a bad listener");
      },
    });
    monitor.observe(good);
    failing = true;
    await vi.advanceTimersByTimeAsync(1_500);
    vi.useRealTimers();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(unhandled).not.toHaveBeenCalled();
    failing = false;
    await monitor.close();
  } finally {
    vi.useRealTimers();
    process.off("unhandledRejection", unhandled);
  }
});

test("a flush that waits for a slow one rejects when its own signal aborts", async () => {
  const monitor = open();
  monitor.observe(good);
  const controller = new AbortController();
  const first = monitor.flush();
  const second = monitor.flush({ signal: controller.signal });
  controller.abort(new Error("enough"));
  await expect(second).rejects.toThrow("enough");
  await first;
  await monitor.close();
});

describe("a reference that has changed since rows were stored", () => {
  test("a new feature is null in older rows", async () => {
    const old = open({
      reference: batchFromColumns({ income: columnFrom("float64", [1, 2, 3]) }),
    });
    old.observe({ input: { income: 1 }, output: {} });
    await old.close();
    const monitor = open();
    monitor.observe(good);
    const report = await monitor.check({ window: "1h" });
    expect(report.currentRows).toBe(2);
    expect(report.features.constructor).toMatchObject({ current: { rows: 2, nulls: 1 } });
    await monitor.close();
  });

  test("a feature that is of another type now gives an error entry and stops nothing", async () => {
    const old = open({
      reference: batchFromColumns({ income: columnFrom("dictionary", ["low", "high"]) }),
    });
    old.observe({ input: { income: "low" }, output: {} });
    await old.close();
    const monitor = open();
    monitor.observe(good);
    await monitor.flush();
    const report = await monitor.check({ window: "1h" });
    expect(report.features.income).toMatchObject({ verdict: "error", code: "TYPE_MISMATCH" });
    await monitor.close();
  });
});

test.each([{}, { window: null }, { window: {} }, { window: "soon" }, { window: { from: 2, to: 1 } }])(
  "the window %o is refused",
  async (options) => {
    const monitor = open();
    await expect(monitor.check(options as never)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await monitor.close();
  },
);

test("data of a newer format is neither read nor written", async () => {
  await storage.kv.atomic().set(["format", "monitoring"], { minReader: 2, minWriter: 2 }).commit();
  const monitor = open();
  await expect(monitor.check({ window: "1h" })).rejects.toMatchObject({ code: "FORMAT_TOO_NEW" });
  monitor.observe({ input: { income: 1 }, output: {} });
  await expect(monitor.flush()).rejects.toMatchObject({ code: "FORMAT_TOO_NEW" });
  await storage.kv.atomic().delete(["format", "monitoring"]).commit();
});
