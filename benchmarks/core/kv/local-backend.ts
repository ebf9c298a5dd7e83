import { join } from "node:path";
import { localKv } from "@millwright/core/local";
import { open } from "lmdb";
import type { KvBackend } from "./backend.js";
import { groupSize, type KvWorkload } from "./workload.js";

/** LMDB as our driver opens it: binary keys and values, no cache, and no return from a commit before the disk has it. */
export async function openLocalBackend(workload: KvWorkload, folder: string): Promise<KvBackend> {
  const { encoded, values, at, group } = workload;
  const database = open<Buffer, Buffer>({
    path: join(folder, "raw"),
    noSubdir: false,
    keyEncoding: "binary",
    encoding: "binary",
    cache: false,
    overlappingSync: false,
  });
  await database.transaction(() => {
    for (const [place, value] of values.entries()) void database.put(encoded[place]!, value);
  });
  const counter = Buffer.from("counter");
  const append = (index: number): number => {
    const last = database.getBinary(counter);
    const bytes = Buffer.alloc(8);
    const sequence = (last === undefined ? 0 : last.readDoubleBE()) + 1;
    bytes.writeDoubleBE(sequence);
    void database.put(counter, bytes);
    void database.put(Buffer.concat([Buffer.from("log"), bytes]), values[at(index)]!);
    return sequence;
  };
  return {
    name: "local",
    driver: await localKv(join(folder, "ours")),
    baselines: {
      get: [{ call: "lmdb getBinary(key)", aim: 2, run: (index) => database.getBinary(encoded[at(index)]!) }],
      getMany: [
        {
          call: `${groupSize} × lmdb getBinary(key)`,
          aim: 2,
          run: (index) => group(index).map((place) => database.getBinary(encoded[place]!)),
        },
      ],
      commit: [
        {
          call: "lmdb transactionSync, put",
          aim: 2,
          inFlight: 1,
          run: (index) =>
            database.transactionSync(() => {
              void database.put(encoded[at(index)]!, values[at(index)]!);
              return true;
            }),
        },
        {
          call: "lmdb await put",
          aim: 2,
          run: (index) => database.put(encoded[at(index)]!, values[at(index)]!),
        },
      ],
      append: [
        {
          call: "lmdb transactionSync: counter, put",
          aim: 2,
          inFlight: 1,
          run: (index) => database.transactionSync(() => append(index)),
        },
        {
          call: "lmdb await transaction: counter, put",
          aim: 2,
          run: (index) => database.transaction(() => append(index)),
        },
      ],
    },
    operations: { get: [20_000, 20_000], getMany: [300, 300], commit: [300, 6_400], append: [300, 6_400] },
    close: () => database.close(),
  };
}
