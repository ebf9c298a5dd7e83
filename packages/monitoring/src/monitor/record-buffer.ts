import type { Column, ColumnBatch, PredictionValue } from "@millwright/core";

/** Values of one column on their way into a batch. */
interface ColumnBuffer {
  add(value: PredictionValue | undefined): void;
  finish(): Column;
}

/** Whether a feature holds numbers or categories. */
export type FeatureKind = "numeric" | "categorical";

/** What is kept of a record. */
export interface ObservedRow {
  readonly id: string;
  /** Microseconds since the epoch. */
  readonly time: number;
  value(name: string): PredictionValue | undefined;
}

/** Rows in columns; adding one copies plain values and allocates little. */
export class RecordBuffer {
  readonly #columns: readonly (readonly [string, ColumnBuffer])[];
  readonly #ids = textBuffer();
  readonly #times: number[] = [];

  /** `columns` says for each feature whether it holds numbers. */
  constructor(columns: readonly (readonly [string, FeatureKind])[]) {
    this.#columns = columns.map(([name, kind]) => [name, kind === "numeric" ? numberBuffer() : textBuffer()]);
  }

  get rows(): number {
    return this.#times.length;
  }

  add(row: ObservedRow): void {
    // Read everything before anything is kept: a getter that throws must not leave half a row.
    const values = this.#columns.map(([name]) => row.value(name));
    const { id, time } = row;
    this.#ids.add(id);
    this.#times.push(time);
    for (const [index, [, column]] of this.#columns.entries()) column.add(values[index]);
  }

  /** The rows as a batch with the columns `id` and `time`, and one for each feature behind `feature.`. */
  toBatch(): ColumnBatch {
    const columns: Record<string, Column> = {
      id: this.#ids.finish(),
      time: { type: "timestamp", values: Float64Array.from(this.#times) },
    };
    for (const [name, column] of this.#columns) columns[featureColumn(name)] = column.finish();
    return { rows: this.rows, columns };
  }
}

/** How the column of a feature is called in the table. */
export function featureColumn(name: string): string {
  return `feature.${name}`;
}

function numberBuffer(): ColumnBuffer {
  const values: number[] = [];
  const nulls: number[] = [];
  return {
    add(value) {
      const known = typeof value === "number" || typeof value === "bigint" || typeof value === "boolean";
      if (!known) nulls.push(values.length);
      values.push(known ? Number(value) : 0);
    },
    finish: () => ({
      type: "float64",
      values: Float64Array.from(values),
      validity: validityOf(values.length, nulls),
    }),
  };
}

function textBuffer(): ColumnBuffer {
  const codes: number[] = [];
  const nulls: number[] = [];
  const dictionary = new Map<string, number>();
  return {
    add(value) {
      if (value === null || value === undefined || typeof value === "object") {
        nulls.push(codes.length);
        codes.push(0);
        return;
      }
      const text = String(value).toWellFormed();
      const code = dictionary.get(text) ?? dictionary.size;
      dictionary.set(text, code);
      codes.push(code);
    },
    finish() {
      // A column of nothing but nulls still needs a word for its codes to point to.
      const words = dictionary.size === 0 && codes.length > 0 ? [""] : [...dictionary.keys()];
      return {
        type: "dictionary",
        codes: Int32Array.from(codes),
        dictionary: words,
        validity: validityOf(codes.length, nulls),
      };
    },
  };
}

function validityOf(rows: number, nulls: readonly number[]): Uint8Array | undefined {
  if (nulls.length === 0) return undefined;
  const validity = new Uint8Array(Math.ceil(rows / 8));
  for (let row = 0; row < rows; row++) validity[row >> 3]! |= 1 << (row & 7);
  for (const row of nulls) validity[row >> 3]! &= ~(1 << (row & 7));
  return validity;
}
