import type { SearchFieldValue, SearchValue } from "./document.js";
import type { SearchExpression, SearchLiteral, SearchOperator } from "./expression.js";
import { compileLike } from "./like.js";
import { compareNumbers, compareText, isNumeric, numberOfText, textOf } from "./values.js";

/** True, false, or unknown. */
export type Truth = boolean | undefined;

/** Says of one value that is there whether it fits. The same value always gives the same answer. */
export type ValuePredicate = (value: SearchValue) => Truth;

/** The nodes that look at the value of one field. */
export type SearchCondition = Extract<SearchExpression, { kind: "compare" | "in" | "between" }>;

/**
 * Compiles one condition into a function of the value of its field; what is absent is unknown and never comes here. This is all that
 * comparison means; evaluator and index share it.
 *
 * - **Text literal, text value**: as text, by code point, case counts. Booleans are the texts "true" and "false" on both sides.
 * - **Number literal** (number or bigint), **number value**: by exact mathematical value. −0 is 0.
 * - **Number literal, text value**: the text is read as a number if it is wholly one, such as "3", "-0.5" or "1e-3"; if not, the
 *   answer is unknown.
 * - **Text literal, number value**: a literal that is wholly a number compares as one (`'3'` equals 3 and 3.0). Any other text is not
 *   equal to any number: `=` is false, `!=` is true, and an order is unknown.
 * - **NaN** is unknown with everything, also with `!=`. Infinities are ordinary numbers.
 * - **LIKE and ILIKE** look at the text of a value, of a number as JavaScript writes it; NaN stays unknown.
 * - **IN** is true if one literal is equal, else unknown if one comparison is, else false. **BETWEEN** is `>= low AND <= high`.
 *   Negation keeps unknown.
 */
export function compileCondition(condition: SearchCondition): ValuePredicate {
  switch (condition.kind) {
    case "compare":
      return compileComparison(condition.operator, condition.value);
    case "between": {
      const aboveLow = compileComparison(">=", condition.low);
      const belowHigh = compileComparison("<=", condition.high);
      return negatedIf(condition.negated, (value) => and(aboveLow(value), belowHigh(value)));
    }
    case "in":
      return negatedIf(condition.negated, compileList(condition.values));
  }
}

/** What a condition says of a field that is there: of several values it is the disjunction. */
export function truthOf(predicate: ValuePredicate, value: SearchFieldValue): Truth {
  if (typeof value !== "object") return predicate(value);
  let truth: Truth = false;
  for (const one of value) truth = or(truth, predicate(one));
  return truth;
}

/** Negation, conjunction and disjunction of three values, as SQL has them. */
export function not(truth: Truth): Truth {
  return truth === undefined ? undefined : !truth;
}

export function and(left: Truth, right: Truth): Truth {
  if (left === false || right === false) return false;
  return left === undefined || right === undefined ? undefined : true;
}

export function or(left: Truth, right: Truth): Truth {
  if (left === true || right === true) return true;
  return left === undefined || right === undefined ? undefined : false;
}

function negatedIf(negated: boolean, predicate: ValuePredicate): ValuePredicate {
  return negated ? (value) => not(predicate(value)) : predicate;
}

function compileComparison(operator: SearchOperator, literal: SearchLiteral): ValuePredicate {
  if (operator === "like" || operator === "ilike") {
    const like = compileLike(textOf(literal), operator === "ilike");
    return (value) => (Number.isNaN(value) ? undefined : like(textOf(value)));
  }
  const fits = signs[operator];
  if (isNumeric(literal)) {
    return (value) => {
      const number = isNumeric(value) ? value : typeof value === "string" ? numberOfText(value) : undefined;
      const sign = number === undefined ? undefined : compareNumbers(number, literal);
      return sign === undefined ? undefined : fits(sign);
    };
  }
  const text = textOf(literal);
  const numberOfLiteral = numberOfText(text);
  // What equality says of what is the same; an order says nothing of a number and a text that is none.
  const same = operator === "=" ? true : operator === "!=" ? false : undefined;
  return (value) => {
    if (!isNumeric(value))
      return same === undefined ? fits(compareText(textOf(value), text)) : (textOf(value) === text) === same;
    if (Number.isNaN(value)) return undefined;
    if (numberOfLiteral === undefined) return not(same);
    return fits(compareNumbers(value, numberOfLiteral)!);
  };
}

/** Long lists are lists of identifiers: texts are looked up, only numbers are compared one by one. */
function compileList(literals: readonly SearchLiteral[]): ValuePredicate {
  const texts = new Set(literals.filter((literal) => !isNumeric(literal)).map(textOf));
  const forText = literals.filter(isNumeric).map((literal) => compileComparison("=", literal));
  const forNumber = literals.map((literal) => compileComparison("=", literal));
  return (value) => {
    if (!isNumeric(value) && texts.has(textOf(value))) return true;
    return (isNumeric(value) ? forNumber : forText).reduce<Truth>(
      (truth, one) => or(truth, one(value)),
      false,
    );
  };
}

const signs = {
  "=": (sign: number) => sign === 0,
  "!=": (sign: number) => sign !== 0,
  "<": (sign: number) => sign < 0,
  "<=": (sign: number) => sign <= 0,
  ">": (sign: number) => sign > 0,
  ">=": (sign: number) => sign >= 0,
} as const;
