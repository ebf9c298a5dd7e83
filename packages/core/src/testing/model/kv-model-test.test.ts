import fastCheck from "fast-check";
import { describe, expect, test } from "vitest";
import { memoryKv } from "../../memory/memory-kv.js";
import { collectingRunner } from "../runner/collecting-runner.js";
import { brokenKvDrivers } from "../test-support/broken/broken-kv.js";
import { kvModelTest } from "./kv-model-test.js";

kvModelTest({ test, fastCheck, open: async () => memoryKv(), runs: 200 });

describe("the model test finds, and shrinks, a driver that", () => {
  const faults = [
    "does not check at all",
    "gives out expired entries by key",
    "ignores the direction of a range",
    "lets an older order replace a newer one",
    "starts a log again at 1 when its entries are deleted",
    "does not say that a setIfNewer was stale",
  ];
  test.for(faults)("%s", async (fault) => {
    const broken = brokenKvDrivers.find((driver) => driver.fault === fault)!;
    const runner = collectingRunner();
    kvModelTest({ test: runner.test, fastCheck, open: async () => broken.open(), seed: 11, runs: 300 });
    const [result] = await runner.run();
    expect(result?.outcome).toBe("failed");
    expect(result?.reason).toMatch(/Shrunk \d+ time/);
  });
});
