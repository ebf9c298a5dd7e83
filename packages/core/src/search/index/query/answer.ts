import { invalidArgument } from "../../../errors/create.js";
import { checkSearchExpression } from "../../check.js";
import type { SearchExpression, SearchOrder } from "../../expression.js";
import { searchLimits } from "../../limits.js";
import type { DocumentTable } from "../columns/table.js";
import { decodeSearchCursor, encodeSearchCursor } from "./cursor.js";
import { compileFilter, type FilterNode } from "./filter.js";
import { firstRows } from "./first-rows.js";
import { narrow } from "./narrow.js";
import { queryText } from "./query-text.js";
import { positionOf, positionOrder, rowOrder, type SearchPosition } from "./row-order.js";

/** What is searched for. */
export interface SearchQuery {
  /** Default: everything. */
  readonly filter?: SearchExpression | undefined;
  /** The most important first; ties are broken by identifier. Default: by identifier. */
  readonly order?: readonly SearchOrder[] | undefined;
  /** Identifiers of one page, 1 to 50,000. Default: 100. */
  readonly limit?: number | undefined;
  /** Goes on behind the page that gave it, of the same filter and order. Default: from the start. */
  readonly cursor?: string | undefined;
}

/** A page of what was found. */
export interface SearchPage {
  readonly ids: readonly string[];
  /** For the next page; `undefined` after the last one. */
  readonly cursor: string | undefined;
  /** Documents that match, on all pages. */
  readonly total: number;
}

/** A query that was checked. */
export interface CompiledQuery {
  readonly text: string;
  readonly filter: FilterNode | undefined;
  readonly order: readonly SearchOrder[];
  readonly limit: number;
  readonly position: SearchPosition | undefined;
}

const largestLimit = 50_000;

/** Checks a query. @throws {MillwrightError} `INVALID_ARGUMENT`, `INVALID_CURSOR` */
export function compileQuery({ filter, order = [], limit = 100, cursor }: SearchQuery): CompiledQuery {
  if (!Number.isInteger(limit) || limit < 1 || limit > largestLimit)
    throw invalidArgument("limit", `give a whole number from 1 to ${largestLimit}`);
  checkOrder(order);
  const checked = filter === undefined ? undefined : checkSearchExpression(filter, "filter");
  const compiled = checked === undefined ? undefined : compileFilter(checked);
  const text = queryText(checked, order);
  const position = cursor === undefined ? undefined : decodeSearchCursor(text, cursor);
  return { text, filter: compiled, order, limit, position };
}

function checkOrder(order: readonly SearchOrder[]): void {
  if (!Array.isArray(order)) throw invalidArgument("order", "give a list of fields with their directions");
  if (order.length > searchLimits.orderKeys)
    throw invalidArgument("order", `give at most ${searchLimits.orderKeys} fields`);
  for (const [index, one] of order.entries()) {
    if (typeof one?.field?.entity !== "string" || typeof one.field.key !== "string")
      throw invalidArgument(`order[${index}].field`, "give an entity and a key");
    if (typeof one.descending !== "boolean")
      throw invalidArgument(`order[${index}].descending`, "give true or false");
  }
}

/** The page of a query from a table as it is now. */
export function answer(table: DocumentTable, query: CompiledQuery): SearchPage {
  const { filter, order, limit, position } = query;
  const mask = table.live.slice(0, table.extent);
  if (filter !== undefined) narrow(table, filter, mask);
  let total = 0;
  for (let row = 0; row < mask.length; row++) total += mask[row]!;
  const behind = position && positionOrder(table, order, position);
  const rows = firstRows(mask, limit + 1, rowOrder(table, order), behind && ((row) => behind(row) > 0));
  const isLast = rows.length <= limit;
  const page = isLast ? rows : rows.slice(0, limit);
  return {
    ids: page.map((row) => table.ids[row]!),
    cursor: isLast ? undefined : encodeSearchCursor(query.text, positionOf(table, order, page.at(-1)!)),
    total,
  };
}
