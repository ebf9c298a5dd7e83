import type { SearchExpression, SearchField, SearchLiteral, SearchOperator } from "../../expression.js";
import { compileCondition, type SearchCondition, type ValuePredicate } from "../../predicate.js";
import { isNumeric, numberOfText, textOf } from "../../values.js";
import { storedValue } from "../columns/stored-value.js";

/**
 * A filter without `not`: it was pushed down to the conditions, which three-valued logic allows. A condition then matches or does not,
 * and `and` and `or` are those of two values: no mask has to carry what is unknown. That a list does not match, all of its values say.
 */
export type FilterNode =
  | { readonly kind: "and" | "or"; readonly operands: readonly FilterNode[] }
  | { readonly kind: "presence"; readonly field: SearchField; readonly there: boolean }
  | FilterTest;

/** True of the values of which `predicate` says `wanted`. */
export interface FilterTest {
  readonly kind: "test";
  readonly field: SearchField;
  readonly predicate: ValuePredicate;
  readonly wanted: boolean;
  /** The same of a column of numbers, where it is that simple. */
  readonly numeric?: NumericTest | undefined;
  /** The same of a column in which no document has several values: conditions that have faster loops. */
  readonly parts?: FilterNode | undefined;
}

/** A comparison with a number, or with several. */
export type NumericTest =
  | {
      readonly operator: keyof typeof opposite;
      readonly number: number;
      /** Whether texts too are compared as the numbers that they are. */
      readonly readsTexts: boolean;
    }
  | { readonly operator: "in"; readonly numbers: ReadonlySet<number>; readonly negated: boolean };

/** The operator that is true where another one is false. */
const opposite = { "=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">" } as const;

/** Compiles a filter that was checked. */
export function compileFilter(expression: SearchExpression): FilterNode {
  return compile(expression, true);
}

function compile(expression: SearchExpression, positive: boolean): FilterNode {
  switch (expression.kind) {
    case "and":
    case "or": {
      const kind = (expression.kind === "and") === positive ? "and" : "or";
      return { kind, operands: expression.operands.map((operand) => compile(operand, positive)) };
    }
    case "not":
      return compile(expression.operand, !positive);
    case "absent":
      return { kind: "presence", field: expression.field, there: positive === expression.negated };
    case "compare":
      return test(expression, positive, numericComparison(expression.operator, expression.value, positive));
    case "between": {
      // Two comparisons have loops of their own. Of one value their combination is what BETWEEN means.
      const { field, low, high } = expression;
      const inside = positive !== expression.negated;
      const bounds = [
        { kind: "compare", field, operator: ">=", value: low },
        { kind: "compare", field, operator: "<=", value: high },
      ] as const;
      const operands = bounds.map((bound) =>
        test(bound, inside, numericComparison(bound.operator, bound.value, inside)),
      );
      return { ...test(expression, positive, undefined), parts: { kind: inside ? "and" : "or", operands } };
    }
    case "in":
      return test(expression, positive, numericList(expression.values, positive === expression.negated));
  }
}

function test(condition: SearchCondition, wanted: boolean, numeric: NumericTest | undefined): FilterTest {
  return { kind: "test", field: condition.field, predicate: compileCondition(condition), wanted, numeric };
}

function numericComparison(
  operator: SearchOperator,
  literal: SearchLiteral,
  positive: boolean,
): NumericTest | undefined {
  if (operator === "like" || operator === "ilike") return undefined;
  const number = isNumeric(literal) ? literal : numberOfText(textOf(literal));
  if (number === undefined) return undefined;
  const stored = storedValue(number);
  if (typeof stored !== "number") return undefined;
  const kept = positive ? operator : opposite[operator];
  return { operator: kept, number: stored, readsTexts: isNumeric(literal) };
}

function numericList(literals: readonly SearchLiteral[], negated: boolean): NumericTest | undefined {
  // Nothing is in an empty list, not even unknown: NaN too is not in it.
  if (literals.length === 0) return undefined;
  const numbers = new Set<number>();
  for (const literal of literals) {
    const stored = storedValue(literal);
    if (typeof stored !== "number") return undefined;
    numbers.add(stored);
  }
  return { operator: "in", numbers, negated };
}
