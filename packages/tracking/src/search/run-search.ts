import {
  createSearchIndex,
  parseOrder,
  parseSearch,
  type SearchExpression,
  type SearchIndex,
  type SearchIndexProgress,
  type SearchOrder,
} from "@millwright/core/search";
import { invalidArgument } from "../errors.js";
import { isStale } from "../lifecycle/staleness.js";
import { searchPrefix } from "../runs/run-record.js";
import type { RunStore } from "../runs/run-store.js";
import { documentOf, documentRevision } from "./run-document.js";
import type { RunPage, RunSearchOptions } from "./search-options.js";
import { runVocabulary } from "./vocabulary.js";

/** Runs read at once for a page. */
const readTogether = 1_000;

const newestFirst: SearchOrder = { field: { entity: "attribute", key: "start_time" }, descending: true };
const deletedField = { entity: "attribute", key: "deleted" } as const;

/** Finds runs. Loaded when the first search is made, since most programs that record never search. */
export interface RunSearch {
  search(options: RunSearchOptions): Promise<RunPage>;
  close(): Promise<void>;
}

/** A search over the runs of a store. */
export function createRunSearch(
  runs: RunStore,
  onProgress: ((progress: SearchIndexProgress) => void) | undefined,
): RunSearch {
  const { storage } = runs;
  const index: SearchIndex = createSearchIndex({
    storage,
    prefix: searchPrefix,
    revision: documentRevision,
    async load(ids, call) {
      const entries = await runs.getMany(ids, call);
      return ids.map((id) => {
        const entry = entries.get(id);
        return entry && documentOf(entry.value);
      });
    },
    async *scan(call) {
      for await (const { value } of runs.list(call)) yield documentOf(value);
    },
    onProgress,
  });
  return {
    async search(options) {
      const { limit, cursor, signal } = options;
      const page = await index.search({
        filter: filterOf(options),
        order: orderOf(options),
        limit,
        cursor,
        signal,
      });
      const found: RunPage["runs"][number][] = [];
      for (let start = 0; start < page.ids.length; start += readTogether) {
        const ids = page.ids.slice(start, start + readTogether);
        const entries = await runs.getMany(ids, { signal });
        for (const id of ids) {
          // One that was removed since is left out.
          const run = entries.get(id)?.value;
          if (run !== undefined)
            found.push(isStale(run, storage.clock.now()) ? { ...run, stale: true } : run);
        }
      }
      return { runs: found, cursor: page.cursor, total: page.total };
    },
    close: () => index.close(),
  };
}

function filterOf({
  filter,
  experiments,
  deleted = "exclude",
}: RunSearchOptions): SearchExpression | undefined {
  const parts: SearchExpression[] = [];
  if (typeof filter === "string") {
    const parsed = parseSearch(filter, runVocabulary);
    if (parsed !== undefined) parts.push(parsed);
  } else if (filter !== undefined) parts.push(filter);
  if (experiments !== undefined) {
    if (!Array.isArray(experiments) || experiments.length === 0)
      throw invalidArgument("experiments", "name at least one, or leave it out");
    parts.push({
      kind: "in",
      field: { entity: "attribute", key: "experiment" },
      values: experiments,
      negated: false,
    });
  }
  if (!["exclude", "include", "only"].includes(deleted))
    throw invalidArgument("deleted", `${deleted} is none of exclude, include and only`);
  if (deleted !== "include")
    parts.push({ kind: "compare", field: deletedField, operator: "=", value: deleted === "only" });
  return parts.length < 2 ? parts[0] : { kind: "and", operands: parts };
}

function orderOf({ orderBy = [] }: RunSearchOptions): SearchOrder[] {
  const given = typeof orderBy === "string" ? [orderBy] : orderBy;
  if (!Array.isArray(given)) throw invalidArgument("orderBy", "give a text, or an array");
  const order = given.every((one) => typeof one === "string")
    ? parseOrder(given, runVocabulary, { path: "orderBy" })
    : given.flatMap((one: string | SearchOrder, index) =>
        typeof one === "string" ? parseOrder([one], runVocabulary, { path: `orderBy[${index}]` }) : [one],
      );
  for (const [index, one] of order.entries())
    if (one?.field?.entity === "dataset")
      throw invalidArgument(
        `orderBy[${index}]`,
        `dataset.${one.field.key} has several values, which have no order; order by a field with one value`,
      );
  const hasTime = order.some(({ field }) => field?.entity === "attribute" && field.key === "start_time");
  return hasTime ? order : [...order, newestFirst];
}
