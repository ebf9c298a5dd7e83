const chunkSize = 512;

/**
 * A map whose keys can be walked in order. Keys are strings of one character a byte, so that comparing strings compares
 * bytes. The order is kept in chunks, so that an insertion moves at most one chunk.
 */
export class SortedMap<Value> {
  readonly #values = new Map<string, Value>();
  #chunks: string[][] = [[]];

  get size(): number {
    return this.#values.size;
  }

  get(key: string): Value | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: Value): void {
    if (!this.#values.has(key)) this.#insert(key);
    this.#values.set(key, value);
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
    const index = this.#chunkOf(key);
    const chunk = this.#chunks[index]!;
    chunk.splice(lowerBound(chunk, key), 0, key);
    if (chunk.length > chunkSize) this.#chunks.splice(index + 1, 0, chunk.splice(chunkSize / 2));
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
