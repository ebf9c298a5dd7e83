import { describe, expect, test } from "vitest";
import { createKvStore } from "../../kv/create-kv-store.js";
import { memoryBlobs, memoryKv } from "../../memory/index.js";
import { collectingRunner } from "../runner/collecting-runner.js";
import { faultConformance } from "./fault-conformance.js";
import { faultyKv } from "./faulty-drivers.js";
import type { FaultScenario } from "./scenarios.js";

faultConformance({ test, describe, open: async () => ({ kv: memoryKv(), blobs: memoryBlobs() }) });

async function failedBecause(scenario: FaultScenario): Promise<string> {
  const runner = collectingRunner();
  const open = async () => ({ kv: memoryKv(), blobs: memoryBlobs() });
  faultConformance({ test: runner.test, open, scenarios: [scenario] });
  const results = await runner.run();
  return results.flatMap((result) => (result.outcome === "failed" ? [result.reason ?? ""] : [])).join("\n");
}

const verifyPair: FaultScenario["verify"] = async ({ kv }, completed) => {
  const [a, b] = await kv.getMany([["a"], ["b"]]);
  if ((a === undefined) !== (b === undefined)) throw new Error("half written");
  if (completed && a === undefined) throw new Error("not written");
};

describe("faultConformance fails on work that", () => {
  test("writes in two commits what belongs together", async () => {
    const reason = await failedBecause({
      name: "two commits",
      async run({ kv }) {
        await kv.atomic().set(["a"], 1).commit();
        await kv.atomic().set(["b"], 1).commit();
      },
      verify: verifyPair,
    });
    expect(reason).toContain("half written");
  });

  test("swallows a failure", async () => {
    const reason = await failedBecause({
      name: "swallowed",
      run: ({ kv }) =>
        kv
          .atomic()
          .set(["a"], 1)
          .set(["b"], 1)
          .commit()
          .catch(() => {}),
      verify: verifyPair,
    });
    expect(reason).toContain("not written");
  });

  test("fails without a code", async () => {
    const reason = await failedBecause({
      name: "uncoded",
      run: ({ kv }) =>
        kv
          .atomic()
          .set(["a"], 1)
          .set(["b"], 1)
          .commit()
          .catch(() => Promise.reject(new Error("something went wrong"))),
      verify: verifyPair,
    });
    expect(reason).toContain("a failure has a code");
  });
});

test("a slow driver is waited for, and can be given up by a signal", async () => {
  const kv = createKvStore(faultyKv(memoryKv(), { fault: "slow", at: 1, times: 2 }));
  const reason = new Error("enough");
  const controller = new AbortController();
  const commit = kv.atomic().set(["a"], 1).commit({ signal: controller.signal });
  controller.abort(reason);
  await expect(commit).rejects.toBe(reason);
  await kv.atomic().set(["a"], 2).commit();
  expect((await kv.get(["a"]))?.value).toBe(2);
});
