import { compareBytes, equalBytes } from "../../../../identity/bytes.js";
import type { KvDriver } from "../../../../kv/driver.js";
import { memoryKv } from "../../../../memory/memory-kv.js";
import type { Broken } from "../broken.js";
import { withCommit, withMutations } from "./replaced-calls.js";

/** Drivers that break setIfNewer and import. */
export const brokenOrders: readonly Broken<KvDriver>[] = [
  {
    fault: "refuses an equal order",
    foundBy: "setIfNewer: an equal order is written again",
    open: withCommit((inner) => async (commit) => {
      const [mutation] = commit.mutations;
      if (commit.mutations.length !== 1 || mutation?.kind !== "setIfNewer") return inner.commit(commit);
      const [entry] = await inner.read({ kind: "keys", keys: [mutation.key], now: commit.now });
      const equal = entry?.order !== undefined && equalBytes(entry.order, mutation.order);
      return equal ? { ok: true, sequences: [], stale: [0] } : inner.commit(commit);
    }),
  },
  {
    fault: "lets an older order replace a newer one",
    foundBy: "setIfNewer: a larger order replaces",
    open: withMutations((mutation) => {
      if (mutation.kind !== "setIfNewer") return mutation;
      const { key, value, expiresAt } = mutation;
      return { kind: "set", key, value, expiresAt };
    }),
  },
  {
    fault: "keeps the order of a deleted entry",
    foundBy: "setIfNewer: after a delete any order is newer",
    open: () => {
      const inner = memoryKv();
      const orders = new Map<string, Uint8Array>();
      return {
        ...inner,
        async commit(commit) {
          const stale = commit.mutations.flatMap((mutation, index) => {
            if (mutation.kind !== "setIfNewer") return [];
            const known = orders.get(mutation.key.join());
            if (known !== undefined && compareBytes(known, mutation.order) > 0) return [index];
            orders.set(mutation.key.join(), mutation.order);
            return [];
          });
          if (stale.length === 0 || commit.mutations.length > 1) return inner.commit(commit);
          return { ok: true, sequences: [], stale };
        },
      };
    },
  },
  {
    fault: "does not say that a setIfNewer was stale",
    foundBy: "setIfNewer: a larger order replaces",
    open: withCommit((inner) => async (commit) => {
      const result = await inner.commit(commit);
      return result.ok ? { ...result, stale: [] } : result;
    }),
  },
  {
    fault: "numbers stale mutations among the setIfNewer ones only",
    foundBy: "setIfNewer: stale ones are named by the index",
    open: withCommit((inner) => async (commit) => {
      const result = await inner.commit(commit);
      if (!result.ok) return result;
      const conditional = commit.mutations.flatMap((mutation, index) =>
        mutation.kind === "setIfNewer" ? [index] : [],
      );
      return { ...result, stale: result.stale.map((index) => conditional.indexOf(index)) };
    }),
  },
  {
    fault: "gives imported entries the version of the import",
    foundBy: "import: an entry is written exactly as it is",
    open: withCommit((inner) => (commit) => {
      const mutations = commit.mutations.map((mutation) =>
        mutation.kind === "import"
          ? { ...mutation, entry: { ...mutation.entry, version: commit.id } }
          : mutation,
      );
      return inner.commit({ ...commit, mutations });
    }),
  },
  {
    fault: "drops the order of imported entries",
    foundBy: "import: an entry is written exactly as it is",
    open: withMutations((mutation) =>
      mutation.kind === "import" ? { ...mutation, entry: { ...mutation.entry, order: undefined } } : mutation,
    ),
  },
];
