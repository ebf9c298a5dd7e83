import { createKvStore, type KvStore } from "@millwright/core";
import type { Comparison, Contender } from "../../harness/comparison.js";
import { type KvBackend, type KvOperation, kvOperations } from "./backend.js";
import { type KvWorkload, namespace } from "./workload.js";

/** Calls in flight: one for the latency, many for the throughput. */
const flights = [1, 64] as const;

/** Entries of a commit that loads a store. */
const loadedAtOnce = 500;

/** The comparisons of one engine, and the store to close when they are done. */
export interface KvComparisons {
  readonly kv: KvStore;
  readonly comparisons: readonly Comparison[];
}

/** Loads the store, sees to it that it and the raw engine hold the same, and gives what is to be compared. */
export async function compareKv(
  backend: KvBackend,
  workload: KvWorkload,
  scale: number,
): Promise<KvComparisons> {
  const kv = createKvStore(backend.driver, { namespace });
  await load(kv, workload);
  const ours = ourCalls(kv, workload);
  const comparisons = kvOperations.flatMap((operation) =>
    flights.flatMap((inFlight, index): Comparison[] =>
      backend.baselines[operation]
        .filter((baseline) => baseline.inFlight === undefined || baseline.inFlight === inFlight)
        .map((baseline) => ({
          subject: backend.name,
          operation,
          ours: ours[operation],
          raw: baseline,
          aim: baseline.aim,
          remark: baseline.remark,
          inFlight,
          operations: Math.max(inFlight, Math.round(backend.operations[operation][index]! * scale)),
          unit: inFlight === 1 ? "time" : "rate",
        })),
    ),
  );
  return { kv, comparisons };
}

async function load(kv: KvStore, { keys, values }: KvWorkload): Promise<void> {
  for (let start = 0; start < keys.length; start += loadedAtOnce) {
    const atomic = kv.atomic();
    const end = Math.min(keys.length, start + loadedAtOnce);
    for (let place = start; place < end; place++) atomic.set(keys[place]!, values[place]!);
    await atomic.commit();
  }
  const place = keys.length - 1;
  const entry = await kv.get(keys[place]!);
  if (!(entry?.value instanceof Uint8Array) || Buffer.compare(entry.value, values[place]!) !== 0)
    throw new Error("the store does not hold what was loaded");
}

function ourCalls(
  kv: KvStore,
  { keys, values, at, group }: KvWorkload,
): { readonly [Operation in KvOperation]: Contender } {
  return {
    get: { call: "kv.get(key)", run: (index) => kv.get(keys[at(index)]!) },
    getMany: {
      call: "kv.getMany(keys)",
      run: (index) => kv.getMany(group(index).map((place) => keys[place]!)),
    },
    commit: {
      call: "kv.atomic().set(key, value).commit()",
      run: (index) => kv.atomic().set(keys[at(index)]!, values[at(index)]!).commit(),
    },
    append: {
      call: "kv.atomic().append(log, value).commit()",
      run: (index) => kv.atomic().append(["tracking", 1, "log"], values[at(index)]!).commit(),
    },
  };
}
