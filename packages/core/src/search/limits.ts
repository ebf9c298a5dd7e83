/**
 * What a filter may be. All of it is refused with `INVALID_ARGUMENT` before anything is evaluated, so that a filter can come from
 * anywhere.
 */
export const searchLimits = {
  /** Characters (UTF-16 units) of a filter or of one key of an order. */
  textLength: 65_536,
  /** Parentheses and NOTs inside each other. */
  depth: 100,
  /** Values in one list. */
  listValues: 10_000,
  /** Keys of one order. */
  orderKeys: 100,
} as const;
