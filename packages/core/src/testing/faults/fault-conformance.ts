import type { BlobDriver } from "../../blobs/driver.js";
import { MillwrightError } from "../../errors/millwright-error.js";
import { createIdentifierHex } from "../../identity/identifier.js";
import type { KvDriver } from "../../kv/driver.js";
import { composeStorage } from "../../storage/compose.js";
import type { Storage } from "../../storage/storage.js";
import { type Clock, systemClock } from "../../time/clock.js";
import { assert, assertEqual, assertSettles } from "../runner/assertions.js";
import { type ConformanceCase, registerCases, type SuiteOptions } from "../runner/test-runner.js";
import { faultyBlobs, faultyKv } from "./faulty-drivers.js";
import { type Fault, type FaultPlan, faultCounter } from "./plan.js";
import { type FaultScenario, portScenarios } from "./scenarios.js";
import { unhandledDuring } from "./unhandled.js";

/** How to run {@link faultConformance}. */
export interface FaultConformanceOptions extends SuiteOptions {
  /** Opens fresh drivers; they must be sound. Names are as those of {@link kvConformance}, each opened once. */
  readonly open: (place: string) => Promise<{ readonly kv: KvDriver; readonly blobs: BlobDriver }>;
  /** What is done while the drivers fail. Default: commits, blobs with references, batches of tables. */
  readonly scenarios?: readonly FaultScenario[] | undefined;
  /** Removes the data of a place, after its drivers are closed. Default: nothing. */
  readonly remove?: ((place: string) => Promise<void>) | undefined;
  /** More calls than a scenario makes; more are taken for a loop without an end. Default: 200. */
  readonly mostCalls?: number | undefined;
}

const kinds: readonly (readonly [fault: Fault, times: number])[] = [
  ["unavailable", 1],
  ["unavailable", Number.POSITIVE_INFINITY],
  ["lost reply", 1],
  ["full", 1],
  ["full", Number.POSITIVE_INFINITY],
  ["torn", 1],
  ["slow", Number.POSITIVE_INFINITY],
];

/**
 * Runs scenarios with a fault at the first call of a driver, then at the second, and so on until none is hit any more. Each
 * time: what fails, fails with a code; nothing is half written; nothing is rejected unheard; and the same work done again
 * without faults succeeds.
 *
 * @example
 * ```ts
 * import { test } from "node:test";
 * import { memoryBlobs, memoryKv } from "@millwright/core/memory";
 * import { faultConformance } from "@millwright/core/testing";
 *
 * faultConformance({ test, open: async () => ({ kv: memoryKv(), blobs: memoryBlobs() }) });
 * ```
 */
export function faultConformance(options: FaultConformanceOptions): void {
  const cases = (options.scenarios ?? portScenarios).flatMap((scenario) =>
    kinds.map(
      ([fault, times]): ConformanceCase<undefined> => ({
        name: `faults: ${scenario.name}: ${fault}, ${times === 1 ? "once" : "from then on"}`,
        run: () => atEveryCall(options, scenario, fault, times),
      }),
    ),
  );
  registerCases("Faults", cases, options, (run) => run(undefined));
}

async function atEveryCall(
  options: FaultConformanceOptions,
  scenario: FaultScenario,
  fault: Fault,
  times: number,
): Promise<void> {
  const { mostCalls = 200 } = options;
  let hits = 0;
  for (let at = 1; ; at++) {
    assert(at <= mostCalls, `${scenario.name} makes at most ${mostCalls} calls`);
    if (!(await once(options, scenario, { fault, at, times }))) break;
    hits++;
    if (fault === "slow") break;
  }
  // Not every scenario has a body that could be torn.
  assert(hits > 0 || fault === "torn", "the scenario calls a driver");
}

/** Whether the fault was hit. */
async function once(
  options: FaultConformanceOptions,
  scenario: FaultScenario,
  plan: FaultPlan,
): Promise<boolean> {
  const place = `case_${createIdentifierHex().slice(-16)}`;
  const drivers = await options.open(place);
  const sound = composeStorage(drivers);
  const faults = faultCounter(plan);
  try {
    await scenario.prepare?.(sound);
    let failure: unknown;
    const unhandled = await unhandledDuring(async () => {
      const kv = faultyKv(drivers.kv, faults);
      const blobs = faultyBlobs(drivers.blobs, faults);
      failure = await failureOf(scenario, composeStorage({ kv, blobs, clock: impatientClock() }));
    });
    const where = `with the fault at call ${plan.at}`;
    assertEqual(unhandled.map(String), [], `rejections that nobody handled, ${where}`);
    assert(
      failure === undefined || MillwrightError.is(failure),
      `a failure has a code, ${where}; it is ${String(failure)}`,
    );
    await scenario.verify(sound, failure === undefined);
    await scenario.run(sound);
    await scenario.verify(sound, true);
    return faults.calls >= plan.at;
  } finally {
    await sound.close();
    await options.remove?.(place);
  }
}

function failureOf(scenario: FaultScenario, storage: Storage): Promise<unknown> {
  const done = scenario.run(storage).then(
    () => undefined,
    (error: unknown) => error,
  );
  return assertSettles(done, "a call comes to its end, whatever fails");
}

/** Does not wait between tries. */
function impatientClock(): Clock {
  return { ...systemClock(), sleep: () => new Promise((resolve) => setTimeout(resolve)) };
}
