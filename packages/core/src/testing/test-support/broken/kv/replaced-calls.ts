import type { KvDriver, KvDriverMutation, KvRead, StoredEntry } from "../../../../kv/driver.js";
import { memoryKv } from "../../../../memory/memory-kv.js";

type Read = KvDriver["read"];
type Commit = KvDriver["commit"];

/** Memory with its `read` replaced. */
export function withRead(read: (inner: KvDriver) => Read): () => KvDriver {
  return () => {
    const inner = memoryKv();
    return { ...inner, read: read(inner) };
  };
}

/** Memory with its `commit` replaced. */
export function withCommit(commit: (inner: KvDriver) => Commit): () => KvDriver {
  return () => {
    const inner = memoryKv();
    return { ...inner, commit: commit(inner) };
  };
}

/** Memory to which every mutation comes changed, or not at all. */
export function withMutations(
  change: (mutation: KvDriverMutation) => KvDriverMutation | undefined,
): () => KvDriver {
  return withCommit((inner) => (commit) => {
    const mutations = commit.mutations.flatMap((mutation) => change(mutation) ?? []);
    return inner.commit({ ...commit, mutations });
  });
}

/** One turn of the event loop. */
export const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** Memory that changes every entry which it gives out. */
export function eachEntry(
  change: (entry: StoredEntry, request: KvRead) => StoredEntry | undefined,
): () => KvDriver {
  return withRead((inner) => async (request, options) => {
    const found = await inner.read(request, options);
    return found.map((entry) => (entry === undefined ? undefined : change(entry, request)));
  });
}

/** Memory with its reads of ranges replaced. */
export function rangeOnly(
  read: (inner: KvDriver, request: Extract<KvRead, { kind: "range" }>) => ReturnType<Read>,
): () => KvDriver {
  return withRead(
    (inner) => (request) => (request.kind === "range" ? read(inner, request) : inner.read(request)),
  );
}
