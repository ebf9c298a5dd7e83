/** A value that is searched for. */
export type SearchValue = string | number | bigint | boolean;

/** What is searched of a thing: its values by entity and key, `{ metric: { auc: 0.9 }, attribute: { status: "FINISHED" } }`. */
export interface SearchDocument {
  /** Unique among the documents of an index; the last tiebreak of every order. */
  readonly id: string;
  readonly entities: Readonly<Record<string, Readonly<Record<string, SearchValue>>>>;
}
