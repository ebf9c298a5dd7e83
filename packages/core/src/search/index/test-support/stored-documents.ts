import type { CallOptions } from "../../../cancellation/abort.js";
import type { Key } from "../../../kv/key.js";
import type { KvCommitted } from "../../../kv/kv-store.js";
import type { Storage } from "../../../storage/storage.js";
import type { SearchDocument } from "../../document.js";
import type { SearchIndexOptions } from "../options.js";
import { createSearchIndex, type SearchIndex } from "../search-index.js";
import type { Change } from "./arbitraries.js";

export const indexPrefix: Key = ["documents", 1, "search"];
const recordPrefix: Key = ["documents", 1, "items"];

/** What a test may replace, and hears of. */
export interface StoredDocumentsOptions extends Partial<Omit<SearchIndexOptions, "storage" | "prefix">> {
  readonly onScan?: (() => void) | undefined;
  readonly onLoad?: ((ids: readonly string[]) => void) | undefined;
}

/** An index over documents that lie in a storage as plain entries. */
export function openIndex(storage: Storage, options: StoredDocumentsOptions = {}): SearchIndex {
  const { onScan, onLoad, ...replaced } = options;
  return createSearchIndex({
    storage,
    prefix: indexPrefix,
    async load(ids, { signal }) {
      onLoad?.(ids);
      const entries = await storage.kv.getMany(
        ids.map((id) => [...recordPrefix, id]),
        { signal },
      );
      return entries.map((entry, index) => entry && documentOf(ids[index]!, entry.value));
    },
    scan(call) {
      onScan?.();
      return allDocuments(storage, call);
    },
    ...replaced,
  });
}

/** Every document, as it is stored now. */
export async function documentsNow(storage: Storage): Promise<SearchDocument[]> {
  const documents: SearchDocument[] = [];
  for await (const document of allDocuments(storage)) documents.push(document);
  return documents;
}

/** Every document, as it is stored. */
async function* allDocuments(storage: Storage, { signal }: CallOptions = {}): AsyncGenerator<SearchDocument> {
  for await (const { key, value } of storage.kv.list({ prefix: recordPrefix }, { signal, pageSize: 1_000 }))
    yield documentOf(key.at(-1) as string, value);
}

function documentOf(id: string, value: unknown): SearchDocument {
  return { id, entities: value as SearchDocument["entities"] };
}

/** Entries of the log. */
export async function logLength(storage: Storage): Promise<number> {
  let length = 0;
  for await (const _ of storage.kv.list({ prefix: [...indexPrefix, "log"] })) length++;
  return length;
}

/** Commits changes, each document at most once, and touches them. */
export async function commitChanges(
  storage: Storage,
  index: Pick<SearchIndex, "touch">,
  changes: readonly Change[],
): Promise<KvCommitted | undefined> {
  const latest = new Map(changes.map((change) => [change.id, change]));
  if (latest.size === 0) return undefined;
  const atomic = storage.kv.atomic();
  for (const { id, entities } of latest.values()) {
    if (entities === undefined) atomic.delete([...recordPrefix, id]);
    else atomic.set([...recordPrefix, id], entities as never);
  }
  const committed = await index.touch(atomic, [...latest.keys()]).commit();
  if (!committed.ok) throw new Error("a commit without checks loses no race");
  return committed;
}

/** Documents with one metric, `n` of them. */
export function numbered(from: number, to: number, version = 0): Change[] {
  return Array.from({ length: to - from }, (_, index) => ({
    id: `d${String(from + index).padStart(6, "0")}`,
    entities: { metric: { value: from + index, version } },
  }));
}

/** All identifiers that a search finds, page by page. */
export async function searchAll(
  index: SearchIndex,
  query: Omit<NonNullable<Parameters<SearchIndex["search"]>[0]>, "cursor"> = {},
): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await index.search({ ...query, cursor });
    found.push(...page.ids);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
}
