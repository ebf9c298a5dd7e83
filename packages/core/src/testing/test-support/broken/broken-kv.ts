import type { KvDriver } from "../../../kv/driver.js";
import type { Broken } from "./broken.js";
import { brokenCommits } from "./kv/commits.js";
import { brokenEntries } from "./kv/entries.js";
import { brokenExpiry } from "./kv/expiry.js";
import { brokenLogs } from "./kv/logs.js";
import { brokenOrders } from "./kv/orders.js";
import { brokenReads } from "./kv/reads.js";

/** Drivers that each break one promise; the suite must fail on every one. */
export const brokenKvDrivers: readonly Broken<KvDriver>[] = [
  ...brokenEntries,
  ...brokenCommits,
  ...brokenReads,
  ...brokenExpiry,
  ...brokenLogs,
  ...brokenOrders,
];
