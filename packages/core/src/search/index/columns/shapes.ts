/** Which columns a document has values in, by number. Documents with the same keys share one. */
export interface Shape {
  readonly columns: Uint32Array;
  readonly hash: number;
  /** Rows that have it. */
  uses: number;
}

/** The shapes of the rows of a table, each once. Without them a change would have to look into every column. */
export class Shapes {
  readonly #byHash = new Map<number, Shape[]>();

  /** The shape of the first `length` of these columns, for one more row. */
  acquire(columns: ArrayLike<number>, length: number): Shape {
    let hash = length;
    for (let index = 0; index < length; index++) hash = (Math.imul(hash, 31) + columns[index]!) | 0;
    let candidates = this.#byHash.get(hash);
    if (candidates === undefined) {
      candidates = [];
      this.#byHash.set(hash, candidates);
    }
    for (const shape of candidates) {
      if (isSame(shape.columns, columns, length)) {
        shape.uses++;
        return shape;
      }
    }
    const own = new Uint32Array(length);
    for (let index = 0; index < length; index++) own[index] = columns[index]!;
    const shape: Shape = { columns: own, hash, uses: 1 };
    candidates.push(shape);
    return shape;
  }

  release(shape: Shape): void {
    shape.uses--;
    if (shape.uses > 0) return;
    const candidates = this.#byHash.get(shape.hash)!;
    if (candidates.length === 1) this.#byHash.delete(shape.hash);
    else candidates.splice(candidates.indexOf(shape), 1);
  }
}

function isSame(a: Uint32Array, b: ArrayLike<number>, length: number): boolean {
  if (a.length !== length) return false;
  for (let index = 0; index < length; index++) if (a[index] !== b[index]) return false;
  return true;
}
