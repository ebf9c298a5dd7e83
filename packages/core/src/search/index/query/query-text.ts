import type { SearchExpression, SearchField, SearchLiteral, SearchOrder } from "../../expression.js";

/** One text for each query, however its objects were made: what a cursor is bound to. */
export function queryText(filter: SearchExpression | undefined, order: readonly SearchOrder[]): string {
  return JSON.stringify([
    filter === undefined ? null : listOf(filter),
    order.map(({ field, descending }) => [fieldList(field), descending]),
  ]);
}

function listOf(expression: SearchExpression): unknown[] {
  switch (expression.kind) {
    case "and":
    case "or":
      return [expression.kind, expression.operands.map(listOf)];
    case "not":
      return ["not", listOf(expression.operand)];
    case "compare":
      return [fieldList(expression.field), expression.operator, literalList(expression.value)];
    case "in":
      return [fieldList(expression.field), "in", expression.negated, expression.values.map(literalList)];
    case "between": {
      const { field, negated, low, high } = expression;
      return [fieldList(field), "between", negated, literalList(low), literalList(high)];
    }
    case "absent":
      return [fieldList(expression.field), "absent", expression.negated];
  }
}

function fieldList({ entity, key }: SearchField): string[] {
  return [entity, key];
}

function literalList(value: SearchLiteral): string[] {
  return [typeof value, String(value)];
}
