/** A value that is searched for. */
export type SearchValue = string | number | bigint | boolean;

/**
 * What a field holds: a value, or several, of which a condition has to be true of one. Which comes first does not count, and a list of
 * none is as if the field were absent.
 */
export type SearchFieldValue = SearchValue | readonly SearchValue[];

/**
 * What is searched of a thing: its values by entity and key,
 * `{ metric: { auc: 0.9 }, attribute: { status: "FINISHED" }, dataset: { name: ["loans", "holidays"] } }`.
 */
export interface SearchDocument {
  /** Unique among the documents of an index; the last tiebreak of every order. */
  readonly id: string;
  readonly entities: Readonly<Record<string, Readonly<Record<string, SearchFieldValue>>>>;
}
