import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createIdentifierBytes } from "../../../identity/identifier.js";
import type { KvDriver } from "../../../kv/driver.js";
import { decodeKey, encodeKey, encodeSequence, prefixRange } from "../../../kv/key.js";
import { counterKey } from "../../../kv/reserved.js";
import { concurrentClientCases } from "./concurrent-clients.js";
import { commit, everything, hex, read, set, start, text } from "./driver-calls.js";
import { dropServerStore, type OpenServerKv, openServerKv, type ServerStore } from "./open-server-kv.js";
import { expectSameAsMemory } from "./random-commits.js";

/** What a driver on a server must do when several clients use it at once, and with every byte. */
export function serverKvCases(store: ServerStore): void {
  describe(`${store.kind} driver`, () => {
    let opened: OpenServerKv;
    let driver: KvDriver;
    beforeAll(async () => {
      await dropServerStore(store);
      opened = await openServerKv(store);
      driver = opened.driver;
    });
    afterAll(async () => {
      await opened?.close();
      await dropServerStore(store);
    });

    concurrentClientCases(store, () => driver);

    test("random commits have the outcomes and the entries that the memory driver gives them", () =>
      expectSameAsMemory(driver));

    test("keys and values hold every byte, and keys sort by their bytes", async () => {
      const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
      const keys = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(0x01, byte, ...bytes));
      const value = Uint8Array.from({ length: 65_536 }, (_, index) => (index * 7) & 0xff);
      await commit(
        driver,
        [...keys].reverse().map((key) => ({ kind: "set", key, value: key }) as const),
      );
      await commit(driver, [{ kind: "set", key: keys[255]!, value }]);
      const found = await driver.read({ ...everything, kind: "range", end: Uint8Array.of(0x02), now: start });
      expect(found.map((entry) => hex(entry!.key))).toEqual(keys.map(hex));
      expect(hex((await read(driver, keys[255]!))!.value)).toBe(hex(value));
      expect(hex((await read(driver, keys[10]!))!.value)).toBe(hex(keys[10]!));
      await commit(
        driver,
        keys.map((key) => ({ kind: "delete", key })),
      );
      expect(
        await driver.read({ ...everything, kind: "range", end: Uint8Array.of(0x02), now: start }),
      ).toEqual([]);
    });

    test("sequences go on over every change of the exponent, as encodeSequence has them", async () => {
      for (let power = 0; power <= 52; power++) {
        const log = encodeKey(["sequence", power]);
        const last = 2 ** power - 1;
        const counter = {
          key: counterKey(log),
          value: encodeSequence(last),
          version: createIdentifierBytes(),
        };
        if (last > 0) await commit(driver, [{ kind: "import", entry: counter }]);
        const append = { kind: "append", log, value: text("entry") } as const;
        expect(await commit(driver, [append, append])).toEqual({
          ok: true,
          sequences: [last + 1, last + 2],
          stale: [],
        });
        const found = await driver.read({
          ...prefixRange(log),
          kind: "range",
          reverse: false,
          limit: 9,
          now: start,
        });
        expect(found.map((entry) => decodeKey(entry!.key))).toEqual([
          ["sequence", power, last + 1],
          ["sequence", power, last + 2],
        ]);
        expect((await read(driver, counterKey(log)))?.value).toEqual(encodeSequence(last + 2));
      }
    });

    test("an entry ends at its deadline for reads, checks and ranges, and may be written anew", async () => {
      const key = encodeKey(["expiry", "key"]);
      await commit(driver, [set(key, "short", start + 1_000)]);
      expect((await read(driver, key, start + 999))?.expiresAt).toBe(start + 1_000);
      expect(await read(driver, key, start + 1_000)).toBeUndefined();
      const range = {
        ...prefixRange(encodeKey(["expiry"])),
        kind: "range",
        reverse: false,
        limit: 9,
      } as const;
      expect(await driver.read({ ...range, now: start + 1_000 })).toEqual([]);
      const absent = [{ key, version: null }];
      expect(await commit(driver, [set(key, "new")], absent, start + 999)).toEqual({
        ok: false,
        failed: [0],
      });
      expect((await commit(driver, [set(key, "new")], absent, start + 1_000)).ok).toBe(true);
      expect((await read(driver, key, start + 1e9))?.expiresAt).toBeUndefined();
    });

    test("a commit of 1,000 checks and 1,000 changes is one commit", async () => {
      const keys = Array.from({ length: 1_000 }, (_, index) => encodeKey(["bulk", index]));
      const checks = keys.map((key) => ({ key, version: null }));
      const changes = keys.map((key) => set(key, "bulk"));
      expect((await commit(driver, changes, checks)).ok).toBe(true);
      expect(await commit(driver, changes, checks)).toEqual({
        ok: false,
        failed: keys.map((_, index) => index),
      });
      const found = await driver.read({
        ...prefixRange(encodeKey(["bulk"])),
        kind: "range",
        reverse: false,
        limit: 2_000,
        now: start,
      });
      expect(found).toHaveLength(1_000);
      expect(
        (await driver.read({ kind: "keys", keys, now: start })).every((entry) => entry !== undefined),
      ).toBe(true);
    });

    test("an abort rejects with its reason", async () => {
      const reason = new Error("enough");
      const signal = AbortSignal.abort(reason);
      await expect(driver.read({ kind: "keys", keys: [text("k")], now: start }, { signal })).rejects.toBe(
        reason,
      );
      const empty = { id: createIdentifierBytes(), now: start, checks: [], mutations: [] };
      await expect(driver.commit(empty, { signal })).rejects.toBe(reason);
    });

    test("a watcher is woken by another client's change of its key, of its log, and not left by the end of a watch", async () => {
      const other = await openServerKv(store);
      const [key, log] = [encodeKey(["watched"]), encodeKey(["watched log"])];
      const stop = new AbortController();
      const hints = driver.watch!([key, counterKey(log)], { signal: stop.signal })[Symbol.asyncIterator]();
      await hints.next();
      // Establishing the subscription may wake it once more.
      let next = hints.next();
      const quiet = await Promise.race([next, new Promise((resolve) => setTimeout(resolve, 300))]);
      if (quiet !== undefined) next = hints.next();
      for (const change of [
        set(key, "1"),
        { kind: "append", log, value: text("1") },
        { kind: "delete", key },
      ] as const) {
        await commit(other.driver, [change]);
        expect((await next).done).toBe(false);
        next = hints.next();
      }
      stop.abort(new Error("stopped"));
      await expect(next).rejects.toThrow("stopped");
      await other.close();
    });
  });
}
