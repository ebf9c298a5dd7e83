import { type ColumnValues, valuesFor } from "./column-values.js";
import { grown, roomFor } from "./grow.js";
import { ListValues } from "./list-values.js";
import type { Stored } from "./stored-value.js";
import { GeneralValues } from "./values.js";

/** A column becomes dense when this part of all rows has a value, and sparse when fewer than half as many have. */
const denseFrom = 1 / 8;

/** Values whose slots are rows, and where there are any. */
export interface DenseValues {
  readonly presence: Uint8Array;
  readonly values: ColumnValues;
}

/** Which rows have values, in a table of `extent` rows. */
export interface PackedRows {
  /** Ascending; all if `undefined`. */
  readonly rows: Uint32Array | undefined;
  readonly count: number;
  readonly extent: number;
}

/**
 * The values of one (entity, key) by row. Dense: the slot of a value is its row, and `presence` says where there is one. Sparse: the
 * slot of a value is the place of its row in `rows`, which is sorted; ten thousand keys that a few rows have cost what they hold.
 */
export class Column {
  readonly entity: string;
  readonly key: string;
  /** Its place among the columns of the table. */
  readonly number: number;
  values: ColumnValues;
  /** Rows that have a value. */
  count = 0;
  /** Of a dense column: 1 where there is a value. May be shorter than the table. */
  presence: Uint8Array | undefined;
  /** Of a sparse column: the rows that have a value; the first `count` count. */
  rows: Uint32Array;
  /** The last change of the table that wrote here, by which it knows which columns a new document left out. */
  touched = 0;

  constructor(entity: string, key: string, number: number, values: ColumnValues) {
    this.entity = entity;
    this.key = key;
    this.number = number;
    this.values = values;
    this.rows = new Uint32Array(0);
  }

  static for(entity: string, key: string, number: number, first: Stored): Column {
    return new Column(entity, key, number, valuesFor(first));
  }

  /** A column of values that lie without gaps, in the order of `rows`; those are all rows if there are none given. */
  static packed(
    entity: string,
    key: string,
    number: number,
    values: ColumnValues,
    { rows, count, extent }: PackedRows,
  ): Column {
    const column = new Column(entity, key, number, values);
    column.count = count;
    if (rows === undefined) {
      column.presence = new Uint8Array(roomFor(count)).fill(1, 0, count);
      values.reserve(column.presence.length);
      return column;
    }
    column.rows = grown(rows, count);
    if (count >= extent * denseFrom) column.#makeDense(extent);
    else values.reserve(column.rows.length);
    return column;
  }

  /** Where the value of a row lies in `values`; −1 if it has none. */
  slotOf(row: number): number {
    if (this.presence !== undefined) return this.presence[row] === 1 ? row : -1;
    const slot = this.#place(row);
    return slot < this.count && this.rows[slot] === row ? slot : -1;
  }

  get(row: number): Stored | undefined {
    const slot = this.slotOf(row);
    return slot === -1 ? undefined : this.values.get(slot);
  }

  /** Sets the value of a row of a table that has `extent` rows. */
  set(row: number, value: Stored, extent: number): void {
    if (!this.values.accepts(value)) this.#generalize(value);
    if (this.presence !== undefined) this.#setDense(row, value, extent);
    else this.#setSparse(row, value, extent);
  }

  delete(row: number, extent: number): void {
    const slot = this.slotOf(row);
    if (slot === -1) return;
    this.values.clear(slot);
    this.count--;
    if (this.presence !== undefined) {
      this.presence[row] = 0;
      if (this.count < (extent * denseFrom) / 2) this.#makeSparse();
    } else {
      this.rows.copyWithin(slot, slot + 1, this.count + 1);
      this.values.move(slot + 1, this.count + 1, slot);
    }
  }

  #setDense(row: number, value: Stored, extent: number): void {
    const presence = this.presence!;
    if (row >= presence.length) {
      if (this.count + 1 < (extent * denseFrom) / 2) {
        this.#makeSparse();
        this.#setSparse(row, value, extent);
        return;
      }
      this.presence = grown(presence, Math.max(row + 1, extent));
      this.values.reserve(this.presence.length);
    }
    if (this.presence![row] === 0) {
      this.presence![row] = 1;
      this.count++;
    }
    this.values.set(row, value);
  }

  #setSparse(row: number, value: Stored, extent: number): void {
    const slot = this.#place(row);
    if (slot < this.count && this.rows[slot] === row) {
      this.values.set(slot, value);
      return;
    }
    if (this.count + 1 >= extent * denseFrom) {
      this.#makeDense(extent);
      this.#setDense(row, value, extent);
      return;
    }
    if (this.count >= this.rows.length) {
      this.rows = grown(this.rows, Math.ceil((this.count + 1) * 1.25));
      this.values.reserve(this.rows.length);
    }
    if (slot < this.count) {
      this.rows.copyWithin(slot + 1, slot, this.count);
      this.values.move(slot, this.count, slot + 1);
    }
    this.rows[slot] = row;
    this.values.set(slot, value);
    this.count++;
  }

  /** The same with a slot for each row. */
  dense(extent: number): DenseValues {
    if (this.presence !== undefined) return { presence: this.presence, values: this.values };
    const presence = new Uint8Array(roomFor(extent));
    for (let slot = 0; slot < this.count; slot++) presence[this.rows[slot]!] = 1;
    const slots = Uint32Array.from({ length: this.count }, (_, slot) => slot);
    return { presence, values: this.values.arranged(slots, this.rows, this.count, presence.length) };
  }

  #makeDense(extent: number): void {
    const { presence, values } = this.dense(extent);
    this.presence = presence;
    this.values = values;
    this.rows = new Uint32Array(0);
  }

  #makeSparse(): void {
    const presence = this.presence!;
    const rows = new Uint32Array(roomFor(this.count));
    let count = 0;
    for (let row = 0; row < presence.length && count < this.count; row++)
      if (presence[row] === 1) rows[count++] = row;
    const slots = Uint32Array.from({ length: count }, (_, slot) => slot);
    this.values = this.values.arranged(rows, slots, count, rows.length);
    this.values.reserve(rows.length);
    this.presence = undefined;
    this.rows = rows;
  }

  /** Makes what holds this value too: of lists, if it is one. */
  #generalize(value: Stored): void {
    const room = (this.presence ?? this.rows).length;
    const general = typeof value === "object" ? new ListValues() : new GeneralValues();
    general.reserve(room);
    if (this.presence === undefined)
      for (let slot = 0; slot < this.count; slot++) general.set(slot, this.values.get(slot));
    else
      for (let row = 0; row < room; row++)
        if (this.presence[row] === 1) general.set(row, this.values.get(row));
    this.values = general;
  }

  /** The first slot of a sparse column whose row is not before `row`. */
  #place(row: number): number {
    let low = 0;
    let high = this.count;
    // Rows mostly come in order.
    if (high === 0 || this.rows[high - 1]! < row) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.rows[middle]! < row) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
