export type { SearchIndexProgress } from "./follower.js";
export type { SearchPage, SearchQuery } from "./query/answer.js";
export { createSearchIndex, type SearchIndex, type SearchIndexOptions } from "./search-index.js";
export { touchSearchIndex } from "./touch.js";
