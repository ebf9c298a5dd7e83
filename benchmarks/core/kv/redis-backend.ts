import { openRedisKv } from "@millwright/core/redis";
import { Redis } from "ioredis";
import type { KvBackend } from "./backend.js";
import { groupSize, type KvWorkload } from "./workload.js";

/** Redis with `appendfsync always`. The raw side has a connection of its own, as our commits have. */
export async function openRedisBackend(workload: KvWorkload, url: string): Promise<KvBackend> {
  const { encoded, values, at, group } = workload;
  const client = new Redis(url);
  const raw = new Redis(url);
  const names = encoded.map((key) => Buffer.concat([Buffer.from("raw:"), key]));
  const pipeline = raw.pipeline();
  for (const [place, value] of values.entries()) pipeline.set(names[place]!, value);
  await pipeline.exec();
  return {
    name: "redis",
    driver: await openRedisKv(client, { prefix: "bench" }),
    baselines: {
      get: [{ call: "ioredis getBuffer(key)", aim: 1.3, run: (index) => raw.getBuffer(names[at(index)]!) }],
      getMany: [
        {
          call: `ioredis mgetBuffer(${groupSize} keys)`,
          aim: 1.3,
          run: (index) => raw.mgetBuffer(group(index).map((place) => names[place]!)),
        },
      ],
      commit: [
        {
          call: "ioredis set(key, value)",
          aim: 1.3,
          run: (index) => raw.set(names[at(index)]!, values[at(index)]!),
        },
      ],
      append: [
        {
          call: "ioredis xadd(log, *, value)",
          aim: 1.3,
          run: (index) => raw.xadd("raw:stream", "*", "value", values[at(index)]!),
        },
        {
          call: "ioredis incr(counter), set(key)",
          remark: "two round trips; gaps appear late",
          run: async (index) => raw.set(`raw:log:${await raw.incr("raw:counter")}`, values[at(index)]!),
        },
      ],
    },
    operations: { get: [1_000, 6_400], getMany: [300, 600], commit: [400, 4_000], append: [400, 4_000] },
    async close() {
      client.disconnect();
      raw.disconnect();
    },
  };
}
