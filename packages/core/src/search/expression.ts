/** What a filter compares: the key of an entity, such as `{ entity: "metric", key: "auc" }`. Entities are the vocabulary's names, never its aliases. */
export interface SearchField {
  readonly entity: string;
  readonly key: string;
}

/** What a field is compared with. */
export type SearchLiteral = string | number | bigint | boolean;

/** Comparisons of a field with one value. `ilike` ignores case; in both patterns `%` is any text and `_` any character. */
export type SearchOperator = "=" | "!=" | "<" | "<=" | ">" | ">=" | "like" | "ilike";

/**
 * A filter as a tree: what a text is parsed to, what the builder makes, and what is evaluated. Operands are never empty.
 *
 * Every node is true, false or unknown, as in SQL: a comparison with a field that is absent is unknown, `not` keeps unknown, `and`
 * and `or` combine it, and only what is true matches. So an absent field never matches, also not with `!=`.
 *
 * Of a field with several values a condition is true if it is true of one of them, `!=` and what is `negated` included, as in MLflow: "some
 * value differs". A `not` around it says it of all: "no value is equal".
 */
export type SearchExpression =
  | { readonly kind: "and" | "or"; readonly operands: readonly SearchExpression[] }
  | { readonly kind: "not"; readonly operand: SearchExpression }
  | {
      readonly kind: "compare";
      readonly field: SearchField;
      readonly operator: SearchOperator;
      readonly value: SearchLiteral;
    }
  | {
      readonly kind: "in";
      readonly field: SearchField;
      readonly values: readonly SearchLiteral[];
      readonly negated: boolean;
    }
  | {
      readonly kind: "between";
      readonly field: SearchField;
      readonly low: SearchLiteral;
      readonly high: SearchLiteral;
      readonly negated: boolean;
    }
  /** True where the field is absent; with `negated`, where it is there. Never unknown. */
  | { readonly kind: "absent"; readonly field: SearchField; readonly negated: boolean };

/** One key of an order, the most important first. */
export interface SearchOrder {
  readonly field: SearchField;
  readonly descending: boolean;
}
