import type { SearchDocument } from "../../document.js";
import type { SearchField } from "../../expression.js";
import { compareText } from "../../values.js";
import { Column } from "./column.js";
import { grown } from "./grow.js";
import { comparePlain, isPlain } from "./plain-text.js";
import { type Shape, Shapes } from "./shapes.js";
import { stored } from "./stored-value.js";

/** What a snapshot restores a table from. */
export interface TableContent {
  readonly ids: string[];
  readonly columns: Column[];
  /** The columns of each row; one array for all rows that have the same. */
  readonly shapes: readonly ArrayLike<number>[];
}

/** Documents by row, and their values by column. All of it changes at once or not at all: documents are checked before. */
export class DocumentTable {
  /** Identifiers by row; `undefined` where a row is free. */
  readonly ids: (string | undefined)[] = [];
  /** 1 where a row holds a document. May be longer than the table. */
  live = new Uint8Array(0);
  /** Columns by number; `undefined` where a number is free. */
  readonly columns: (Column | undefined)[] = [];
  readonly #entities = new Map<string, Map<string, Column>>();
  readonly #rows = new Map<string, number>();
  readonly #freeRows: number[] = [];
  readonly #freeColumns: number[] = [];
  readonly #shapes = new Shapes();
  readonly #shapeOf: (Shape | undefined)[] = [];
  readonly #written: number[] = [];
  #change = 0;
  #plainIds = true;

  /** A table of what a snapshot holds. */
  static from(content: TableContent): DocumentTable {
    const table = new DocumentTable();
    for (const column of content.columns) {
      table.columns.push(column);
      table.#keysOf(column.entity).set(column.key, column);
    }
    const known = new Map<ArrayLike<number>, Shape>();
    for (const [row, columns] of content.shapes.entries()) {
      const shape = known.get(columns);
      if (shape === undefined) {
        const acquired = table.#shapes.acquire(columns, columns.length);
        known.set(columns, acquired);
        table.#shapeOf.push(acquired);
      } else {
        shape.uses++;
        table.#shapeOf.push(shape);
      }
      table.#addRow(content.ids[row]!);
    }
    return table;
  }

  /** Documents. */
  get size(): number {
    return this.#rows.size;
  }

  /** Rows, those that are free included. */
  get extent(): number {
    return this.ids.length;
  }

  /** The column of a field; `undefined` if no document has it. */
  column({ entity, key }: SearchField): Column | undefined {
    return this.#entities.get(entity)?.get(key);
  }

  /** The columns in which a row has values, by number. */
  columnsOf(row: number): Uint32Array {
    return this.#shapeOf[row]!.columns;
  }

  /** The order of two identifiers, by code point. */
  get compareIds(): (a: string, b: string) => number {
    return this.#plainIds ? comparePlain : compareText;
  }

  /** Adds a document that was checked, or replaces what has its identifier. */
  put(document: SearchDocument): void {
    const row = this.#rows.get(document.id) ?? this.#takeRow(document.id);
    const change = ++this.#change;
    const written = this.#written;
    let count = 0;
    const { entities } = document;
    for (const entity of Object.keys(entities)) {
      const given = entities[entity];
      if (given === undefined) continue;
      const columns = this.#keysOf(entity);
      for (const key of Object.keys(given)) {
        const value = stored(given[key]);
        if (value === undefined) continue;
        let column = columns.get(key);
        if (column === undefined) {
          const number = this.#freeColumns.pop() ?? this.columns.length;
          column = Column.for(entity, key, number, value);
          this.columns[number] = column;
          columns.set(key, column);
        }
        column.set(row, value, this.ids.length);
        column.touched = change;
        written[count++] = column.number;
      }
    }
    const before = this.#shapeOf[row];
    this.#shapeOf[row] = this.#shapes.acquire(written, count);
    if (before !== undefined) this.#leave(row, before, change);
  }

  /** Removes a document; nothing happens if there is none. */
  delete(id: string): void {
    const row = this.#rows.get(id);
    if (row === undefined) return;
    const shape = this.#shapeOf[row]!;
    this.#shapeOf[row] = undefined;
    this.#leave(row, shape, ++this.#change);
    this.#rows.delete(id);
    this.ids[row] = undefined;
    this.live[row] = 0;
    this.#freeRows.push(row);
  }

  /** Takes a row out of the columns of a shape that were not written by a change. */
  #leave(row: number, shape: Shape, change: number): void {
    if (this.#shapeOf[row] !== shape) {
      for (const number of shape.columns) {
        const column = this.columns[number]!;
        if (column.touched === change) continue;
        column.delete(row, this.ids.length);
        if (column.count === 0) this.#drop(column);
      }
    }
    this.#shapes.release(shape);
  }

  #drop(column: Column): void {
    const keys = this.#entities.get(column.entity)!;
    keys.delete(column.key);
    if (keys.size === 0) this.#entities.delete(column.entity);
    this.columns[column.number] = undefined;
    this.#freeColumns.push(column.number);
  }

  #keysOf(entity: string): Map<string, Column> {
    let keys = this.#entities.get(entity);
    if (keys === undefined) {
      keys = new Map();
      this.#entities.set(entity, keys);
    }
    return keys;
  }

  #takeRow(id: string): number {
    const row = this.#freeRows.pop();
    if (row === undefined) return this.#addRow(id);
    this.#occupy(row, id);
    return row;
  }

  #addRow(id: string): number {
    const row = this.ids.length;
    this.ids.push(id);
    if (row >= this.live.length) this.live = grown(this.live, row + 1);
    this.#occupy(row, id);
    return row;
  }

  #occupy(row: number, id: string): void {
    this.ids[row] = id;
    this.live[row] = 1;
    this.#rows.set(id, row);
    if (this.#plainIds) this.#plainIds = isPlain(id);
  }
}
