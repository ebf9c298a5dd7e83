import { memoryKv } from "@millwright/core/memory";
import type { KvBackend } from "./backend.js";
import { groupSize, type KvWorkload } from "./workload.js";

interface HeldEntry {
  readonly value: Uint8Array;
  readonly version: number;
}

/**
 * The baseline is what one writes by hand: an async function over a Map by the JSON of the key, which copies values in and
 * out, so that callers cannot change what is stored. A bare Map, which does neither, is shown beside it.
 */
export async function openMemoryBackend({
  keys,
  encoded,
  values,
  at,
  group,
}: KvWorkload): Promise<KvBackend> {
  const held = new Map<string, HeldEntry>();
  const sequences = new Map<string, number>();
  const bare = new Map<string, Uint8Array>();
  const names = encoded.map((key) => key.toString("latin1"));
  let version = 0;
  const getOne = (place: number): HeldEntry | undefined => {
    const entry = held.get(JSON.stringify(keys[place]));
    return entry === undefined ? undefined : { value: new Uint8Array(entry.value), version: entry.version };
  };
  const put = (name: string, value: Uint8Array): number => {
    held.set(name, { value: new Uint8Array(value), version: ++version });
    return version;
  };
  for (const [place, value] of values.entries()) {
    put(JSON.stringify(keys[place]), value);
    bare.set(names[place]!, value);
  }
  return {
    name: "memory",
    driver: memoryKv(),
    baselines: {
      get: [
        { call: "async Map, JSON key, copy", aim: 2, run: async (index) => getOne(at(index)) },
        { call: "map.get(name)", remark: "bare", inFlight: 1, run: (index) => bare.get(names[at(index)]!) },
      ],
      getMany: [{ call: `${groupSize} × the same`, aim: 2, run: async (index) => group(index).map(getOne) }],
      commit: [
        {
          call: "async Map, JSON key, copy",
          aim: 2,
          run: async (index) => put(JSON.stringify(keys[at(index)]), values[at(index)]!),
        },
        {
          call: "map.set(name, value)",
          remark: "bare",
          inFlight: 1,
          run: (index) => bare.set(names[at(index)]!, values[at(index)]!),
        },
      ],
      append: [
        {
          call: "async Map, counter in another",
          aim: 2,
          run: async (index) => {
            const log = JSON.stringify(["tracking", 1, "log"]);
            const sequence = (sequences.get(log) ?? 0) + 1;
            sequences.set(log, sequence);
            put(`${log}${sequence}`, values[at(index)]!);
            return sequence;
          },
        },
      ],
    },
    operations: {
      get: [20_000, 20_000],
      getMany: [300, 300],
      commit: [10_000, 10_000],
      append: [5_000, 5_000],
    },
    async close() {},
  };
}
