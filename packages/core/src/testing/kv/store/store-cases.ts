import type { KvDriverCapabilities } from "../../../kv/driver.js";
import type { ConformanceCase } from "../../runner/test-runner.js";
import type { KvCase } from "../case-context.js";
import { orderedStoreCommitCases, storeCommitCases } from "./commits.js";
import { type StoreCase, withStoreCase } from "./context.js";
import { lifecycleCases } from "./lifecycle.js";
import { limitCases, orderedLimitCases } from "./limits.js";
import { listingCases } from "./listing.js";
import { lostReplyCases, orderedLostReplyCases } from "./lost-replies.js";
import { unorderedCases } from "./unordered.js";
import { storeOrderCases, storeValueCases } from "./values.js";
import { orderedWatchCases, watchCases } from "./watching.js";

const everywhere = [
  storeValueCases,
  storeCommitCases,
  limitCases,
  lifecycleCases,
  lostReplyCases,
  watchCases,
];
const ordered = [
  storeOrderCases,
  listingCases,
  orderedStoreCommitCases,
  orderedLimitCases,
  orderedLostReplyCases,
  orderedWatchCases,
];

/** The cases about the user's port over a driver: once over the whole driver, once in a namespace among others. */
export function storeCases(capabilities: KvDriverCapabilities): ConformanceCase<KvCase>[] {
  const cases = [...everywhere, ...(capabilities.ordered ? ordered : [unorderedCases])].flat();
  return [...placed("store", undefined, cases), ...placed("namespace", "team-a", cases)];
}

function placed(
  label: string,
  namespace: string | undefined,
  cases: readonly ConformanceCase<StoreCase>[],
): ConformanceCase<KvCase>[] {
  return cases.map(({ name, run }) => ({
    name: `${label} ${name}`,
    run: (context) => withStoreCase(context, namespace, run),
  }));
}
