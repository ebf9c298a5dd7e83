import { invalidArgument } from "../errors/create.js";
import type { SearchDocument, SearchValue } from "./document.js";
import { fieldValue } from "./evaluate.js";
import type { SearchField, SearchOrder } from "./expression.js";
import { compareNumbers, compareText, isNumeric, textOf } from "./values.js";

/**
 * Negative if `left` comes before `right`, positive if after, zero only for the same identifier: by the keys of the order, the most
 * important first, then by `id` ascending, so that an order is always total.
 *
 * In both directions values come first, then NaN, then what is absent, as MLflow has it. Ascending, numbers come before texts;
 * numbers and bigints compare by mathematical value (−0 is 0), texts by code point, so "10" comes before "9"; booleans are texts.
 *
 * @throws `INVALID_ARGUMENT` if a document holds a list in a field of the order: several values have none
 *
 * @example
 * ```ts
 * import { compareDocuments, type SearchDocument, type SearchOrder } from "@millwright/core/search";
 *
 * const order: SearchOrder[] = [{ field: { entity: "metric", key: "auc" }, descending: true }];
 * const runs: SearchDocument[] = [
 *   { id: "a", entities: {} },
 *   { id: "b", entities: { metric: { auc: 0.9 } } },
 * ];
 * runs.sort((left, right) => compareDocuments(left, right, order)); // b, a
 * ```
 */
export function compareDocuments(
  left: SearchDocument,
  right: SearchDocument,
  order: readonly SearchOrder[],
): number {
  for (const { field, descending } of order) {
    const sign = compareOrdered(valueInOrder(left, field), valueInOrder(right, field), descending);
    if (sign !== 0) return sign;
  }
  return compareText(left.id, right.id);
}

function valueInOrder(document: SearchDocument, field: SearchField): SearchValue | undefined {
  const value = fieldValue(document, field);
  if (typeof value === "object") throw unordered(field, "order");
  return value;
}

/** What is said of an order by a field in which some document holds a list. */
export function unordered({ entity, key }: SearchField, path: string): Error {
  return invalidArgument(
    path,
    `${entity}.${key} has several values, which have no order; order by a field with one value`,
  );
}

/** The order of two values of one field, absent ones included, as {@link compareDocuments} states it. */
export function compareOrdered(
  left: SearchValue | undefined,
  right: SearchValue | undefined,
  descending: boolean,
): number {
  const place = rank(left) - rank(right);
  if (place !== 0) return place;
  if (rank(left) > 0) return 0;
  return descending ? compareValues(right!, left!) : compareValues(left!, right!);
}

/** Values, NaN, absent. */
function rank(value: SearchValue | undefined): number {
  return value === undefined ? 2 : Number.isNaN(value) ? 1 : 0;
}

function compareValues(left: SearchValue, right: SearchValue): number {
  if (isNumeric(left)) return isNumeric(right) ? compareNumbers(left, right)! : -1;
  return isNumeric(right) ? 1 : compareText(textOf(left), textOf(right));
}
