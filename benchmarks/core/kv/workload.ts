import { createRandom, encodeKey, type Key } from "@millwright/core";

/** The entries that all stores hold, and the order in which they are asked for. */
export interface KvWorkload {
  readonly keys: readonly Key[];
  /** The bytes of each key: what a raw call is given, ready made. */
  readonly encoded: readonly Buffer[];
  /** 100 bytes each. */
  readonly values: readonly Buffer[];
  /** The place of the entry that call number `index` is about. */
  at(index: number): number;
  /** The places of the entries of `getMany` number `index`: no two alike. */
  group(index: number): readonly number[];
}

/** Keys of one `getMany`. */
export const groupSize = 100;

const entryCount = 10_000;
const valueBytes = 100;
/** What a Storage puts before the keys of its default namespace. */
export const namespace = "default";

/** Makes the entries. The same seed makes the same. */
export function createWorkload(seed: number): KvWorkload {
  const random = createRandom(seed);
  const places = Array.from({ length: entryCount }, (_, place) => place);
  for (let last = entryCount - 1; last > 0; last--) {
    const other = Math.floor(random.next() * (last + 1));
    [places[last], places[other]] = [places[other]!, places[last]!];
  }
  const keys = places.map((place): Key => ["tracking", 1, "run", `run-${String(place).padStart(6, "0")}`]);
  const groups = Array.from({ length: entryCount / groupSize }, (_, index) =>
    places.slice(index * groupSize, (index + 1) * groupSize),
  );
  return {
    keys,
    encoded: keys.map((key) => Buffer.from(encodeKey([namespace, ...key]))),
    values: keys.map(() =>
      Buffer.from(Array.from({ length: valueBytes }, () => Math.floor(random.next() * 256))),
    ),
    at: (index) => places[index % entryCount]!,
    group: (index) => groups[index % groups.length]!,
  };
}
