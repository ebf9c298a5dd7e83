const chunkSize = 512;

/**
 * A map whose keys can be walked in order. Keys are strings of one character a byte, so that comparing strings compares
 * bytes. The order is kept in chunks, so that an insertion moves at most one chunk.
 */
export class SortedMap<Value> {
  readonly #values = new Map<string, Value>();
  #chunks: string[][] = [[]];
  /** Where a key was inserted last; deletions may have moved it. */
  #lastChunk = 0;
  #lastPlace = 0;

  get size(): number {
    return this.#values.size;
  }

  get(key: string): Value | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: Value): void {
    const size = this.#values.size;
    this.#values.set(key, value);
    if (this.#values.size !== size) this.#insert(key);
  }

  delete(key: string): boolean {
    if (!this.#values.delete(key)) return false;
    const index = this.#chunkOf(key);
    const chunk = this.#chunks[index]!;
    chunk.splice(lowerBound(chunk, key), 1);
    if (chunk.length === 0 && this.#chunks.length > 1) this.#chunks.splice(index, 1);
    return true;
  }

  /** Keys from `start` (inclusive) to `end` (exclusive), in order or from the end. */
  *keys(start: string, end: string, reverse: boolean): Generator<string, void, void> {
    if (start >= end) return;
    let index = this.#chunkOf(reverse ? end : start);
    let position = lowerBound(this.#chunks[index]!, reverse ? end : start);
    for (;;) {
      const chunk = this.#chunks[index];
      if (chunk === undefined) return;
      if (reverse) {
        while (position > 0) {
          const key = chunk[--position]!;
          if (key < start) return;
          yield key;
        }
        position = this.#chunks[--index]?.length ?? 0;
      } else {
        for (; position < chunk.length; position++) {
          const key = chunk[position]!;
          if (key >= end) return;
          yield key;
        }
        index++;
        position = 0;
      }
    }
  }

  #insert(key: string): void {
    const followed = this.#isNextOfLast(key);
    const index = followed ? this.#lastChunk : this.#chunkOf(key);
    const chunk = this.#chunks[index]!;
    const place = followed ? this.#lastPlace + 1 : lowerBound(chunk, key);
    if (place === chunk.length) chunk.push(key);
    else chunk.splice(place, 0, key);
    this.#lastChunk = index;
    this.#lastPlace = place;
    if (chunk.length > chunkSize) this.#chunks.splice(index + 1, 0, chunk.splice(chunkSize / 2));
  }

  /** Whether a key belongs right behind the one that was inserted last, as those of a log do. */
  #isNextOfLast(key: string): boolean {
    const chunk = this.#chunks[this.#lastChunk];
    const last = chunk?.[this.#lastPlace];
    const next = chunk?.[this.#lastPlace + 1] ?? this.#chunks[this.#lastChunk + 1]?.[0];
    return last !== undefined && last < key && (next === undefined || key < next);
  }

  /** The last chunk whose first key is not behind `key`. */
  #chunkOf(key: string): number {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#chunks[middle]![0]! <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function lowerBound(sorted: readonly string[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
