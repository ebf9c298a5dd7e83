import { compareText, numberOfText } from "../../values.js";
import { grown } from "./grow.js";
import { comparePlain, isPlain } from "./plain-text.js";

/** Texts of which the order is kept. With more of them a new one would make the next search sort too much. */
const mostRanked = 4_096;

/**
 * The distinct texts of a column by code, from 1; 0 is no text. A text that no row uses any more gives its code back, so that a
 * column whose values change for ever does not grow.
 */
export class Dictionary {
  /** Texts by code; `undefined` where a code is free. */
  readonly texts: (string | undefined)[];
  #codes: Map<string, number> | undefined;
  #uses: Uint32Array;
  readonly #free: number[] = [];
  #numbers: Float64Array | undefined;
  #exact = true;
  /** Whether `<` orders all texts by code point, once that was asked for. */
  #plain: boolean | undefined;
  #ranks: Uint32Array | undefined;

  /** `texts` and their uses, as a snapshot has them, begin with the code 1. */
  constructor(texts: readonly string[] = [], uses?: Uint32Array) {
    this.texts = [undefined, ...texts];
    this.#uses = new Uint32Array(Math.max(4, this.texts.length));
    if (uses !== undefined) this.#uses.set(uses, 1);
  }

  /** One above the highest code in use. */
  get extent(): number {
    return this.texts.length;
  }

  /**
   * By code, the number that each text is; NaN where it is none. Read once, then kept up to date. `undefined` if some text is an integer
   * that only a bigint holds.
   */
  get numbers(): Float64Array | undefined {
    if (this.#numbers === undefined && this.#exact) {
      this.#numbers = new Float64Array(this.texts.length).fill(Number.NaN);
      for (let code = 1; code < this.texts.length; code++) this.#readNumber(code);
    }
    return this.#numbers;
  }

  /** By code, the place of each text in order, if there are few enough texts that sorting them pays. */
  get ranks(): Uint32Array | undefined {
    if (this.#ranks === undefined && this.texts.length <= mostRanked) {
      const codes = [...this.texts.keys()].filter((code) => this.texts[code] !== undefined);
      const compare = this.compare;
      codes.sort((a, b) => compare(this.texts[a]!, this.texts[b]!));
      this.#ranks = new Uint32Array(this.texts.length);
      for (const [rank, code] of codes.entries()) this.#ranks[code] = rank;
    }
    return this.#ranks;
  }

  /** The order of two texts of the dictionary, by code point. */
  get compare(): (a: string, b: string) => number {
    this.#plain ??= this.texts.every((text) => text === undefined || isPlain(text));
    return this.#plain ? comparePlain : compareText;
  }

  /** The code of a text for one more row. */
  acquire(text: string): number {
    let code = this.#index().get(text);
    if (code === undefined) {
      code = this.#free.pop() ?? this.texts.length;
      this.texts[code] = text;
      this.#index().set(text, code);
      if (code >= this.#uses.length) this.#uses = grown(this.#uses, code + 1);
      if (this.#plain === true) this.#plain = isPlain(text);
      this.#readNumber(code);
      this.#ranks = undefined;
    }
    this.#uses[code]!++;
    return code;
  }

  /** One row less has the code. */
  release(code: number): void {
    this.#uses[code]!--;
    if (this.#uses[code]! > 0) return;
    this.#index().delete(this.texts[code]!);
    this.texts[code] = undefined;
    this.#free.push(code);
  }

  #readNumber(code: number): void {
    if (this.#numbers === undefined) return;
    const number = numberOfText(this.texts[code] ?? "");
    if (typeof number === "bigint") {
      this.#exact = false;
      this.#numbers = undefined;
      return;
    }
    if (code >= this.#numbers.length) this.#numbers = grown(this.#numbers, code + 1);
    this.#numbers[code] = number ?? Number.NaN;
  }

  /** Made when the first text is looked up: a column that is only read needs none. */
  #index(): Map<string, number> {
    if (this.#codes === undefined) {
      this.#codes = new Map();
      for (let code = 1; code < this.texts.length; code++) {
        const text = this.texts[code];
        if (text !== undefined) this.#codes.set(text, code);
      }
    }
    return this.#codes;
  }
}
