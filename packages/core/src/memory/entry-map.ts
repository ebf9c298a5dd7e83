import { toHex } from "../identity/bytes.js";
import type { StoredEntry } from "../kv/driver.js";
import { encodeSequence } from "../kv/key.js";
import { SortedMap } from "./sorted-map.js";

/** Microseconds that an ended entry is kept, since whoever shares it may have a clock that is behind. */
const clockDifference = 60_000_000;

/** Entries in the order of their keys. Those that have ended are forgotten as others are written. */
export class EntryMap {
  readonly #entries = new SortedMap<StoredEntry>();
  /** The names of entries that end, under their deadline and name. */
  readonly #deadlines = new SortedMap<string>();

  get size(): number {
    return this.#entries.size;
  }

  get(name: string): StoredEntry | undefined {
    return this.#entries.get(name);
  }

  set(name: string, entry: StoredEntry): void {
    this.#forgetDeadline(name);
    this.#entries.set(name, entry);
    if (entry.expiresAt !== undefined) this.#deadlines.set(deadlineName(entry.expiresAt) + name, name);
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
    const expiresAt = this.#entries.get(name)?.expiresAt;
    if (expiresAt !== undefined) this.#deadlines.delete(deadlineName(expiresAt) + name);
  }
}

/** Text that sorts as the times do. */
function deadlineName(time: number): string {
  return toHex(encodeSequence(time));
}
