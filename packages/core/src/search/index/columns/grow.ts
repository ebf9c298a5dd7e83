/** A copy with room for at least `length` elements, and an eighth more, so that growing one by one is cheap. */
export function grown<Elements extends Float64Array | Uint32Array | Uint8Array>(
  elements: Elements,
  length: number,
): Elements {
  const larger = new (elements.constructor as new (length: number) => Elements)(roomFor(length));
  larger.set(elements);
  return larger;
}

/** Elements to allocate where `length` are needed now. */
export function roomFor(length: number): number {
  return Math.max(4, length + Math.ceil(length / 8));
}
