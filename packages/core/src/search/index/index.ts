export { type BoundSearchLogOptions, boundSearchLog } from "./bound-log.js";
export type { SearchIndexOptions, SearchIndexProgress } from "./options.js";
export type { SearchPage, SearchQuery } from "./query/answer.js";
export { createSearchIndex, type SearchIndex } from "./search-index.js";
export { touchSearchIndex } from "./touch.js";
