import { invalidArgument } from "../errors/create.js";
import type { SearchExpression, SearchField, SearchLiteral, SearchOperator } from "./expression.js";
import { checkedList, checkedLiteral, checkedRange } from "./literals.js";
import type { SearchEntity, SearchType, SearchVocabulary } from "./vocabulary.js";

/** What a field of a type is compared with. A field of text also takes numbers, and then compares as a number. */
export type SearchOperand<Type extends SearchType> = Type extends "number"
  ? number | bigint
  : string | number | bigint | boolean;

/** What may be said of a field of a type: an operator, and what that operator needs. */
export type SearchWords<Type extends SearchType> =
  | readonly [operator: "=" | "!=" | "<" | "<=" | ">" | ">=", value: SearchOperand<Type>]
  | readonly [operator: "in" | "not in", values: readonly SearchOperand<Type>[]]
  | readonly [operator: "between" | "not between", low: SearchOperand<Type>, high: SearchOperand<Type>]
  | readonly [operator: "is null" | "is not null"]
  | (Type extends "text"
      ? readonly [operator: "like" | "ilike" | "not like" | "not ilike", pattern: string]
      : never);

/** Makes conditions on the fields of one entity, whose keys may be anything. */
export type FieldBuilder<Type extends SearchType> = (
  key: string,
  ...words: SearchWords<Type>
) => SearchExpression;

/** Makes conditions on the fields of one entity of a vocabulary: the compiler knows its keys and what each takes. */
export type EntityBuilder<Entity extends SearchEntity> = <Key extends KeyOf<Entity>>(
  key: Key,
  ...words: SearchWords<TypeOfKey<Entity, Key>>
) => SearchExpression;

/** One function for each entity of a vocabulary. */
export type SearchBuilder<Vocabulary extends SearchVocabulary> = {
  readonly [Name in keyof Vocabulary["entities"]]: EntityBuilder<Vocabulary["entities"][Name]>;
};

type KeyOf<Entity extends SearchEntity> = Entity extends { readonly anyKey: SearchType }
  ? string
  : Extract<keyof Entity["keys"], string>;

type TypeOfKey<Entity extends SearchEntity, Key extends string> = Entity extends {
  readonly keys: { readonly [Name in Key]: { readonly type: infer Type extends SearchType } };
}
  ? Type
  : Entity extends { readonly anyKey: infer Type extends SearchType }
    ? Type
    : never;

/**
 * Functions that make the tree that {@link parseSearch} reads, one for each entity of a vocabulary. Keys, operators and values are
 * checked by the compiler, and again when called.
 *
 * @throws `INVALID_ARGUMENT`, from what it gives, for a key, an operator or a value that does not fit, such as NaN, which equals nothing.
 *
 * @example
 * ```ts
 * import { and, defineSearchVocabulary, or, searchBuilder } from "@millwright/core/search";
 *
 * const { metric, param, attribute } = searchBuilder(
 *   defineSearchVocabulary({
 *     entities: {
 *       metric: { anyKey: "number" },
 *       param: { anyKey: "text" },
 *       attribute: { keys: { status: { type: "text" }, start_time: { type: "number" } } },
 *     },
 *   }),
 * );
 * const good = and(
 *   attribute("status", "=", "FINISHED"),
 *   metric("auc", "between", 0.9, 1),
 *   or(param("depth", "in", [3, 4]), param("note", "ilike", "%deep%"), param("depth", "is null")),
 * );
 * ```
 */
export function searchBuilder<const Vocabulary extends SearchVocabulary>(
  vocabulary: Vocabulary,
): SearchBuilder<Vocabulary> {
  const builders = Object.entries(vocabulary.entities).map(([name, entity]) => {
    const build = (key: string, ...words: SearchWords<"text">): SearchExpression =>
      condition({ entity: name, key }, typeOf(name, entity, key), words);
    return [name, build];
  });
  return Object.fromEntries(builders) as SearchBuilder<Vocabulary>;
}

