/**
 * Limits that keep a hostile file from costing more memory than a real one. Real models stay far below them: the
 * nodes of a graph are only counted, and payloads are never loaded.
 */

/** Messages inside messages; protobuf's own default. */
export const maxDepth = 100;
/** Bytes of a name of anything. */
export const maxNameBytes = 64 * 1024;
/** Bytes of a documentation string or a metadata value: some exporters keep a tokenizer there. */
export const maxTextBytes = 16 * 1024 * 1024;
/** Bytes of all documentation and metadata together. */
export const maxTotalTextBytes = 64 * 1024 * 1024;
/** Inputs, outputs, operator sets or metadata entries, each. */
export const maxEntries = 65_536;
/** Initializers of the main graph. */
export const maxInitializers = 1_000_000;
/** Different operators. */
export const maxOperators = 65_536;
/** Files of external data. */
export const maxExternalFiles = 65_536;
/** Dimensions of a tensor. */
export const maxRank = 1_024;
/** Class labels of a classifier; those with more are described without labels. */
export const maxLabels = 65_536;
