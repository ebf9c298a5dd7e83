import type { SearchDocument, SearchFieldValue } from "./document.js";
import type { SearchExpression, SearchField } from "./expression.js";
import { and, compileCondition, not, or, type Truth, truthOf } from "./predicate.js";

/**
 * Whether a document matches; a filter of `undefined` matches everything. To look at many documents, compile once with
 * {@link compileSearch}.
 *
 * Only what is true matches, and every node is true, false or unknown, as in SQL: a comparison with an absent field is unknown, `not`
 * keeps unknown, a conjunction with something false is false, a disjunction with something true is true.
 *
 * Of several values of a field a condition is true if it is true of one, also `!=`, `not in` and `not between`; `not` around a condition
 * (and `NOT LIKE`, which is that) asks that it is true of none. Two conditions may be true of different values.
 *
 * Values compare by their kind:
 *
 * - texts with texts, by code point, case counts; a boolean is the text "true" or "false";
 * - numbers and bigints by exact mathematical value, −0 equal to 0; NaN is unknown with everything, also with `!=`;
 * - a number in the filter with a text that is wholly a number, such as "3" or "1e-3", as numbers; with another text: unknown;
 * - a text in the filter with a number: as numbers if that text is wholly one; otherwise they differ, and have no order (unknown);
 * - patterns look at the text of a value: `%` is any text, `_` any character, there is no escape, and `ilike` compares in lower case.
 *
 * @example
 * ```ts
 * import { fieldOf, matches } from "@millwright/core/search";
 *
 * const metric = fieldOf("metric", "number");
 * matches(metric("auc", ">", 0.9), { id: "run-1", entities: { metric: { auc: 0.93 } } }); // true
 * ```
 */
export function matches(expression: SearchExpression | undefined, document: SearchDocument): boolean {
  return compileSearch(expression)(document);
}

/** A filter as a function of documents: patterns and lists are prepared once. See {@link matches} for what matches. */
export function compileSearch(
  expression: SearchExpression | undefined,
): (document: SearchDocument) => boolean {
  if (expression === undefined) return () => true;
  const evaluate = compileTruth(expression);
  return (document) => evaluate(document) === true;
}

/** As {@link compileSearch}, with the three values: `undefined` is unknown. */
export function compileTruth(expression: SearchExpression): (document: SearchDocument) => Truth {
  switch (expression.kind) {
    case "and":
    case "or": {
      const operands = expression.operands.map(compileTruth);
      const [join, start] = expression.kind === "and" ? [and, true] : [or, false];
      return (document) => operands.reduce<Truth>((truth, operand) => join(truth, operand(document)), start);
    }
    case "not": {
      const operand = compileTruth(expression.operand);
      return (document) => not(operand(document));
    }
    case "absent": {
      const { field, negated } = expression;
      return (document) => (fieldValue(document, field) === undefined) !== negated;
    }
    default: {
      const predicate = compileCondition(expression);
      const { field } = expression;
      return (document) => {
        const value = fieldValue(document, field);
        return value === undefined ? undefined : truthOf(predicate, value);
      };
    }
  }
}

/** What a field holds, undefined where it is absent. Keys such as "constructor" are keys like any other. */
export function fieldValue(document: SearchDocument, field: SearchField): SearchFieldValue | undefined {
  if (!Object.hasOwn(document.entities, field.entity)) return undefined;
  const values = document.entities[field.entity]!;
  const value = Object.hasOwn(values, field.key) ? values[field.key] : undefined;
  return Array.isArray(value) && value.length === 0 ? undefined : value;
}
