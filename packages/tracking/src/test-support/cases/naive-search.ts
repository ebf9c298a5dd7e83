import type { Storage } from "@millwright/core";
import {
  compareDocuments,
  matches,
  orderToTexts,
  type SearchExpression,
  type SearchOrder,
  toText,
} from "@millwright/core/search";
import fc from "fast-check";
import { expect } from "vitest";
import type { Tracker } from "../../index.js";
import type { RunInfo } from "../../runs/run-record.js";
import { RunStore } from "../../runs/run-store.js";
import { documentOf } from "../../search/run-document.js";
import { arbitraryRunFilter, arbitraryRunOrder } from "./arbitrary-filter.js";

/** A search, and how it is put: as text or as a tree, and in pages of how many runs. */
export interface RunQuery {
  readonly filter: SearchExpression | undefined;
  readonly order: readonly SearchOrder[];
  readonly deleted: "exclude" | "include" | "only";
  readonly asText: boolean;
  readonly limit: number;
}

/** Searches of all kinds. */
export const arbitraryQuery: fc.Arbitrary<RunQuery> = fc.record({
  filter: fc.option(arbitraryRunFilter, { nil: undefined, freq: 8 }),
  order: arbitraryRunOrder,
  deleted: fc.constantFrom("exclude", "exclude", "include", "only"),
  asText: fc.boolean(),
  limit: fc.integer({ min: 1, max: 60 }),
});

/** All runs as they are stored now, read one after the other. */
export async function runsNow(storage: Storage): Promise<RunInfo[]> {
  const runs: RunInfo[] = [];
  for await (const { value } of new RunStore(storage).list()) runs.push(value);
  return runs;
}

/** The ids that a search must find, in order, by looking at every run. */
export function expectedIds(runs: readonly RunInfo[], { filter, order, deleted }: RunQuery): string[] {
  const startTime = { entity: "attribute", key: "start_time" };
  const hasTime = order.some(({ field }) => field.entity === "attribute" && field.key === "start_time");
  const whole = hasTime ? order : [...order, { field: startTime, descending: true }];
  return runs
    .filter(
      ({ deletedTime }) => deleted === "include" || (deletedTime === undefined) === (deleted === "exclude"),
    )
    .map(documentOf)
    .filter((document) => filter === undefined || matches(filter, document))
    .sort((a, b) => compareDocuments(a, b, whole))
    .map(({ id }) => id);
}

/** All runs that a search finds, page by page. */
export async function foundRuns(tracker: Tracker, query: RunQuery): Promise<RunInfo[]> {
  const { filter, order, deleted, asText, limit } = query;
  const found: RunInfo[] = [];
  let cursor: string | undefined;
  do {
    const page = await tracker.searchRuns({
      filter: asText && filter !== undefined ? toText(filter) : filter,
      orderBy: asText ? orderToTexts(order) : order,
      deleted,
      limit,
      cursor,
    });
    found.push(...page.runs);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
}

/** Compares a search with the naive evaluator. Nobody may write meanwhile. */
export async function expectSameAsNaive(
  tracker: Tracker,
  runs: readonly RunInfo[],
  query: RunQuery,
): Promise<void> {
  const found = await foundRuns(tracker, query);
  expect(found.map(({ id }) => id)).toEqual(expectedIds(runs, query));
  const stored = new Map(runs.map((run) => [run.id, run]));
  for (const { stale: _, ...run } of found as (RunInfo & { stale?: boolean })[])
    expect(run).toEqual(stored.get(run.id));
}
