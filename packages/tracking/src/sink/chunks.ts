import type { ColumnBatch } from "@millwright/core";
import type { Operation, PlacedOperation } from "../operations/operation.js";

/** Of one commit. Most runs are small; where they are not, and the commit is too large, its halves are tried. */
const chunkRuns = 100;
/** Of one commit: each takes a reference, and one more if it takes the place of another. */
const chunkArtifacts = 300;
const chunkRows = 262_144;

/** Operations that are applied by one commit. */
export interface Chunk {
  readonly first: number;
  readonly last: number;
  readonly operations: readonly PlacedOperation[];
  /** The points of each run of the chunk. */
  readonly points: ReadonlyMap<string, readonly ColumnBatch[]>;
  readonly runs: ReadonlySet<string>;
}

/** Cuts operations into chunks that a commit can take. */
export function* chunksOf(operations: readonly PlacedOperation[]): Generator<Chunk, void, void> {
  let open = new OpenChunk();
  for (const placed of operations) {
    if (!open.takes(placed.operation)) {
      yield open.close();
      open = new OpenChunk();
    }
    open.add(placed);
  }
  if (open.size > 0) yield open.close();
}

/** The operations of a chunk in two. */
export function halvesOf({ operations }: Chunk): Chunk[] {
  const middle = operations.length >> 1;
  return [operations.slice(0, middle), operations.slice(middle)].flatMap((half) => [...chunksOf(half)]);
}

class OpenChunk {
  readonly #operations: PlacedOperation[] = [];
  readonly #points = new Map<string, ColumnBatch[]>();
  readonly #runs = new Set<string>();
  #artifacts = 0;
  #rows = 0;

  get size(): number {
    return this.#operations.length;
  }

  takes(operation: Operation): boolean {
    if (this.#runs.size >= chunkRuns && !this.#runs.has(operation.run)) return false;
    if (operation.kind === "artifact") return this.#artifacts < chunkArtifacts;
    return operation.kind !== "points" || this.#rows === 0 || this.#rows + operation.points.rows <= chunkRows;
  }

  add(placed: PlacedOperation): void {
    const { operation } = placed;
    this.#operations.push(placed);
    this.#runs.add(operation.run);
    if (operation.kind === "artifact") this.#artifacts++;
    if (operation.kind !== "points") return;
    this.#rows += operation.points.rows;
    const batches = this.#points.get(operation.run) ?? [];
    batches.push(operation.points);
    this.#points.set(operation.run, batches);
  }

  close(): Chunk {
    return {
      first: this.#operations[0]!.sequence,
      last: this.#operations.at(-1)!.sequence,
      operations: this.#operations,
      points: this.#points,
      runs: this.#runs,
    };
  }
}
