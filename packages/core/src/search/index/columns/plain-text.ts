/**
 * Whether `<` orders a text by code point against every other text of which that is true. It is by code unit, and only surrogates, which
 * stand for what lies behind all other code units, make a difference.
 */
export function isPlain(text: string): boolean {
  return !/[\ud800-\uffff]/.test(text);
}

/** The order of plain texts: negative, zero or positive. */
export function comparePlain(a: string, b: string): number {
  return a < b ? -1 : a === b ? 0 : 1;
}
