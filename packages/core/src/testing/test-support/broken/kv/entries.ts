import { createIdentifierBytes } from "../../../../identity/identifier.js";
import type { KvDriver } from "../../../../kv/driver.js";
import { memoryKv } from "../../../../memory/memory-kv.js";
import type { Broken } from "../broken.js";
import { eachEntry, withCommit, withMutations, withRead } from "./replaced-calls.js";

/** Drivers that break what single entries, versions and hints promise. */
export const brokenEntries: readonly Broken<KvDriver>[] = [
  {
    fault: "takes any existing entry for the one that was checked",
    foundBy: "entries: a version does not come back",
    open: withCommit((inner) => async (commit) => {
      const current = await inner.read({
        kind: "keys",
        keys: commit.checks.map(({ key }) => key),
        now: commit.now,
      });
      const checks = commit.checks.map((check, index) =>
        check.version === null ? check : { ...check, version: current[index]?.version ?? check.version },
      );
      return inner.commit({ ...commit, checks });
    }),
  },
  {
    fault: "gives versions that count per key, and so repeat after a delete",
    foundBy: "entries: a version does not come back",
    open: () => {
      const inner = memoryKv();
      return {
        ...inner,
        async commit(commit) {
          const keys = commit.mutations.flatMap((mutation) => ("key" in mutation ? [mutation.key] : []));
          const current = await inner.read({ kind: "keys", keys, now: commit.now });
          const id = new Uint8Array(16);
          id[15] = 1 + Math.max(0, ...current.map((entry) => entry?.version[15] ?? 0));
          return inner.commit({ ...commit, id });
        },
      };
    },
  },
  {
    fault: "gives each entry a version of its own instead of the commit's id",
    foundBy: "entries: a set entry has its key",
    open: withCommit((inner) => (commit) => inner.commit({ ...commit, id: createIdentifierBytes() })),
  },
  {
    fault: "gives repeated and absent keys of a read only once, or not at all",
    foundBy: "entries: an absent key is undefined",
    open: withRead(
      (inner) => async (request) => (await inner.read(request)).filter((entry) => entry !== undefined),
    ),
  },
  {
    fault: "acknowledges commits before readers see them",
    foundBy: "entries: a read sees every commit",
    open: withCommit((inner) => async (commit) => {
      if (commit.mutations.length !== 1 || commit.mutations[0]!.kind !== "set" || commit.checks.length > 0)
        return inner.commit(commit);
      setTimeout(() => void inner.commit(commit), 5);
      return { ok: true, sequences: [], stale: [] };
    }),
  },
  {
    fault: "reports the delete of an absent key as stale",
    foundBy: "entries: a deleted entry is absent",
    open: withCommit((inner) => async (commit) => {
      const result = await inner.commit(commit);
      const removed = commit.mutations.flatMap(({ kind }, index) => (kind === "delete" ? [index] : []));
      return result.ok ? { ...result, stale: [...result.stale, ...removed] } : result;
    }),
  },
  {
    fault: "truncates values at 64 KiB minus one",
    foundBy: "entries: the largest key and the largest value",
    open: withMutations((mutation) =>
      "value" in mutation ? { ...mutation, value: mutation.value.subarray(0, 65_535) } : mutation,
    ),
  },
  {
    fault: "takes values for text",
    foundBy: "entries: keys and values of any bytes",
    open: eachEntry((entry) => ({
      ...entry,
      value: new TextEncoder().encode(new TextDecoder().decode(entry.value)),
    })),
  },
  {
    fault: "ends keys at a zero byte",
    foundBy: "entries: keys that differ in one byte",
    open: withMutations((mutation) => {
      if (mutation.kind !== "set") return mutation;
      const end = mutation.key.indexOf(0);
      return {
        ...mutation,
        key: end === -1 || end === mutation.key.length - 1 ? mutation.key : mutation.key.subarray(0, end),
      };
    }),
  },
  {
    fault: "gives watchers no hint of deletes",
    foundBy: "hints: where the driver gives them, every change",
    open: () => {
      const inner = memoryKv();
      const silent = memoryKv();
      // Watchers listen to a second store, which hears of everything but deletes.
      return {
        ...inner,
        watch: (keys, options) => silent.watch!(keys, options),
        async commit(commit) {
          const result = await inner.commit(commit);
          if (commit.mutations.some(({ kind }) => kind !== "delete"))
            await silent.commit({ ...commit, checks: [] });
          return result;
        },
      };
    },
  },
  {
    fault: "gives watchers the first element only",
    foundBy: "hints: where the driver gives them, several watchers",
    open: () => ({
      ...memoryKv(),
      async *watch() {
        yield;
        await new Promise(() => {});
      },
    }),
  },
  {
    fault: "has no name",
    foundBy: "entries: the driver has a name",
    open: () => ({ ...memoryKv(), name: "" }),
  },
  {
    fault: "declares something else than it was run for",
    foundBy: "entries: the driver has a name",
    open: () => ({ ...memoryKv(), capabilities: { ordered: true, shared: true, durable: false } }),
  },
];
