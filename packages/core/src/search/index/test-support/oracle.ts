import type { SearchDocument } from "../../document.js";
import { matches } from "../../evaluate.js";
import type { SearchExpression, SearchOrder } from "../../expression.js";
import { compareDocuments } from "../../order.js";

/** The identifiers that a search must find, in order, by looking at every document. */
export function expectedIds(
  documents: Iterable<SearchDocument>,
  filter: SearchExpression | undefined,
  order: readonly SearchOrder[],
): string[] {
  return [...documents]
    .filter((document) => matches(filter, document))
    .sort((a, b) => compareDocuments(a, b, order))
    .map(({ id }) => id);
}
