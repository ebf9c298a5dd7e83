import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createIdentifierBytes } from "../../../identity/identifier.js";
import type {
  KvDriver,
  KvDriverCheck,
  KvDriverCommitResult,
  KvDriverMutation,
  StoredEntry,
} from "../../../kv/driver.js";
import { decodeKey, encodeKey, encodeSequence, prefixRange } from "../../../kv/key.js";
import { counterKey } from "../../../kv/reserved.js";
import { memoryKv } from "../../../memory/index.js";
import { acknowledgementsOf } from "../kill/acknowledgements.js";
import { startChild } from "../kill/child.js";
import type { LogWriterInput } from "./log-writer.js";
import { dropServerStore, type OpenServerKv, openServerKv, type ServerStore } from "./open-server-kv.js";

const start = 1_800_000_000_000_000;
const everything = {
  start: Uint8Array.of(0x00),
  end: Uint8Array.of(0xff, 0xff),
  reverse: false,
  limit: 5_000,
};
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

const commit = (
  driver: KvDriver,
  mutations: readonly KvDriverMutation[],
  checks: readonly KvDriverCheck[] = [],
  now = start,
): Promise<KvDriverCommitResult> => driver.commit({ id: createIdentifierBytes(), now, checks, mutations });

const read = async (driver: KvDriver, key: Uint8Array, now = start): Promise<StoredEntry | undefined> =>
  (await driver.read({ kind: "keys", keys: [key], now }))[0];

const set = (key: Uint8Array, value: string, expiresAt?: number): KvDriverMutation => ({
  kind: "set",
  key,
  value: text(value),
  expiresAt,
});

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

    test("random commits have the outcomes and the entries that the memory driver gives them", async () => {
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(commitArbitrary, { minLength: 1, maxLength: 12 }), async (commits) => {
          const model = memoryKv();
          const space = encodeKey(["model", ++run]);
          const inSpace = (key: Uint8Array): Uint8Array => Uint8Array.of(...space, ...key);
          let now = start;
          for (const step of commits) {
            now += step.elapsed;
            const id = createIdentifierBytes();
            const checks: KvDriverCheck[] = [];
            for (const { key, right } of step.checks) {
              const version = (await read(model, inSpace(key), now))?.version ?? null;
              checks.push({ key: inSpace(key), version: right ? version : createIdentifierBytes() });
            }
            const mutations = step.mutations.map((make) => make(inSpace, now));
            const given = { id, now, checks, mutations };
            expect(await driver.commit(given)).toEqual(await model.commit(given));
            const range = { kind: "range", ...prefixRange(space), limit: 100, now } as const;
            for (const reverse of [false, true]) {
              expect(plain(await driver.read({ ...range, reverse }))).toEqual(
                plain(await model.read({ ...range, reverse })),
              );
            }
          }
        }),
        { numRuns: 40 },
      );
    });

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

    test("write skew: of two commits that each check what the other writes, one wins", async () => {
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

    test("large commits and small ones of the same keys exclude each other", async () => {
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

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** For comparison: clients return Buffers, the model plain arrays. */
function plain(entries: readonly (StoredEntry | undefined)[]): unknown[] {
  return entries.map(
    (entry) =>
      entry && {
        ...entry,
        key: hex(entry.key),
        value: hex(entry.value),
        version: hex(entry.version),
        order: entry.order && hex(entry.order),
      },
  );
}

const smallKey = fc
  .constantFrom(
    [0x02, 0x61, 0x00],
    [0x02, 0x62, 0x00],
    [0x03, 0xbf, 0xf0, 0, 0, 0, 0, 0, 0],
    [0x02, 0xff, 0x00],
  )
  .map((bytes) => Uint8Array.from(bytes));
const bytes = fc.uint8Array({ maxLength: 20 });
const life = fc.option(fc.constantFrom(1, 10_000, 5_000_000), { nil: undefined });

type MakeMutation = (inSpace: (key: Uint8Array) => Uint8Array, now: number) => KvDriverMutation;
const deadline = (now: number, micros: number | undefined): number | undefined =>
  micros === undefined ? undefined : now + micros;

const changeArbitrary: fc.Arbitrary<{ name: string; make: MakeMutation }> = fc.oneof(
  fc.tuple(smallKey, bytes, life).map(([key, value, micros]) => ({
    name: hex(key),
    make: ((inSpace, now) => ({
      kind: "set",
      key: inSpace(key),
      value,
      expiresAt: deadline(now, micros),
    })) as MakeMutation,
  })),
  smallKey.map((key) => ({
    name: hex(key),
    make: ((inSpace) => ({ kind: "delete", key: inSpace(key) })) as MakeMutation,
  })),
  fc
    .tuple(smallKey, bytes, fc.uint8Array({ minLength: 1, maxLength: 4 }), life)
    .map(([key, value, order, micros]) => ({
      name: hex(key),
      make: ((inSpace, now) => ({
        kind: "setIfNewer",
        key: inSpace(key),
        value,
        order,
        expiresAt: deadline(now, micros),
      })) as MakeMutation,
    })),
  fc.tuple(fc.constantFrom(0x70, 0x71), bytes, life).map(([log, value, micros]) => ({
    name: "",
    make: ((inSpace, now) => ({
      kind: "append",
      log: inSpace(Uint8Array.of(0x02, log, 0x00)),
      value,
      expiresAt: deadline(now, micros),
    })) as MakeMutation,
  })),
  fc
    .tuple(smallKey, bytes, fc.option(bytes, { nil: undefined }), life)
    .map(([key, value, order, micros]) => ({
      name: hex(key),
      make: ((inSpace, now) => ({
        kind: "import",
        entry: {
          key: inSpace(key),
          value,
          version: createIdentifierBytes(),
          order,
          expiresAt: deadline(now, micros),
        },
      })) as MakeMutation,
    })),
);

const commitArbitrary = fc.record({
  elapsed: fc.constantFrom(0, 1, 10_000, 1_000_000),
  checks: fc.array(fc.record({ key: smallKey, right: fc.boolean() }), { maxLength: 2 }),
  mutations: fc
    .uniqueArray(changeArbitrary, { maxLength: 5, comparator: (a, b) => a.name !== "" && a.name === b.name })
    .map((changes) => changes.map(({ make }) => make)),
});
