import fc from "fast-check";
import { expect, onTestFinished, test, vi } from "vitest";
import { compareBytes, concatBytes } from "../../identity/bytes.js";
import { createIdentifierBytes } from "../../identity/identifier.js";
import type { KvDriver, KvDriverCommit, KvDriverMutation, StoredEntry } from "../../kv/driver.js";
import { memoryKv } from "../../memory/memory-kv.js";
import { localKv } from "../open-local-storage.js";
import { temporaryDirectory } from "../test-support/temporary-directory.js";

const lowest = Uint8Array.of(0);
const highest = new Uint8Array(1_000).fill(0xff);

async function open(directory: string): Promise<KvDriver> {
  const kv = await localKv(directory);
  onTestFinished(() => kv.close());
  return kv;
}

function commitOf(
  mutations: KvDriverMutation[],
  checks: KvDriverCommit["checks"] = [],
  now = 1_000,
): KvDriverCommit {
  return { id: createIdentifierBytes(), now, checks, mutations };
}

const set = (key: Uint8Array, value: Uint8Array): KvDriverMutation => ({ kind: "set", key, value });

const rangeOf = (
  kv: KvDriver,
  start: Uint8Array,
  end: Uint8Array,
  reverse: boolean,
  limit: number,
  now = 1_000,
) => kv.read({ kind: "range", start, end, reverse, limit, now });

/** Entries without the difference between an absent field and one that is undefined. */
const plain = (entries: readonly (StoredEntry | undefined)[]) =>
  entries.map(
    (entry) =>
      entry &&
      [entry.key, entry.value, entry.version, entry.expiresAt, entry.order].map((field) =>
        field instanceof Uint8Array ? [...field] : field,
      ),
  );

test("any sequence of commits and reads ends as it does in memory", async () => {
  const local = await open(temporaryDirectory());
  const key = fc
    .uint8Array({ minLength: 1, maxLength: 3 })
    .map((bytes) => bytes.map((byte) => [0, 1, 0x7f, 0xff][byte % 4]!));
  const value = fc.uint8Array({ maxLength: 40 });
  const expiresAt = fc.option(fc.integer({ min: 0, max: 40 }), { nil: undefined });
  const mutation: fc.Arbitrary<KvDriverMutation> = fc.oneof(
    fc.record({ kind: fc.constant("set" as const), key, value, expiresAt }),
    fc.record({ kind: fc.constant("delete" as const), key }),
    fc.record({ kind: fc.constant("append" as const), log: key, value, expiresAt }),
    fc.record({
      kind: fc.constant("setIfNewer" as const),
      key,
      value,
      expiresAt,
      order: fc.uint8Array({ minLength: 1, maxLength: 2 }),
    }),
    fc
      .record({ key, value, version: fc.uint8Array({ minLength: 16, maxLength: 16 }), expiresAt })
      .map((entry) => ({ kind: "import" as const, entry })),
  );
  const changedKey = (each: KvDriverMutation): string =>
    String(each.kind === "append" ? [9, ...each.log] : each.kind === "import" ? each.entry.key : each.key);
  const step = fc.record({
    mutations: fc.uniqueArray(mutation, { maxLength: 5, selector: changedKey }),
    checked: fc.array(fc.record({ key, guess: fc.constantFrom("current", "absent", "other") }), {
      maxLength: 2,
    }),
    now: fc.integer({ min: 0, max: 40 }),
    range: fc.record({ start: key, end: key, reverse: fc.boolean(), limit: fc.integer({ min: 1, max: 5 }) }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      const memory = memoryKv();
      const old = await rangeOf(local, lowest, highest, false, 10_000, 0);
      await local.commit(
        commitOf(
          old.map((entry) => ({ kind: "delete", key: entry!.key })),
          [],
          0,
        ),
      );
      for (const { mutations, checked, now, range } of steps) {
        const current = await memory.read({ kind: "keys", keys: checked.map((check) => check.key), now });
        const checks = checked.map(({ key: checkedKey, guess }, index) => ({
          key: checkedKey,
          version:
            guess === "absent"
              ? null
              : guess === "other"
                ? createIdentifierBytes()
                : (current[index]?.version ?? null),
        }));
        const commit = commitOf(mutations, checks, now);
        expect(await local.commit(commit)).toEqual(await memory.commit(commit));
        const whole = {
          kind: "range",
          start: lowest,
          end: highest,
          reverse: range.reverse,
          limit: 10_000,
          now,
        } as const;
        expect(plain(await local.read(whole))).toEqual(plain(await memory.read(whole)));
        if (compareBytes(range.start, range.end) < 0) {
          const part = { kind: "range", ...range, now } as const;
          expect(plain(await local.read(part))).toEqual(plain(await memory.read(part)));
        }
        const keys = { kind: "keys", keys: [range.start, range.end], now } as const;
        expect(plain(await local.read(keys))).toEqual(plain(await memory.read(keys)));
      }
    }),
    { numRuns: 60 },
  );
}, 120_000);

