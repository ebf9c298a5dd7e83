import { toHex } from "../identity/bytes.js";
import { encodeSequence } from "../kv/key.js";
import { expiryOf } from "../kv/packed-entry.js";
import { SortedMap } from "./sorted-map.js";

/** Microseconds that an ended entry is kept, since whoever shares it may have a clock that is behind. */
const clockDifference = 60_000_000;

/** Packed entries in the order of their keys, which are their names: one array an entry is what a collector likes. Those that have ended are forgotten as others are written. */
export class EntryMap {
  readonly #entries = new SortedMap<Uint8Array>();
  /** The names of entries that end, under their deadline and name. */
  readonly #deadlines = new SortedMap<string>();

  get size(): number {
    return this.#entries.size;
  }

  get(name: string): Uint8Array | undefined {
    return this.#entries.get(name);
  }

  set(name: string, packed: Uint8Array): void {
    this.#forgetDeadline(name);
    this.#entries.set(name, packed);
    const expiresAt = expiryOf(packed);
    if (expiresAt !== undefined) this.#deadlines.set(deadlineName(expiresAt) + name, name);
  }

  delete(name: string): void {
    this.#forgetDeadline(name);
    this.#entries.delete(name);
  }

  /** Keys from `start` (inclusive) to `end` (exclusive), in order or from the end. */
  keys(start: string, end: string, reverse: boolean): Iterable<string> {
    return this.#entries.keys(start, end, reverse);
  }

  /** Forgets a few more ended entries than a commit can add, so that they cannot pile up and no commit pays for all. */
  removeExpired(now: number, mutations: number): void {
    const ended: string[] = [];
    for (const deadline of this.#deadlines.keys("", deadlineName(now - clockDifference), false)) {
      if (ended.push(this.#deadlines.get(deadline)!) > 2 * mutations) break;
    }
    for (const name of ended) this.delete(name);
  }

  #forgetDeadline(name: string): void {
    const packed = this.#deadlines.size === 0 ? undefined : this.#entries.get(name);
    const expiresAt = packed === undefined ? undefined : expiryOf(packed);
    if (expiresAt !== undefined) this.#deadlines.delete(deadlineName(expiresAt) + name);
  }
}

/** Text that sorts as the times do. */
function deadlineName(time: number): string {
  return toHex(encodeSequence(time));
}
