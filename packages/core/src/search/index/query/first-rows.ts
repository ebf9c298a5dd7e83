import type { CompareRows } from "./row-order.js";

/**
 * The first `limit` of the rows whose byte in `mask` is 1, in order: a heap that keeps the best so far, the worst of them on top, so
 * that most rows cost one comparison. `isBehind` leaves out rows before where the last page ended.
 */
export function firstRows(
  mask: Uint8Array,
  limit: number,
  compare: CompareRows,
  isBehind?: ((row: number) => boolean) | undefined,
): number[] {
  const heap: number[] = [];
  const first = mask.indexOf(1);
  const last = mask.lastIndexOf(1);
  // Documents mostly come in the order of their time and identifier. Begun at the end that is likelier the best, few rows enter the heap.
  const step = first === last || compare(first, last) < 0 ? 1 : -1;
  for (let row = step === 1 ? first : last; row >= first && row <= last && first >= 0; row += step) {
    if (mask[row] === 0) continue;
    const isFull = heap.length === limit;
    if (isFull && compare(row, heap[0]!) >= 0) continue;
    if (isBehind !== undefined && !isBehind(row)) continue;
    if (isFull) sink(heap, row, compare);
    else rise(heap, row, compare);
  }
  return heap.sort(compare);
}

/** Adds a row at the bottom and lets it rise. */
function rise(heap: number[], row: number, compare: CompareRows): void {
  let place = heap.length;
  while (place > 0) {
    const parent = (place - 1) >> 1;
    if (compare(heap[parent]!, row) >= 0) break;
    heap[place] = heap[parent]!;
    place = parent;
  }
  heap[place] = row;
}

/** Puts a row in the place of the worst and lets it sink. */
function sink(heap: number[], row: number, compare: CompareRows): void {
  let place = 0;
  for (;;) {
    let child = 2 * place + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && compare(heap[child + 1]!, heap[child]!) > 0) child++;
    if (compare(heap[child]!, row) <= 0) break;
    heap[place] = heap[child]!;
    place = child;
  }
  heap[place] = row;
}
