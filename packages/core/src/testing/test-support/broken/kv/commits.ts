import { equalBytes } from "../../../../identity/bytes.js";
import type { KvDriver, KvDriverCommit } from "../../../../kv/driver.js";
import type { Broken } from "../broken.js";
import { pause, withCommit } from "./replaced-calls.js";

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

/** Drivers that break what commits and checks promise. */
export const brokenCommits: readonly Broken<KvDriver>[] = [
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
    fault: "checks see expired entries",
    foundBy: "checks: an expired entry does not exist",
    open: withCommit((inner) => (commit) => inner.commit({ ...commit, now: 0 })),
  },
];
