export {
  and,
  type EntityBuilder,
  type FieldBuilder,
  fieldOf,
  not,
  or,
  type SearchBuilder,
  type SearchOperand,
  type SearchWords,
  searchBuilder,
} from "./builder.js";
export { checkSearchExpression } from "./check.js";
export type { SearchDocument, SearchFieldValue, SearchValue } from "./document.js";
export { compileSearch, matches } from "./evaluate.js";
export type {
  SearchExpression,
  SearchField,
  SearchLiteral,
  SearchOperator,
  SearchOrder,
} from "./expression.js";
export {
  type BoundSearchLogOptions,
  boundSearchLog,
  createSearchIndex,
  type SearchIndex,
  type SearchIndexOptions,
  type SearchIndexProgress,
  type SearchPage,
  type SearchQuery,
  touchSearchIndex,
} from "./index/index.js";
export { searchLimits } from "./limits.js";
export { compareDocuments } from "./order.js";
export type { SearchParseOptions } from "./parse/cursor.js";
export { parseOrder } from "./parse/parse-order.js";
export { parseSearch } from "./parse/parse-search.js";
export { orderToTexts, toText } from "./to-text.js";
export {
  defineSearchVocabulary,
  type SearchDialect,
  type SearchEntity,
  type SearchEntityRules,
  type SearchKey,
  type SearchKeyRules,
  type SearchType,
  type SearchVocabulary,
  type SearchVocabularyRules,
} from "./vocabulary.js";
