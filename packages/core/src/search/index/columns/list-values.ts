import type { Dictionary } from "./dictionary.js";
import type { Stored } from "./stored-value.js";
import { fromTaggedText, toTaggedText } from "./tagged-json.js";
import { TextValues } from "./values.js";

/**
 * Lists of values, and single values where only some documents have lists. Each distinct one is there once, as the text of its JSON: many
 * documents have the same, and what is said of one is said of all of them.
 */
export class ListValues {
  readonly kind = "list";
  /** The texts of the lists. */
  readonly written: TextValues;
  /** By code, what the text was read as. Codes are used again, so the text it was is there too. */
  readonly #read: ({ readonly text: string; readonly value: Stored } | undefined)[] = [];

  constructor(written = new TextValues()) {
    this.written = written;
  }

  get codes(): Uint32Array {
    return this.written.codes;
  }

  get dictionary(): Dictionary {
    return this.written.dictionary;
  }

  /** Whether there is a list, and not only what stands beside them. */
  get hasLists(): boolean {
    return this.dictionary.texts.some((text) => text?.startsWith("["));
  }

  accepts(_value: Stored): _value is Stored {
    return true;
  }

  get(slot: number): Stored {
    return this.valueOfCode(this.codes[slot]!);
  }

  /** What a code of the dictionary, which is in use, stands for. */
  valueOfCode(code: number): Stored {
    const text = this.dictionary.texts[code]!;
    const known = this.#read[code];
    if (known?.text === text) return known.value;
    const value = fromTaggedText(text);
    this.#read[code] = { text, value };
    return value;
  }

  set(slot: number, value: Stored): void {
    this.written.set(slot, toTaggedText(value));
  }

  clear(slot: number): void {
    this.written.clear(slot);
  }

  reserve(length: number): void {
    this.written.reserve(length);
  }

  move(from: number, end: number, to: number): void {
    this.written.move(from, end, to);
  }

  arranged(sources: Uint32Array, targets: Uint32Array, count: number, length: number): ListValues {
    return new ListValues(this.written.arranged(sources, targets, count, length));
  }
}
