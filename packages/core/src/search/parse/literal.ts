import type { SearchLiteral } from "../expression.js";
import { searchLimits } from "../limits.js";
import { numberOfText } from "../values.js";
import { type Cursor, reservedWords } from "./cursor.js";
import type { ResolvedField } from "./field.js";
import { shown } from "./shown.js";
import type { SearchToken } from "./tokens.js";

/** What a value is compared for: an order makes no sense of booleans, and a pattern only of texts. */
export type LiteralUse = "equality" | "order" | "pattern" | "list";

// The numbers of sqlparse, which knows neither a plus nor `.5e3`.
const numbersOfMlflow = /^(?:-?\d+(?:\.\d+)?e-?\d+|-?(?:\d+\.\d*|\.\d+)|-?\d+)$/i;

/** Reads one value that fits the field. */
export function parseLiteral(cursor: Cursor, resolved: ResolvedField, use: LiteralUse): SearchLiteral {
  const token = cursor.peek();
  const written = bareText(cursor, token, resolved, use);
  if (written !== undefined) return written;
  const literal = literalOf(cursor, token, resolved, use);
  if (literal === undefined)
    throw cursor.failure(expectedLiteral(cursor, resolved, use), token, remedyFor(token));
  cursor.take();
  return literal;
}

/** Reads `(value, value, …)`. */
export function parseList(cursor: Cursor, resolved: ResolvedField): SearchLiteral[] {
  const open = cursor.peek();
  if (!cursor.takePunctuation("(")) throw cursor.failure("a list of values in parentheses");
  const values: SearchLiteral[] = [];
  while (!cursor.takePunctuation(")")) {
    if (values.length === searchLimits.listValues) {
      throw cursor.failure(`at most ${searchLimits.listValues} values in a list`);
    }
    values.push(parseLiteral(cursor, resolved, "list"));
    if (cursor.takePunctuation(",")) continue;
    if (!cursor.takePunctuation(")")) throw cursor.failure('"," or ")"');
    break;
  }
  if (values.length === 0 && cursor.dialect === "mlflow")
    throw cursor.failure("a list that is not empty", open);
  return values;
}

function literalOf(
  cursor: Cursor,
  token: SearchToken,
  { type, key }: ResolvedField,
  use: LiteralUse,
): SearchLiteral | undefined {
  const strict = cursor.dialect === "mlflow";
  const text = textLiteral(cursor, token, use);
  if (type === "number") {
    if (use === "pattern") return undefined;
    return text !== undefined && key?.mlflow?.quotedNumbers === true ? text : numberLiteral(cursor, token);
  }
  if (text !== undefined) return text;
  if (strict || use === "pattern") return undefined;
  return numberLiteral(cursor, token) ?? (use === "order" ? undefined : booleanLiteral(cursor));
}

function textLiteral(cursor: Cursor, token: SearchToken, use: LiteralUse): string | undefined {
  if (token.kind !== "quoted" || token.quote === "`") return undefined;
  if (cursor.dialect === "full") return token.text;
  if (token.quote === "E") return undefined;
  const keepsQuotes = cursor.vocabulary.mlflow?.valuesAsWritten === true && use !== "list";
  return keepsQuotes && token.quote === '"' ? cursor.text.slice(token.start, token.end) : token.text;
}

const bareInMlflow = /[\p{L}\p{N}_.]*/uy;
const bareInFull = /[\p{L}\p{N}_.\-/:@#+$%]*/uy;

/** Reads a text without quotes, where the vocabulary says that they may be missing. */
function bareText(
  cursor: Cursor,
  token: SearchToken,
  { type }: ResolvedField,
  use: LiteralUse,
): string | undefined {
  if (type !== "text" || use === "order" || use === "list") return undefined;
  if (cursor.vocabulary.mlflow?.valuesAsWritten !== true) return undefined;
  if (token.kind === "word" ? reservedWords.has(token.text.toUpperCase()) : !/^[-+.\d]/.test(token.text)) {
    return undefined;
  }
  if (cursor.dialect === "full") return cursor.takeRun(bareInFull, token.start) || undefined;
  if (token.kind === "word") return cursor.takeRun(bareInMlflow, token.start);
  return token.kind === "number" && numbersOfMlflow.test(token.text) ? cursor.take().text : undefined;
}

function numberLiteral(cursor: Cursor, token: SearchToken): number | bigint | undefined {
  const strict = cursor.dialect === "mlflow";
  const asWritten = cursor.vocabulary.mlflow?.valuesAsWritten === true;
  if (token.kind === "number" && (!strict || numbersOfMlflow.test(token.text))) return numberOf(token.text);
  if (cursor.peekKeyword(0, "INF", "INFINITY") && (!strict || asWritten)) return Number.POSITIVE_INFINITY;
  if (asWritten && cursor.peekKeyword(0, "NAN")) return Number.NaN;
  return undefined;
}

/** What overflows is infinite, as Python reads it; 0 has no sign, so that a tree prints and reads back the same. */
function numberOf(text: string): number | bigint {
  const value = numberOfText(text);
  if (value !== undefined) return value === 0 ? 0 : value;
  return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

function booleanLiteral(cursor: Cursor): boolean | undefined {
  const word = cursor.peekKeyword(0, "TRUE", "FALSE");
  return word === undefined ? undefined : word === "TRUE";
}

function expectedLiteral(cursor: Cursor, { field, type }: ResolvedField, use: LiteralUse): string {
  const name = `${field.entity}.${shown(field.key)}`;
  if (use === "pattern") return `a pattern in quotes for ${name}`;
  if (type === "number") return `a number for ${name}`;
  if (cursor.dialect === "mlflow") return `a text in quotes for ${name}`;
  return use === "order"
    ? `a text in quotes or a number for ${name}`
    : `a text in quotes, a number, true or false for ${name}`;
}

function remedyFor(token: SearchToken): string | undefined {
  if (token.kind === "unknown" && /^['"`]/.test(token.text)) return "the quote is not closed";
  if (token.kind === "word" && token.text.toUpperCase() === "NULL") return "write IS NULL or IS NOT NULL";
  if (token.kind === "word" && token.text.toUpperCase() === "NAN")
    return "NaN equals nothing, not even itself";
  if (token.kind === "word") return `a text needs quotes: '${shown(token.text)}'`;
  return undefined;
}
