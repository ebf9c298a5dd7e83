import type { KvDriver } from "../../../../kv/driver.js";
import type { Broken } from "../broken.js";
import { rangeOnly, withMutations, withRead } from "./replaced-calls.js";

/** Drivers that break deadlines. */
export const brokenExpiry: readonly Broken<KvDriver>[] = [
  {
    fault: "gives out expired entries by key",
    foundBy: "expiry: an entry exists before its deadline",
    open: withRead(
      (inner) => (request) => inner.read(request.kind === "keys" ? { ...request, now: 0 } : request),
    ),
  },
  {
    fault: "gives out expired entries in ranges",
    foundBy: "expiry: no range gives an expired entry",
    open: rangeOnly((inner, request) => inner.read({ ...request, now: 0 })),
  },
  {
    fault: "gives out an entry at the very microsecond of its deadline",
    foundBy: "expiry: an entry exists before its deadline",
    open: withRead((inner) => (request) => inner.read({ ...request, now: request.now - 1 })),
  },
  {
    fault: "counts expired entries against the limit of a range",
    foundBy: "expiry: no range gives an expired entry",
    open: rangeOnly(async (inner, request) => {
      const found = await inner.read({ ...request, now: 0 });
      return found.filter((entry) => entry?.expiresAt === undefined || entry.expiresAt > request.now);
    }),
  },
  {
    fault: "keeps the deadline in whole seconds",
    foundBy: "expiry: an entry exists before its deadline",
    open: withMutations((mutation) =>
      "expiresAt" in mutation && mutation.expiresAt !== undefined
        ? { ...mutation, expiresAt: Math.ceil(mutation.expiresAt / 1e6) * 1e6 }
        : mutation,
    ),
  },
];