test("keys of every byte and up to LMDB's limit sort by their bytes", async () => {
  const kv = await open(temporaryDirectory());
  const long = (length: number, byte: number) =>
    concatBytes([new Uint8Array(length - 1).fill(0x41), Uint8Array.of(byte)]);
  const keys = [
    ...Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)),
    ...Array.from({ length: 256 }, (_, byte) => Uint8Array.of(0x41, byte, 0)),
    long(1_978, 0),
    long(1_978, 0xff),
    long(1_153, 7),
  ];
  const shuffled = keys.toSorted((a, b) => ((a[a.length - 1]! * 37) % 101) - ((b[b.length - 1]! * 37) % 101));
  await kv.commit(commitOf(shuffled.map((key) => set(key, Uint8Array.of(1)))));
  const read = await rangeOf(kv, lowest, highest, false, 1_000);
  expect(read.map((entry) => entry!.key)).toEqual(
    keys.filter((key) => compareBytes(key, highest) < 0).sort(compareBytes),
  );
});

test("values of every size up to the limit come back as they were", async () => {
  const kv = await open(temporaryDirectory());
  const values = [0, 1, 100, 2_000, 4_000, 4_096, 8_192, 32_768, 65_535, 65_536].map((size) =>
    Uint8Array.from({ length: size }, (_, index) => (index * 31 + size) & 0xff),
  );
  await kv.commit(commitOf(values.map((value, index) => set(Uint8Array.of(2, index), value))));
  const byKey = await kv.read({
    kind: "keys",
    keys: values.map((_, index) => Uint8Array.of(2, index)),
    now: 0,
  });
  const byRange = await rangeOf(kv, Uint8Array.of(2), Uint8Array.of(3), false, 100);
  for (const [index, value] of values.entries()) {
    expect(compareBytes(byKey[index]!.value, value), `value of ${value.length} bytes by key`).toBe(0);
    expect(compareBytes(byRange[index]!.value, value), `value of ${value.length} bytes by range`).toBe(0);
  }
});

test("what is read stays as it was while other reads and commits follow", async () => {
  const kv = await open(temporaryDirectory());
  const key = Uint8Array.of(2);
  await kv.commit(commitOf([set(key, new Uint8Array(3_000).fill(1))]));
  const [entry] = await kv.read({ kind: "keys", keys: [key], now: 0 });
  await kv.commit(commitOf([set(key, new Uint8Array(3_000).fill(2))]));
  await kv.read({ kind: "keys", keys: [key], now: 0 });
  expect(entry!.value.every((byte) => byte === 1)).toBe(true);
  entry!.value.fill(9);
  const [again] = await kv.read({ kind: "keys", keys: [key], now: 0 });
  expect(again!.value.every((byte) => byte === 2)).toBe(true);
});

test("commits of one turn share a transaction and keep their own outcomes, in their order", async () => {
  const kv = await open(temporaryDirectory());
  const key = Uint8Array.of(2);
  const log = Uint8Array.of(3);
  const outcomes = await Promise.all([
    kv.commit(
      commitOf([set(key, Uint8Array.of(1)), { kind: "append", log, value: key }], [{ key, version: null }]),
    ),
    kv.commit(commitOf([set(key, Uint8Array.of(2))], [{ key, version: null }])),
    kv.commit(commitOf([{ kind: "append", log, value: key }])),
  ]);
  expect(outcomes).toEqual([
    { ok: true, sequences: [1], stale: [] },
    { ok: false, failed: [0] },
    { ok: true, sequences: [2], stale: [] },
  ]);
});

