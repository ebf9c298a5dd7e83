import { Cluster, Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createIdentifierBytes } from "../identity/identifier.js";
import { encodeKey, prefixRange } from "../kv/key.js";
import { type PrivateServer, startPrivateRedis } from "../testing/test-support/servers/private-redis.js";
import { freePort, serverSetting } from "../testing/test-support/servers/server-process.js";
import { openRedisKv } from "./index.js";

const binary = serverSetting("MILLWRIGHT_TEST_REDIS_SERVER");
const now = 1_800_000_000_000_000;

/** Three primaries with a third of the slots each. */
async function startCluster(server: string, started: PrivateServer[]): Promise<void> {
  const nodes: { server: PrivateServer; busPort: number; client: Redis }[] = [];
  for (let index = 0; index < 3; index++) {
    const busPort = await freePort();
    const node = await startPrivateRedis(server, [
      "--cluster-enabled",
      "yes",
      "--cluster-port",
      String(busPort),
    ]);
    started.push(node);
    nodes.push({ server: node, busPort, client: new Redis(node.url) });
  }
  const slots = Array.from({ length: 16_384 }, (_, slot) => slot);
  const [first] = nodes;
  for (const [index, { server: node, busPort, client }] of nodes.entries()) {
    await client.call("CLUSTER", "SET-CONFIG-EPOCH", index + 1);
    await client.call("CLUSTER", "ADDSLOTS", ...slots.filter((slot) => slot % 3 === index));
    await first!.client.call("CLUSTER", "MEET", "127.0.0.1", node.port, busPort);
  }
  for (const { client } of nodes) {
    while (!String(await client.call("CLUSTER", "INFO")).includes("cluster_state:ok")) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    client.disconnect();
  }
}

describe.skipIf(binary === undefined)("Redis driver on a cluster", () => {
  const nodes: PrivateServer[] = [];
  let client: Cluster;
  beforeAll(async () => {
    await startCluster(binary!, nodes);
    client = new Cluster(nodes.map(({ port }) => ({ host: "127.0.0.1", port })));
  });
  afterAll(async () => {
    client?.disconnect();
    await Promise.all(nodes.map((node) => node.close()));
  });

  test("an ordered store is one slot, so commits of several keys and ranges work", async () => {
    const driver = await openRedisKv(client, { prefix: "ordered" });
    const log = encodeKey(["log"]);
    const keys = Array.from({ length: 50 }, (_, index) => encodeKey(["key", index]));
    for (const key of keys) {
      const value = Uint8Array.of(1);
      const mutations = [{ kind: "append", log, value } as const, { kind: "set", key, value } as const];
      expect((await driver.commit({ id: createIdentifierBytes(), now, checks: [], mutations })).ok).toBe(
        true,
      );
    }
    expect(
      await driver.read({ ...prefixRange(log), kind: "range", reverse: true, limit: 100, now }),
    ).toHaveLength(50);
    expect((await driver.read({ kind: "keys", keys, now })).every((entry) => entry !== undefined)).toBe(true);
    await driver.close();
  });

  test("an unordered store spreads over the nodes, whatever its keys contain, and reads many keys at once", async () => {
    const driver = await openRedisKv(client, { prefix: "unordered", ordered: false });
    const keys = Array.from({ length: 300 }, (_, index) => encodeKey(["k{", index, "}x{}"]));
    await Promise.all(
      keys.map((key, index) => {
        const mutations = [
          { kind: "setIfNewer", key, value: Uint8Array.of(index & 255), order: Uint8Array.of(5) } as const,
        ];
        return driver.commit({
          id: createIdentifierBytes(),
          now,
          checks: [{ key, version: null }],
          mutations,
        });
      }),
    );
    const entries = await driver.read({ kind: "keys", keys, now });
    expect(entries.map((entry) => entry?.value[0])).toEqual(keys.map((_, index) => index & 255));
    const sizes = await Promise.all(client.nodes("master").map((node) => node.dbsize()));
    expect(sizes.every((size) => size > 30)).toBe(true);
    await driver.close();
  });
});
