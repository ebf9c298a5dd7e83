import { invalidArgument } from "../errors/create.js";
import type { SearchExpression, SearchField, SearchOperator } from "./expression.js";
import { searchLimits } from "./limits.js";
import { checkedList, checkedLiteral, checkedRange } from "./literals.js";

/**
 * Takes a filter that came as a tree, from a request for example, apart and puts it together again: what it gives is a tree as the
 * parser makes it, within {@link searchLimits}. Names of entities and keys are not looked up.
 *
 * @throws `INVALID_ARGUMENT` for anything else; `details.path` names the node, such as `filter.operands[1].value`.
 *
 * @example
 * ```ts
 * import { checkSearchExpression } from "@millwright/core/search";
 *
 * const field = { entity: "metric", key: "auc" };
 * checkSearchExpression({ kind: "compare", field, operator: ">", value: 0.9 }, "filter");
 * ```
 */
export function checkSearchExpression(value: unknown, path: string): SearchExpression {
  return check(value, path, { kind: undefined, depth: 0 });
}

const operators: ReadonlySet<unknown> = new Set<SearchOperator>([
  "=",
  "!=",
  "<",
  "<=",
  ">",
  ">=",
  "like",
  "ilike",
]);

/** What a node stands in, and how many parentheses and NOTs that makes in a text. */
interface Surroundings {
  readonly kind: "and" | "or" | "not" | undefined;
  readonly depth: number;
}

function check(value: unknown, path: string, around: Surroundings): SearchExpression {
  const node = objectOf(value, path);
  const depth = around.depth + (nests(node.kind, around.kind) ? 1 : 0);
  if (depth > searchLimits.depth) {
    throw invalidArgument(
      path,
      `is deeper than ${searchLimits.depth} parentheses and NOTs inside each other`,
    );
  }
  switch (node.kind) {
    case "and":
    case "or": {
      const { kind, operands } = node;
      if (!Array.isArray(operands) || operands.length === 0) {
        throw invalidArgument(`${path}.operands`, "must be an array that is not empty");
      }
      const checked = Array.from(operands, (operand, index) =>
        check(operand, `${path}.operands[${index}]`, { kind, depth }),
      );
      return checked.length === 1 ? checked[0]! : { kind, operands: checked };
    }
    case "not":
      return { kind: "not", operand: check(node.operand, `${path}.operand`, { kind: "not", depth }) };
    case "compare":
      return checkComparison(node, path);
    case "in": {
      const values = checkedList(node.values, `${path}.values`);
      return { kind: "in", field: checkField(node, path), values, negated: checkNegated(node, path) };
    }
    case "between": {
      const range = checkedRange(node.low, node.high, path);
      return { kind: "between", field: checkField(node, path), ...range, negated: checkNegated(node, path) };
    }
    case "absent":
      return { kind: "absent", field: checkField(node, path), negated: checkNegated(node, path) };
    default:
      throw invalidArgument(`${path}.kind`, "must be and, or, not, compare, in, between or absent");
  }
}

function nests(kind: unknown, around: Surroundings["kind"]): boolean {
  if (kind === "not") return true;
  const bare = around === undefined || (around === "or" && kind === "and");
  return (kind === "and" || kind === "or") && !bare;
}

function checkComparison(node: Readonly<Record<string, unknown>>, path: string): SearchExpression {
  const operator = node.operator as SearchOperator;
  if (!operators.has(operator)) {
    throw invalidArgument(`${path}.operator`, `must be one of ${[...operators].join(", ")}`);
  }
  const value = checkedLiteral(node.value, `${path}.value`);
  if ((operator === "like" || operator === "ilike") && typeof value !== "string") {
    throw invalidArgument(`${path}.value`, "a pattern must be a text");
  }
  if (typeof value === "boolean" && operator !== "=" && operator !== "!=") {
    throw invalidArgument(`${path}.value`, "true and false have no order");
  }
  return { kind: "compare", field: checkField(node, path), operator, value };
}

function checkField(node: Readonly<Record<string, unknown>>, path: string): SearchField {
  const { entity, key } = objectOf(node.field, `${path}.field`);
  if (typeof entity !== "string" || typeof key !== "string") {
    throw invalidArgument(`${path}.field`, "must have an entity and a key, both texts");
  }
  return { entity, key };
}

function checkNegated(node: Readonly<Record<string, unknown>>, path: string): boolean {
  const negated = node.negated;
  if (typeof negated !== "boolean") throw invalidArgument(`${path}.negated`, "must be true or false");
  return negated;
}

function objectOf(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) throw invalidArgument(path, "must be an object");
  return value as Readonly<Record<string, unknown>>;
}
