import { expect, test } from "vitest";
import { packHead } from "./entry.js";
import { openRedisKv, type RedisClient, type RedisClusterClient } from "./index.js";

/** A cluster that answers as three nodes would: keys of several slots in one command are refused. */
function fakeCluster(): { client: RedisClusterClient; commands: string[]; made: object[] } {
  const commands: string[] = [];
  const made: object[] = [];
  const entry = Buffer.from(packHead(new Uint8Array(16), undefined, undefined));
  const client: RedisClusterClient = {
    isCluster: true,
    status: "ready",
    options: {},
    connect: async () => {},
    disconnect() {},
    on() {},
    nodes: () => [client],
    duplicate(startupNodes, options) {
      made.push([startupNodes, options]);
      return client as RedisClient;
    },
    async callBuffer(command, args) {
      commands.push(command);
      if (command === "mget" && args.length > 1) {
        throw Object.assign(new Error("CROSSSLOT Keys in request don't hash to the same slot"), {
          name: "ReplyError",
        });
      }
      if (command === "config")
        return [
          Buffer.from(String(args[1])),
          Buffer.from(args[1] === "maxmemory-policy" ? "noeviction" : "no"),
        ];
      if (command === "get")
        return String(args[0]).includes(":e:b")
          ? null
          : String(args[0]).includes(":f:")
            ? Buffer.from("millwright-kv 1")
            : entry;
      if (command === "script") return Buffer.from("digest");
      return [1, [], []];
    },
  };
  return { client, commands, made };
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

test("several keys of an unordered store are read one by one on a cluster, each from its slot", async () => {
  const { client, commands } = fakeCluster();
  const driver = await openRedisKv(client, { ordered: false });
  commands.length = 0;
  const entries = await driver.read({ kind: "keys", keys: [text("a"), text("b"), text("c")], now: 0 });
  expect(entries.map((entry) => entry !== undefined)).toEqual([true, false, true]);
  expect(commands).toEqual(["get", "get", "get"]);
});

test("on a cluster, the connection for commits does not send again after a failover, and there are no hints", async () => {
  const { client, made } = fakeCluster();
  const driver = await openRedisKv(client);
  expect(made).toEqual([
    [[], expect.objectContaining({ retryDelayOnFailover: 0, clusterRetryStrategy: null })],
  ]);
  expect(driver.watch).toBeUndefined();
});
