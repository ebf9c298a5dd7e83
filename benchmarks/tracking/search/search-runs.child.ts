import { setTimeout as sleep } from "node:timers/promises";
import { createTracker } from "@millwright/tracking";
import { childInput, printResult } from "../child.js";
import { type Backend, openBackend } from "./backend.js";
import { pageSize, type Query } from "./generate-runs.js";
import { comparedPages, type SearchResult } from "./search-result.js";

// Opens a backend in a fresh process and searches: once, for all queries again, or until a time is over.
const { backend, queries, warmUp, seconds, loseIndex } = childInput<{
  backend: Backend;
  queries: readonly Query[];
  /** Searches before those that are told. */
  warmUp: number;
  /** Goes round the queries for so long, instead of once. */
  seconds?: number;
  /** Deletes the snapshot of the index first, so that it is built anew from the records. */
  loseIndex: boolean;
}>();
const snapshotKey = ["tracking", 1, "search", "snapshot"];

if (loseIndex) {
  const { storage, close } = await openBackend(backend);
  await storage.kv.atomic().delete(snapshotKey).commit();
  await close();
}

const used = (): number => {
  globalThis.gc!();
  globalThis.gc!();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};
const before = used();
const started = performance.now();
const { storage, close } = await openBackend(backend);
let rebuilt: number | undefined;
const tracker = createTracker({
  storage,
  onIndexProgress: ({ documents, done }) => {
    if (done) rebuilt = documents;
  },
});
const search = async (
  { filter, orderBy }: Query,
  limit: number = pageSize,
): Promise<{ total: number; ids: string[] }> => {
  const { total, runs } = await tracker.searchRuns({ filter, orderBy, limit });
  return { total, ids: runs.map(({ id }) => id) };
};
const pages = [await search(queries[0]!)];
const firstSearch = performance.now() - started;
const memory = used() - before;

for (const query of queries.slice(1, comparedPages)) pages.push(await search(query));
for (let index = 0; index < warmUp; index++) await search(queries[index % queries.length]!);
const searches: number[] = [];
const end = performance.now() + (seconds ?? 0) * 1_000;
for (let index = 0; warmUp > 0; index++) {
  if (seconds === undefined ? index === queries.length : performance.now() >= end) break;
  const at = performance.now();
  await search(queries[index % queries.length]!);
  searches.push(performance.now() - at);
  // Timers and sockets have their turn between two searches, as in a server.
  await new Promise((resolve) => setImmediate(resolve));
}

const best: number[] = [];
for (const query of warmUp > 0 ? queries : []) {
  const at = performance.now();
  await search(query, 1);
  best.push(performance.now() - at);
}

// An index that was built anew is written as a snapshot beside the searches; closing would give that up.
if (rebuilt !== undefined)
  for (let waited = 0; (await storage.kv.get(snapshotKey)) === undefined; waited++) {
    if (waited === 600) throw new Error("the index has written no snapshot within a minute");
    await sleep(100);
  }
await tracker.close();
await close();
const result: SearchResult = { firstSearch, memory, searches, best, rebuilt, pages };
printResult(result);
