import type { SearchExpression, SearchOperator } from "../expression.js";
import type { Cursor } from "./cursor.js";
import { parseField, type ResolvedField } from "./field.js";
import { parseList, parseLiteral } from "./literal.js";
import { shown } from "./shown.js";
import type { SearchToken } from "./tokens.js";

const comparisons: Readonly<Record<string, SearchOperator>> = {
  "=": "=",
  "!=": "!=",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
  // Spellings of other languages, which MLflow's parser lets through and its stores refuse.
  "==": "=",
  "<>": "!=",
};

/** Reads a field and what is said of it: a comparison, a list, a range or a null. */
export function parseCondition(cursor: Cursor): SearchExpression {
  const resolved = parseField(cursor, "filter");
  const { field } = resolved;
  const token = cursor.peek();
  if (token.kind === "operator") {
    const operator = Object.hasOwn(comparisons, token.text) ? comparisons[token.text] : undefined;
    if (operator === undefined || !allows(cursor, resolved, token.text)) throw unfit(cursor, resolved, token);
    cursor.take();
    const use = operator === "=" || operator === "!=" ? "equality" : "order";
    return { kind: "compare", field, operator, value: parseLiteral(cursor, resolved, use) };
  }
  if (cursor.peekKeyword(0, "IS")) return parseNull(cursor, resolved);
  const negated = cursor.peekKeyword(0, "NOT") !== undefined;
  const word = cursor.peekKeyword(negated ? 1 : 0, "LIKE", "ILIKE", "IN", "BETWEEN");
  if (word === undefined || !allows(cursor, resolved, negated ? `NOT ${word}` : word)) {
    throw unfit(cursor, resolved, token);
  }
  if (negated) cursor.take();
  cursor.take();
  switch (word) {
    case "IN":
      return { kind: "in", field, values: parseList(cursor, resolved), negated };
    case "BETWEEN": {
      const low = parseLiteral(cursor, resolved, "order");
      if (!cursor.takeKeyword("AND")) throw cursor.failure("AND and the upper end of the range");
      const before = cursor.peek();
      const high = parseLiteral(cursor, resolved, "order");
      if ((typeof low === "string") !== (typeof high === "string")) {
        throw cursor.failure(
          typeof low === "string" ? "a text, as the lower end is" : "a number, as the lower end is",
          before,
        );
      }
      return { kind: "between", field, low, high, negated };
    }
    default: {
      const operator = word === "LIKE" ? "like" : "ilike";
      const value = parseLiteral(cursor, resolved, "pattern");
      const operand = { kind: "compare", field, operator, value } as const;
      return negated ? { kind: "not", operand } : operand;
    }
  }
}

function parseNull(cursor: Cursor, resolved: ResolvedField): SearchExpression {
  const token = cursor.peek();
  if (!allows(cursor, resolved, "IS")) throw unfit(cursor, resolved, token);
  cursor.take();
  const negated = cursor.takeKeyword("NOT") !== undefined;
  if (!cursor.takeKeyword("NULL")) throw cursor.failure(negated ? "NULL" : "NULL or NOT NULL");
  return { kind: "absent", field: resolved.field, negated };
}

function allows(cursor: Cursor, resolved: ResolvedField, operator: string): boolean {
  return operatorsOf(cursor, resolved).includes(operator);
}

const numberOperators = ["=", "!=", "<", "<=", ">", ">="];

/** What may follow a field; the first ones are named in errors. */
function operatorsOf(cursor: Cursor, { type, entity, key }: ResolvedField): readonly string[] {
  if (cursor.dialect === "mlflow") {
    if (type === "number") return numberOperators;
    const lists = key?.mlflow?.lists === true || entity.mlflow?.lists === true ? ["IN", "NOT IN"] : [];
    return ["=", "!=", "LIKE", "ILIKE", ...lists, ...(entity.mlflow?.nulls === true ? ["IS"] : [])];
  }
  const patterns = type === "text" ? ["LIKE", "ILIKE", "NOT LIKE", "NOT ILIKE"] : [];
  return [...numberOperators, ...patterns, "IN", "NOT IN", "BETWEEN", "NOT BETWEEN", "IS", "==", "<>"];
}

function unfit(cursor: Cursor, resolved: ResolvedField, token: SearchToken): Error {
  const { field } = resolved;
  const operators = operatorsOf(cursor, resolved).flatMap((operator) =>
    operator === "==" || operator === "<>" ? [] : operator === "IS" ? ["IS NULL", "IS NOT NULL"] : [operator],
  );
  const expected = `one of ${operators.join(", ")} behind ${field.entity}.${shown(field.key)}`;
  const remedy = /^[-/:@#$+%]/.test(token.text)
    ? "a key with other characters is put into backticks"
    : undefined;
  return cursor.failure(expected, token, remedy);
}
