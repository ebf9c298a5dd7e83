import { compareBytes, concatBytes, equalBytes } from "../../../identity/bytes.js";
import { createIdentifierBytes } from "../../../identity/identifier.js";
import type { KvDriver, KvDriverCommit, KvDriverMutation, KvRead, StoredEntry } from "../../../kv/driver.js";
import { encodeSequence } from "../../../kv/key.js";
import { counterKey } from "../../../kv/reserved.js";
import { memoryKv } from "../../../memory/memory-kv.js";
import type { Broken } from "./broken.js";

type Read = KvDriver["read"];
type Commit = KvDriver["commit"];

/** Memory with one of its calls replaced. */
function withRead(read: (inner: KvDriver) => Read): () => KvDriver {
  return () => {
    const inner = memoryKv();
    return { ...inner, read: read(inner) };
  };
}

function withCommit(commit: (inner: KvDriver) => Commit): () => KvDriver {
  return () => {
    const inner = memoryKv();
    return { ...inner, commit: commit(inner) };
  };
}

function withMutations(change: (mutation: KvDriverMutation) => KvDriverMutation | undefined): () => KvDriver {
  return withCommit((inner) => (commit) => {
    const mutations = commit.mutations.flatMap((mutation) => change(mutation) ?? []);
    return inner.commit({ ...commit, mutations });
  });
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** Checks now, waits, then applies without looking again. `late` says which checks are looked at only before the wait. */
function checksThenApplies(late: (commit: KvDriverCommit, index: number) => boolean): () => KvDriver {
  return withCommit((inner) => async (commit) => {
    const before = await inner.commit({ ...commit, mutations: [] });
    if (!before.ok) return before;
    await pause();
    return inner.commit({ ...commit, checks: commit.checks.filter((_, index) => !late(commit, index)) });
  });
}

function isWritten(commit: KvDriverCommit, key: Uint8Array): boolean {
  return commit.mutations.some((mutation) => "key" in mutation && equalBytes(mutation.key, key));
}

function eachEntry(change: (entry: StoredEntry, request: KvRead) => StoredEntry | undefined): () => KvDriver {
  return withRead((inner) => async (request, options) => {
    const found = await inner.read(request, options);
    return found.map((entry) => (entry === undefined ? undefined : change(entry, request)));
  });
}

function rangeOnly(
  read: (inner: KvDriver, request: Extract<KvRead, { kind: "range" }>) => ReturnType<Read>,
): () => KvDriver {
  return withRead(
    (inner) => (request) => (request.kind === "range" ? read(inner, request) : inner.read(request)),
  );
}

/** Drivers that each break one promise; the suite must fail on every one. */
export const brokenKvDrivers: readonly Broken<KvDriver>[] = [
  {
    fault: "loses updates: checks are verified before an await and the commit applied after it",
    foundBy: "concurrency: no update is lost",
    open: checksThenApplies(() => true),
  },
  {
    fault:
      "lets write skew through: checks of keys that the commit does not write are verified before an await",
    foundBy: "concurrency: no write skew:",
    open: checksThenApplies((commit, index) => !isWritten(commit, commit.checks[index]!.key)),
  },
  {
    fault:
      "lets write skew on absent keys through: the absence of a key that is not written is verified before an await",
    foundBy: "concurrency: no write skew on absent keys",
    open: checksThenApplies(
      (commit, index) =>
        commit.checks[index]!.version === null && !isWritten(commit, commit.checks[index]!.key),
    ),
  },
  {
    fault: "applies a commit half: the first mutations are applied before the checks are looked at",
    foundBy: "commits: every failed check is named",
    open: withCommit((inner) => async (commit) => {
      const [first, ...rest] = commit.mutations;
      if (first !== undefined && rest.length > 0)
        await inner.commit({ ...commit, checks: [], mutations: [first] });
      return inner.commit(commit);
    }),
  },
  {
    fault: "applies a commit in two steps that readers can see between",
    foundBy: "concurrency: transfers between accounts",
    open: withCommit((inner) => async (commit) => {
      const [first, ...rest] = commit.mutations;
      if (
        rest.length === 0 ||
        commit.mutations.some(({ kind }) => kind === "append" || kind === "setIfNewer")
      )
        return inner.commit(commit);
      const result = await inner.commit({ ...commit, mutations: [first!] });
      if (!result.ok) return result;
      await pause();
      return inner.commit({ ...commit, checks: [], mutations: rest });
    }),
  },
  {
    fault: "names only the first failed check",
    foundBy: "commits: every failed check is named",
    open: withCommit((inner) => async (commit) => {
      const result = await inner.commit(commit);
      return result.ok ? result : { ok: false, failed: result.failed.slice(0, 1) };
    }),
  },
  {
    fault: "names failed checks by a wrong index",
    foundBy: "checks: a commit is applied if the key has the version",
    open: withCommit((inner) => async (commit) => {
      const result = await inner.commit(commit);
      return result.ok ? result : { ok: false, failed: result.failed.map((index) => index + 1) };
    }),
  },
  {
    fault: "does not check at all",
    foundBy: "checks: null demands",
    open: withCommit((inner) => (commit) => inner.commit({ ...commit, checks: [] })),
  },
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
    fault: "checks see expired entries",
    foundBy: "checks: an expired entry does not exist",
    open: withCommit((inner) => (commit) => inner.commit({ ...commit, now: 0 })),
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
  {
    fault: "drops the deadline of an entry that is appended",
    foundBy: "logs: an entry keeps the deadline",
    open: withMutations((mutation) =>
      mutation.kind === "append" ? { ...mutation, expiresAt: undefined } : mutation,
    ),
  },
  {
    fault: "ignores the direction of a range",
    foundBy: "ranges: the start is in the range",
    open: rangeOnly((inner, request) => inner.read({ ...request, reverse: false })),
  },
  {
    fault: "reverses the first entries instead of taking the last ones",
    foundBy: "ranges: at most limit entries",
    open: rangeOnly(async (inner, request) => {
      const found = await inner.read({ ...request, reverse: false });
      return request.reverse ? found.toReversed() : found;
    }),
  },
  {
    fault: "ignores the limit of a range",
    foundBy: "ranges: at most limit entries",
    open: rangeOnly((inner, request) => inner.read({ ...request, limit: 1_000_000 })),
  },
  {
    fault: "includes the end of a range",
    foundBy: "ranges: the start is in the range",
    open: rangeOnly((inner, request) =>
      inner.read({ ...request, end: concatBytes([request.end, Uint8Array.of(0)]) }),
    ),
  },
  {
    fault: "leaves out the start of a range",
    foundBy: "ranges: the start is in the range",
    open: rangeOnly((inner, request) =>
      inner.read({ ...request, start: concatBytes([request.start, Uint8Array.of(0)]) }),
    ),
  },
  {
    fault: "orders keys as signed bytes",
    foundBy: "ranges: entries come in the order of the bytes",
    open: rangeOnly(async (inner, request) => {
      const found = (await inner.read(request)) as StoredEntry[];
      const signed = (a: StoredEntry, b: StoredEntry): number =>
        compareBytes(
          a.key.map((byte) => byte ^ 0x80),
          b.key.map((byte) => byte ^ 0x80),
        );
      return found.toSorted((a, b) => (request.reverse ? signed(b, a) : signed(a, b)));
    }),
  },
  {
    fault: "takes a range for a prefix of bytes: what merely begins like it comes too",
    foundBy: "ranges: a prefix range holds whole parts",
    open: rangeOnly((inner, request) => {
      const end = request.end.slice();
      if (end.length > 2 && end.at(-2) === 0) end[end.length - 2] = 0xff;
      return inner.read({ ...request, end });
    }),
  },
  {
    fault: "ends ranges at its own page of 1,000 entries before the limit",
    foundBy: "ranges: pages one after the other",
    open: rangeOnly((inner, request) => inner.read({ ...request, limit: Math.min(request.limit, 300) })),
  },
  {
    fault: "reads several keys at several moments",
    foundBy: "concurrency: transfers between accounts",
    open: withRead((inner) => async (request) => {
      if (request.kind === "range") return inner.read(request);
      const found: (StoredEntry | undefined)[] = [];
      for (const key of request.keys) {
        found.push(...(await inner.read({ ...request, keys: [key] })));
        if (request.keys.length > 1) await pause();
      }
      return found;
    }),
  },
  {
    fault: "reads a range at several moments",
    foundBy: "concurrency: transfers between accounts",
    open: rangeOnly(async (inner, request) => {
      const [first] = await inner.read({ ...request, limit: 1 });
      await pause();
      return [first!, ...(await inner.read(request)).slice(1)].filter((entry) => entry !== undefined);
    }),
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
    fault: "makes a sequence visible late: the counter is taken before an await, the entry written after it",
    foundBy: "logs: who has read a sequence never later sees a smaller one",
    open: () => {
      const inner = memoryKv();
      return {
        ...inner,
        async commit(commit) {
          if (!commit.mutations.some(({ kind }) => kind === "append")) return inner.commit(commit);
          const result = await inner.commit(commit);
          if (!result.ok || commit.mutations.length > 2) return result;
          const log = (commit.mutations[0] as { log?: Uint8Array }).log;
          const sequence = result.sequences[0];
          if (log === undefined || sequence === undefined) return result;
          // Take the entry away again and bring it back later, the odd ones later than the even ones.
          const [counter] = await inner.read({ kind: "keys", keys: [counterKey(log)], now: commit.now });
          const key = concatBytes([log, counter!.value]);
          const [entry] = await inner.read({ kind: "keys", keys: [key], now: commit.now });
          if (entry === undefined) return result;
          await inner.commit({ ...commit, checks: [], mutations: [{ kind: "delete", key }] });
          await new Promise((resolve) => setTimeout(resolve, sequence % 2 === 1 ? 12 : 1));
          await inner.commit({ ...commit, checks: [], mutations: [{ kind: "import", entry }] });
          return result;
        },
      };
    },
  },
  {
    fault: "starts a log again at 1 when its entries are deleted",
    foundBy: "logs: the counter is an entry",
    open: () => {
      const inner = memoryKv();
      return {
        ...inner,
        async commit(commit) {
          for (const mutation of commit.mutations) {
            if (mutation.kind !== "append") continue;
            const end = concatBytes([mutation.log, Uint8Array.of(5)]);
            const left = await inner.read({
              kind: "range",
              start: mutation.log,
              end,
              reverse: false,
              limit: 1,
              now: 0,
            });
            if (left.length > 0) continue;
            const forget = { kind: "delete", key: counterKey(mutation.log) } as const;
            await inner.commit({ ...commit, checks: [], mutations: [forget] });
          }
          return inner.commit(commit);
        },
      };
    },
  },
  {
    fault: "gives all logs one counter's sequences",
    foundBy: "logs: several appends of one commit",
    open: () => {
      const inner = memoryKv();
      let last = 0;
      return {
        ...inner,
        async commit(commit) {
          const result = await inner.commit(commit);
          return result.ok ? { ...result, sequences: result.sequences.map(() => ++last) } : result;
        },
      };
    },
  },
  {
    fault: "uses up sequences for commits that are refused",
    foundBy: "logs: a refused commit uses up no sequence",
    open: withCommit((inner) => async (commit) => {
      const result = await inner.commit(commit);
      if (!result.ok) {
        const appends = commit.mutations.filter(({ kind }) => kind === "append");
        const taken =
          appends.length > 0 ? await inner.commit({ ...commit, checks: [], mutations: appends }) : undefined;
        if (taken?.ok) {
          const keys = appends.map((mutation, index) =>
            concatBytes([(mutation as { log: Uint8Array }).log, encodeSequence(taken.sequences[index]!)]),
          );
          await inner.commit({
            ...commit,
            checks: [],
            mutations: keys.map((key) => ({ kind: "delete", key })),
          });
        }
      }
      return result;
    }),
  },
  {
    fault: "hides the counters of logs, so that copies lose them",
    foundBy: "logs: the counter is an entry",
    open: rangeOnly(async (inner, request) =>
      (await inner.read(request)).filter((entry) => entry?.key[0] !== 0xfe),
    ),
  },
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
    fault: "reports the delete of an absent key as stale",
    foundBy: "entries: a deleted entry is absent",
    open: withCommit((inner) => async (commit) => {
      const result = await inner.commit(commit);
      const removed = commit.mutations.flatMap(({ kind }, index) => (kind === "delete" ? [index] : []));
      return result.ok ? { ...result, stale: [...result.stale, ...removed] } : result;
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