test("a commit that cannot be applied leaves nothing, and its neighbours are applied", async () => {
  const kv = await open(temporaryDirectory());
  const tooLong = new Uint8Array(1_979).fill(2);
  const [before, bad, after] = await Promise.allSettled([
    kv.commit(commitOf([set(Uint8Array.of(2), lowest)])),
    kv.commit(commitOf([set(Uint8Array.of(3), lowest), set(tooLong, lowest)])),
    kv.commit(commitOf([set(Uint8Array.of(4), lowest)])),
  ]);
  expect([before!.status, bad!.status, after!.status]).toEqual(["fulfilled", "rejected", "fulfilled"]);
  const read = await kv.read({ kind: "keys", keys: [2, 3, 4].map((byte) => Uint8Array.of(byte)), now: 0 });
  expect(read.map((entry) => entry !== undefined)).toEqual([true, false, true]);
});

test("several openings in one process see each other's commits, and closing one leaves the others open", async () => {
  const directory = temporaryDirectory();
  const first = await localKv(directory);
  const second = await open(directory);
  const key = Uint8Array.of(2);
  await first.commit(commitOf([set(key, Uint8Array.of(7))]));
  const read = async () => (await second.read({ kind: "keys", keys: [key], now: 0 }))[0]?.value;
  expect(await read()).toEqual(Uint8Array.of(7));
  await first.close();
  await second.commit(commitOf([set(key, Uint8Array.of(8))]));
  expect(await read()).toEqual(Uint8Array.of(8));
});

test("the map grows with the data", async () => {
  const directory = temporaryDirectory();
  const kv = await open(directory);
  const other = await open(directory);
  for (let round = 0; round < 40; round++) {
    const mutations = Array.from({ length: 12 }, (_, index) =>
      set(Uint8Array.of(2, round, index), new Uint8Array(60_000).fill(round)),
    );
    await kv.commit(commitOf(mutations));
  }
  const [last] = await other.read({ kind: "keys", keys: [Uint8Array.of(2, 39, 11)], now: 0 });
  expect(last!.value[59_999]).toBe(39);
});

test("the space of ended entries is given back by later commits", async () => {
  const kv = await open(temporaryDirectory());
  const ended = Array.from(
    { length: 100 },
    (_, index): KvDriverMutation => ({
      kind: "set",
      key: Uint8Array.of(2, index),
      value: lowest,
      expiresAt: 2_000,
    }),
  );
  await kv.commit(commitOf(ended));
  // Written again without an end: its old note must not remove it.
  await kv.commit(commitOf([set(Uint8Array.of(2, 0), Uint8Array.of(1))]));
  expect(await rangeOf(kv, lowest, highest, false, 1_000, 3_000)).toHaveLength(1);
  for (let index = 0; index < 20; index++)
    await kv.commit(commitOf([set(Uint8Array.of(3), lowest)], [], 70_000_000));
  // Asked as of a time before their end, they would still be there if they had only been hidden.
  const left = await rangeOf(kv, lowest, highest, false, 1_000, 0);
  expect(left.map((entry) => [...entry!.key])).toEqual([[2, 0], [3]]);
});

test("a watch hints at commits of this opening and of others, and ends with its signal", async () => {
  const directory = temporaryDirectory();
  const kv = await open(directory);
  const other = await open(directory);
  const key = Uint8Array.of(2);
  const stop = new AbortController();
  let hints = 0;
  const watching = (async () => {
    for await (const _ of kv.watch!([key], { signal: stop.signal })) hints++;
  })();
  await vi.waitFor(() => expect(hints).toBe(1));
  await kv.commit(commitOf([set(key, lowest)]));
  await vi.waitFor(() => expect(hints).toBeGreaterThan(1));
  await new Promise((resolve) => setTimeout(resolve, 100));
  const settled = hints;
  await other.commit(commitOf([set(key, lowest)]));
  await vi.waitFor(() => expect(hints).toBeGreaterThan(settled));
  stop.abort();
  await watching;
});

test("an aborted commit is refused with the reason of its signal", async () => {
  const kv = await open(temporaryDirectory());
  const reason = new Error("no longer wanted");
  await expect(
    kv.commit(commitOf([set(lowest, lowest)]), { signal: AbortSignal.abort(reason) }),
  ).rejects.toBe(reason);
  expect(await rangeOf(kv, lowest, highest, false, 10)).toEqual([]);
});
