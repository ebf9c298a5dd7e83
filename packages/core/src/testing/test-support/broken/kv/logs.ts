import { concatBytes } from "../../../../identity/bytes.js";
import type { KvDriver } from "../../../../kv/driver.js";
import { encodeSequence } from "../../../../kv/key.js";
import { counterKey } from "../../../../kv/reserved.js";
import { memoryKv } from "../../../../memory/memory-kv.js";
import type { Broken } from "../broken.js";
import { rangeOnly, withCommit, withMutations } from "./replaced-calls.js";

/** Drivers that break logs. */
export const brokenLogs: readonly Broken<KvDriver>[] = [
  {
    fault: "drops the deadline of an entry that is appended",
    foundBy: "logs: an entry keeps the deadline",
    open: withMutations((mutation) =>
      mutation.kind === "append" ? { ...mutation, expiresAt: undefined } : mutation,
    ),
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
];
