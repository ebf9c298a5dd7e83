/** The rows that one appended batch has in an entry. */
export interface TablePart {
  readonly position: number;
  readonly rows: number;
}

/** Parts as they are stored: `[position, rows]`, or `[position, rows, count]` for neighbours with equally many rows. */
export type EncodedParts = readonly (readonly number[])[];

/** Parts that follow each other with as many rows are stored once, with their number. */
export function encodeParts(parts: readonly TablePart[]): EncodedParts {
  const runs: [number, number, number][] = [];
  for (const { position, rows } of parts) {
    const run = runs.at(-1);
    if (run !== undefined && run[1] === rows && run[0] + run[2] === position) run[2]++;
    else runs.push([position, rows, 1]);
  }
  return runs.map(([position, rows, count]) => (count === 1 ? [position, rows] : [position, rows, count]));
}

export function decodeParts(encoded: EncodedParts): TablePart[] {
  return encoded.flatMap(([position = 0, rows = 0, count = 1]) =>
    Array.from({ length: count }, (_, index) => ({ position: position + index, rows })),
  );
}

/** Rows of the parts up to a position: those that a reader who stands there has already seen. */
export function rowsUpTo(parts: readonly TablePart[], position: number): number {
  return parts.reduce((rows, part) => (part.position <= position ? rows + part.rows : rows), 0);
}

/** The parts that are left when the rows with a 0 in the mask are gone. */
export function partsAfter(parts: readonly TablePart[], kept: Uint8Array): TablePart[] {
  let row = 0;
  return parts.flatMap((part) => {
    let rows = 0;
    for (const end = row + part.rows; row < end; row++) rows += kept[row]!;
    return rows === 0 ? [] : [{ position: part.position, rows }];
  });
}