/**
 * As {@link searchBuilder}, for one entity whose keys are free.
 *
 * @example
 * ```ts
 * import { and, fieldOf, not } from "@millwright/core/search";
 *
 * const metric = fieldOf("metric", "number");
 * const tag = fieldOf("tag", "text");
 * const filter = and(metric("loss", "<", 0.1), not(tag("team", "like", "test-%")));
 * ```
 */
export function fieldOf<Type extends SearchType>(entity: string, type: Type): FieldBuilder<Type> {
  return (key, ...words) => condition({ entity, key }, type, words);
}

/** True where all are true. Operands of `undefined`, which stand for everything, are left out; with none left it is `undefined`. */
export function and(...operands: readonly [SearchExpression, ...SearchExpression[]]): SearchExpression;
export function and(...operands: readonly (SearchExpression | undefined)[]): SearchExpression | undefined;
export function and(...operands: readonly (SearchExpression | undefined)[]): SearchExpression | undefined {
  const given = operands.filter((operand) => operand !== undefined);
  return given.length < 2 ? given[0] : { kind: "and", operands: given };
}

/** True where at least one is true. */
export function or(...operands: readonly [SearchExpression, ...SearchExpression[]]): SearchExpression {
  if (operands.length === 0) throw invalidArgument("operands", "or() needs at least one");
  return operands.length === 1 ? operands[0] : { kind: "or", operands };
}

/** True where the operand is false. What is unknown stays unknown, so an absent field matches neither way. */
export function not(operand: SearchExpression): SearchExpression {
  return { kind: "not", operand };
}

function typeOf(name: string, entity: SearchEntity, key: string): SearchType {
  const keys = entity.keys ?? {};
  const type = Object.hasOwn(keys, key) ? keys[key]!.type : entity.anyKey;
  if (type !== undefined) return type;
  throw invalidArgument(name, `has no key ${JSON.stringify(key)}; there are ${Object.keys(keys).join(", ")}`);
}

type AnyWords = readonly [operator: string, first?: unknown, second?: unknown];

function condition(field: SearchField, type: SearchType, words: AnyWords): SearchExpression {
  const [operator, first, second] = words;
  const path = `${field.entity}.${field.key}`;
  if (typeof field.key !== "string") throw invalidArgument(field.entity, "the key must be a text");
  switch (operator) {
    case "=":
    case "!=":
      return { kind: "compare", field, operator, value: checkedLiteral(first, path, type) };
    case "<":
    case "<=":
    case ">":
    case ">=":
      return { kind: "compare", field, operator, value: ordered(first, path, type) };
    case "like":
    case "ilike":
      return pattern(field, operator, first, path, type);
    case "not like":
      return not(pattern(field, "like", first, path, type));
    case "not ilike":
      return not(pattern(field, "ilike", first, path, type));
    case "in":
    case "not in":
      return { kind: "in", field, values: checkedList(first, path, type), negated: operator === "not in" };
    case "between":
    case "not between":
      return {
        kind: "between",
        field,
        ...checkedRange(first, second, path, type),
        negated: operator !== "between",
      };
    case "is null":
    case "is not null":
      return { kind: "absent", field, negated: operator === "is not null" };
    default:
      throw invalidArgument(path, `${JSON.stringify(operator)} is no operator; see SearchWords`);
  }
}

function ordered(value: unknown, path: string, type: SearchType): SearchLiteral {
  if (typeof value === "boolean") throw invalidArgument(path, "true and false have no order");
  return checkedLiteral(value, path, type);
}

function pattern(
  field: SearchField,
  operator: SearchOperator,
  value: unknown,
  path: string,
  type: SearchType,
): SearchExpression {
  if (type === "number") throw invalidArgument(path, "is a number, and patterns are for texts");
  if (typeof value !== "string") throw invalidArgument(path, `a pattern must be a text, got ${typeof value}`);
  return { kind: "compare", field, operator, value };
}
