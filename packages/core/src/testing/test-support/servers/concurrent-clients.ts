import { expect, test } from "vitest";
import type { KvDriver } from "../../../kv/driver.js";
import { decodeKey, encodeKey, encodeSequence, prefixRange } from "../../../kv/key.js";
import { acknowledgementsOf } from "../kill/acknowledgements.js";
import { startChild } from "../kill/child.js";
import { commit, hex, read, set, start } from "./driver-calls.js";
import type { LogWriterInput } from "./log-writer.js";
import { openServerKv, type ServerStore } from "./open-server-kv.js";

/** What must hold when several clients and processes use a store at once; `driverOf` gives one of them, once it is open. */
export function concurrentClientCases(store: ServerStore, driverOf: () => KvDriver): void {
  test("write skew: of two commits that each check what the other writes, one wins", async () => {
    const driver = driverOf();
    const second = await openServerKv(store);
    const [a, b] = [encodeKey(["skew", "a"]), encodeKey(["skew", "b"])];
    for (let round = 0; round < 60; round++) {
      await commit(driver, [
        { kind: "delete", key: a },
        { kind: "delete", key: b },
      ]);
      const outcomes = await Promise.all([
        commit(driver, [set(a, "1")], [{ key: b, version: null }]),
        commit(second.driver, [set(b, "1")], [{ key: a, version: null }]),
      ]);
      expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(1);
    }
    await second.close();
  });

  test("lost update: increments by check and set from four clients all count", async () => {
    const driver = driverOf();
    const key = encodeKey(["counter"]);
    const clients = await Promise.all([1, 2, 3, 4].map(() => openServerKv(store)));
    const increment = async (client: KvDriver): Promise<void> => {
      for (;;) {
        const entry = await read(client, key);
        const next = Number(entry === undefined ? 0 : new TextDecoder().decode(entry.value)) + 1;
        const result = await commit(
          client,
          [set(key, String(next))],
          [{ key, version: entry?.version ?? null }],
        );
        if (result.ok) return;
      }
    };
    await Promise.all(
      clients.map(async (client) => {
        for (let round = 0; round < 25; round++) await increment(client.driver);
      }),
    );
    expect(new TextDecoder().decode((await read(driver, key))!.value)).toBe("100");
    await Promise.all(clients.map((client) => client.close()));
  });

  test("a log tailed under 8 writing processes never shows a gap late, and commits are never seen in part", async () => {
    const driver = driverOf();
    const log = encodeKey(["tailed"]);
    const count = 60;
    const children = Array.from({ length: 8 }, (_, writer) =>
      startChild(new URL("./log-writer.ts", import.meta.url), {
        store,
        log: [...log],
        writer,
        count,
      } satisfies LogWriterInput),
    );
    const ended = Promise.all(children.map((child) => acknowledgementsOf(child).lines));
    let finished = false;
    ended.then(
      () => (finished = true),
      () => (finished = true),
    );
    const seen: number[] = [];
    const { end } = prefixRange(log);
    for (let last = false; !last; ) {
      last = finished;
      const from = Uint8Array.of(...log, ...encodeSequence((seen.at(-1) ?? 0) + 1));
      const page = await driver.read({
        kind: "range",
        start: from,
        end,
        reverse: false,
        limit: 100,
        now: start,
      });
      for (const entry of page) seen.push(decodeKey(entry!.key)!.at(-1) as number);
    }
    const acknowledged = (await ended).flat();
    expect(acknowledged).toHaveLength(8 * count);
    expect(seen).toEqual(Array.from({ length: 8 * count }, (_, index) => index + 1));
  });

  test("large commits and small ones of the same keys exclude each other", async () => {
    const driver = driverOf();
    const keys = Array.from({ length: 100 }, (_, index) => encodeKey(["mixed", index]));
    await commit(
      driver,
      keys.map((key) => set(key, "0")),
    );
    const bulk = async (): Promise<number> => {
      const entries = await driver.read({ kind: "keys", keys, now: start });
      const checks = keys.map((key, index) => ({ key, version: entries[index]!.version }));
      return (
        await commit(
          driver,
          keys.map((key) => set(key, "bulk")),
          checks,
        )
      ).ok
        ? 1
        : 0;
    };
    const single = async (): Promise<number> => {
      const entry = await read(driver, keys[7]!);
      return (await commit(driver, [set(keys[7]!, "one")], [{ key: keys[7]!, version: entry!.version }])).ok
        ? 1
        : 0;
    };
    for (let round = 0; round < 20; round++) {
      const before = await read(driver, keys[7]!);
      const wins = await Promise.all([bulk(), single(), bulk(), single()]);
      const after = await read(driver, keys[7]!);
      expect(wins.some((won) => won === 1)).toBe(true);
      expect(hex(after!.version)).not.toBe(hex(before!.version));
    }
  });
}
