import { Dictionary } from "./dictionary.js";
import { grown, roomFor } from "./grow.js";
import type { Stored, StoredValue } from "./stored-value.js";

/** Numbers; NaN where there is none, so that no comparison is true there. */
export class NumberValues {
  readonly kind = "number";
  numbers: Float64Array;

  constructor(numbers = new Float64Array(0)) {
    this.numbers = numbers;
  }

  accepts(value: Stored): value is number {
    return typeof value === "number";
  }

  get(slot: number): number {
    return this.numbers[slot]!;
  }

  set(slot: number, value: Stored): void {
    this.numbers[slot] = value as number;
  }

  clear(slot: number): void {
    this.numbers[slot] = Number.NaN;
  }

  /** Makes room for `length` slots. */
  reserve(length: number): void {
    const before = this.numbers.length;
    if (length <= before) return;
    this.numbers = grown(this.numbers, length);
    this.numbers.fill(Number.NaN, before);
  }

  /** Moves the slots from `from` up to `end` so that they begin at `to`; what they leave is taken as empty. */
  move(from: number, end: number, to: number): void {
    this.numbers.copyWithin(to, from, end);
  }

  /** The same values at other slots. */
  arranged(sources: Uint32Array, targets: Uint32Array, count: number, length: number): NumberValues {
    const numbers = new Float64Array(roomFor(length)).fill(Number.NaN);
    for (let index = 0; index < count; index++) numbers[targets[index]!] = this.numbers[sources[index]!]!;
    return new NumberValues(numbers);
  }
}

/** Texts as codes of a dictionary; 0 where there is none. */
export class TextValues {
  readonly kind = "text";
  codes: Uint32Array;
  readonly dictionary: Dictionary;

  constructor(codes = new Uint32Array(0), dictionary = new Dictionary()) {
    this.codes = codes;
    this.dictionary = dictionary;
  }

  accepts(value: Stored): value is string {
    return typeof value === "string";
  }

  get(slot: number): string {
    return this.dictionary.texts[this.codes[slot]!]!;
  }

  set(slot: number, value: Stored): void {
    const code = this.codes[slot]!;
    if (code === 0) this.codes[slot] = this.dictionary.acquire(value as string);
    else if (this.dictionary.texts[code] !== value) {
      this.dictionary.release(code);
      this.codes[slot] = this.dictionary.acquire(value as string);
    }
  }

  clear(slot: number): void {
    const code = this.codes[slot]!;
    if (code !== 0) this.dictionary.release(code);
    this.codes[slot] = 0;
  }

  reserve(length: number): void {
    if (length > this.codes.length) this.codes = grown(this.codes, length);
  }

  move(from: number, end: number, to: number): void {
    this.codes.copyWithin(to, from, end);
    // The slot that was opened, or left at the end, holds no use of a code.
    if (to > from) this.codes.fill(0, from, to);
    else this.codes.fill(0, end - (from - to), end);
  }

  arranged(sources: Uint32Array, targets: Uint32Array, count: number, length: number): TextValues {
    const codes = new Uint32Array(roomFor(length));
    for (let index = 0; index < count; index++) codes[targets[index]!] = this.codes[sources[index]!]!;
    return new TextValues(codes, this.dictionary);
  }
}

/** Values of several types, or bigints that are not exact as numbers. */
export class GeneralValues {
  readonly kind = "general";
  readonly list: (StoredValue | undefined)[];

  constructor(list: (StoredValue | undefined)[] = []) {
    this.list = list;
  }

  accepts(value: Stored): value is StoredValue {
    return typeof value !== "object";
  }

  get(slot: number): StoredValue {
    return this.list[slot]!;
  }

  set(slot: number, value: Stored): void {
    this.list[slot] = value as StoredValue;
  }

  clear(slot: number): void {
    this.list[slot] = undefined;
  }

  reserve(length: number): void {
    while (this.list.length < length) this.list.push(undefined);
  }

  move(from: number, end: number, to: number): void {
    this.list.copyWithin(to, from, end);
  }

  arranged(sources: Uint32Array, targets: Uint32Array, count: number, length: number): GeneralValues {
    const list = new Array<StoredValue | undefined>(length).fill(undefined);
    for (let index = 0; index < count; index++) list[targets[index]!] = this.list[sources[index]!];
    return new GeneralValues(list);
  }
}
