import { compareBytes } from "../../identity/bytes.js";
import { encodeKey, type Key } from "../../kv/key.js";

/** An entry as the model has it. */
export interface ModelEntry {
  readonly key: Key;
  readonly value: number;
  readonly version: string;
  readonly expiresAt: number | undefined;
  readonly order: number | undefined;
}

/** What a store must do, written as simply as can be: an array in the order of the keys. */
export class KvModel {
  #entries: ModelEntry[] = [];
  readonly #counters = new Map<string, number>();

  get(key: Key, now: number): ModelEntry | undefined {
    return this.list(now).find((entry) => equalKeys(entry.key, key));
  }

  list(now: number): ModelEntry[] {
    return this.#entries.filter((entry) => entry.expiresAt === undefined || entry.expiresAt > now);
  }

  set(entry: ModelEntry): void {
    this.delete(entry.key);
    this.#entries.push(entry);
    this.#entries.sort((a, b) => compareBytes(encodeKey(a.key), encodeKey(b.key)));
  }

  delete(key: Key): void {
    this.#entries = this.#entries.filter((entry) => !equalKeys(entry.key, key));
  }

  nextSequence(log: string): number {
    const sequence = (this.#counters.get(log) ?? 0) + 1;
    this.#counters.set(log, sequence);
    return sequence;
  }
}

function equalKeys(a: Key, b: Key): boolean {
  return compareBytes(encodeKey(a), encodeKey(b)) === 0;
}
