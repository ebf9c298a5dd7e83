import type { SearchExpression } from "../expression.js";
import { searchLimits } from "../limits.js";
import type { SearchVocabulary } from "../vocabulary.js";
import { parseCondition } from "./condition.js";
import { Cursor, type SearchParseOptions } from "./cursor.js";
import { startsField } from "./field.js";

/**
 * Reads a filter. An empty one is `undefined`, which stands for everything.
 *
 * Conditions are joined by AND, OR, NOT (of any case; NOT binds closest, OR loosest) and parentheses. A condition is a field and one of:
 *
 * - `= != < <= > >=` and a value (`==` and `<>` are read as `=` and `!=`);
 * - `[NOT] LIKE` or `[NOT] ILIKE` and a text, for fields of text: `%` is any text, `_` any character;
 * - `[NOT] IN (value, …)`, `[NOT] BETWEEN low AND high`, `IS NULL`, `IS NOT NULL`.
 *
 * A field is `entity.key` or, for the vocabulary's bare entity, the key alone. Keys with other characters than letters, digits, `_` and
 * periods stand in backticks or double quotes. Texts stand in single or double quotes; nothing in them is unescaped, as in MLflow, and
 * `E'…'` is for texts with both quotes, with a backslash before what is special. Numbers have a point and an exponent as usual;
 * `Infinity` and `-inf` are numbers, `true` and `false` values of text fields. A field of text may be compared with a number: then only
 * texts that are wholly numbers fit.
 *
 * As MLflow, it overlooks a leading, trailing or doubled AND, and one that is missing between two conditions.
 *
 * @throws `INVALID_ARGUMENT` if it cannot be read, or is beyond {@link searchLimits}. The message says at which character, what was
 * expected and what was found; `details` are `{ path, position, expected }`, the position counted in characters from 1.
 *
 * @example
 * ```ts
 * import { defineSearchVocabulary, parseSearch } from "@millwright/core/search";
 *
 * const vocabulary = defineSearchVocabulary({ entities: { metric: { aliases: ["metrics"], anyKey: "number" } } });
 * parseSearch("metrics.auc BETWEEN 0.8 AND 0.9 OR NOT metrics.loss < 1e-3", vocabulary);
 * ```
 */
export function parseSearch(
  text: string,
  vocabulary: SearchVocabulary,
  options: SearchParseOptions = {},
): SearchExpression | undefined {
  const { dialect = "full", path = "filter" } = options;
  const cursor = new Cursor(text, path, vocabulary, dialect);
  let empty = 0;
  while (cursor.peekKeyword(empty, "AND")) empty++;
  if (cursor.peek(empty).kind === "end") return undefined;
  const expression = parseOr(cursor, 0);
  if (cursor.peek().kind !== "end") throw cursor.failure(expectedBetween(cursor));
  return expression;
}

function parseOr(cursor: Cursor, depth: number): SearchExpression {
  const operands = [parseAnd(cursor, depth)];
  while (cursor.dialect === "full" && cursor.takeKeyword("OR")) operands.push(parseAnd(cursor, depth));
  return operands.length === 1 ? operands[0]! : { kind: "or", operands };
}

function parseAnd(cursor: Cursor, depth: number): SearchExpression {
  skipAnds(cursor);
  const operands = [parseOperand(cursor, depth)];
  while (continues(cursor)) operands.push(parseOperand(cursor, depth));
  return operands.length === 1 ? operands[0]! : { kind: "and", operands };
}

/** Goes past ANDs, and says whether something follows that is joined by them, or stands there without one. */
function continues(cursor: Cursor): boolean {
  const joined = skipAnds(cursor);
  const next = cursor.peek();
  if (joined) return !(next.kind === "end" || next.text === ")" || cursor.peekKeyword(0, "OR"));
  return startsField(next);
}

function skipAnds(cursor: Cursor): boolean {
  let found = false;
  while (cursor.takeKeyword("AND")) found = true;
  return found;
}

function parseOperand(cursor: Cursor, depth: number): SearchExpression {
  const token = cursor.peek();
  if (cursor.dialect === "mlflow") return parseCondition(cursor);
  const not = cursor.peekKeyword(0, "NOT") !== undefined;
  if (!not && !(token.kind === "punctuation" && token.text === "(")) return parseCondition(cursor);
  if (depth === searchLimits.depth) {
    throw cursor.failure(`at most ${searchLimits.depth} parentheses and NOTs inside each other`);
  }
  cursor.take();
  if (not) return { kind: "not", operand: parseOperand(cursor, depth + 1) };
  const expression = parseOr(cursor, depth + 1);
  if (!cursor.takePunctuation(")")) throw cursor.failure('")", AND or OR');
  return expression;
}

function expectedBetween(cursor: Cursor): string {
  return cursor.dialect === "mlflow" ? "AND or the end" : "AND, OR or the end";
}
