import type { SearchExpression, SearchField, SearchLiteral, SearchOrder } from "./expression.js";
import { isNumeric } from "./values.js";

/**
 * Prints a filter in the full language, with the entity in front of every key: `parseSearch(toText(expression), vocabulary)` gives the
 * same tree. Where MLflow has words for something, it prints MLflow's. `undefined`, which stands for everything, prints as "".
 *
 * The tree must be one that the parser, the builder or {@link checkSearchExpression} made: no conjunction of one, no NaN, −0, nor a
 * bigint that fits a number. In a vocabulary whose values need no quotes, a number compared with a text is read back as a text.
 *
 * @example
 * ```ts
 * import { fieldOf, or, toText } from "@millwright/core/search";
 *
 * const metric = fieldOf("metric", "number");
 * toText(or(metric("auc", ">", 0.9), metric("val/auc", ">", 0.9))); // "metric.auc > 0.9 OR metric.`val/auc` > 0.9"
 * ```
 */
export function toText(expression: SearchExpression | undefined): string {
  if (expression === undefined) return "";
  switch (expression.kind) {
    case "and":
      return expression.operands.map(inParentheses).join(" AND ");
    case "or":
      return expression.operands
        .map((operand) => (operand.kind === "and" ? toText(operand) : inParentheses(operand)))
        .join(" OR ");
    case "not":
      return `NOT ${inParentheses(expression.operand)}`;
    case "compare":
      return `${fieldText(expression.field)} ${expression.operator.toUpperCase()} ${literalText(expression.value)}`;
    case "in": {
      const values = expression.values.map(literalText).join(", ");
      return `${fieldText(expression.field)} ${negation(expression)}IN (${values})`;
    }
    case "between": {
      const range = `${literalText(expression.low)} AND ${literalText(expression.high)}`;
      return `${fieldText(expression.field)} ${negation(expression)}BETWEEN ${range}`;
    }
    case "absent":
      return `${fieldText(expression.field)} IS ${negation(expression)}NULL`;
  }
}

/** Prints the keys of an order, as {@link parseOrder} reads them. */
export function orderToTexts(order: readonly SearchOrder[]): string[] {
  return order.map(({ field, descending }) => fieldText(field) + (descending ? " DESC" : ""));
}

function inParentheses(expression: SearchExpression): string {
  const text = toText(expression);
  return expression.kind === "and" || expression.kind === "or" ? `(${text})` : text;
}

function negation({ negated }: { readonly negated: boolean }): string {
  return negated ? "NOT " : "";
}

function fieldText({ entity, key }: SearchField): string {
  return `${plainWord.test(entity) ? entity : quotedName(entity)}.${plainKey(key) ? key : quotedName(key)}`;
}

const plainWord = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** What MLflow's parser also reads without quotes. */
function plainKey(key: string): boolean {
  const sql = /^(?:case|in|values|using|from|as)$/i;
  return key.split(".").every((part) => plainWord.test(part) && !sql.test(part));
}

function quotedName(name: string): string {
  return name.includes("`") ? quotedText(name) : `\`${name}\``;
}

function literalText(literal: SearchLiteral): string {
  if (!isNumeric(literal)) return typeof literal === "string" ? quotedText(literal) : String(literal);
  // An integer beyond 2^53 without an exponent would be read as a bigint. MLflow knows no plus in exponents.
  const exact = typeof literal === "bigint" || !Number.isInteger(literal) || Number.isSafeInteger(literal);
  return (exact ? String(literal) : literal.toExponential()).replace("e+", "e");
}

/** In the quotes that it does not hold itself; a backslash at the end would take the closing one with it. */
function quotedText(text: string): string {
  const closes = !text.endsWith("\\");
  if (closes && !text.includes("'")) return `'${text}'`;
  if (closes && !text.includes('"')) return `"${text}"`;
  return `E'${text.replace(/[\\']/g, "\\$&")}'`;
}
