/** What a program prints that has searched. Times are milliseconds. */
export interface SearchResult {
  /** From opening the storage until the first page was there, in a process that has just started and loaded its modules. */
  readonly firstSearch: number;
  /** Growth of the heap and of array buffers by opening the storage and the index, in bytes, after `gc`. Not of MLflow. */
  readonly memory?: number | undefined;
  /** Of each further search. */
  readonly searches: readonly number[];
  /** Of each search for the best run only: what finding costs, nearly without reading the runs of a page. */
  readonly best: readonly number[];
  /** Documents that a rebuild of the index has read. */
  readonly rebuilt?: number | undefined;
  /** Runs that match, and the page, of each of the first searches: all sides must agree. */
  readonly pages: readonly { readonly total?: number | undefined; readonly ids: readonly string[] }[];
}

/** Searches whose pages are compared. */
export const comparedPages = 5;
