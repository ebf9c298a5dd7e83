import fc from "fast-check";
import { expect } from "vitest";
import { createIdentifierBytes } from "../../../identity/identifier.js";
import type { KvDriver, KvDriverCheck, KvDriverMutation, StoredEntry } from "../../../kv/driver.js";
import { encodeKey, prefixRange } from "../../../kv/key.js";
import { memoryKv } from "../../../memory/index.js";
import { hex, read, start } from "./driver-calls.js";

/** Random commits on the driver and on memory must have the same outcomes and leave the same entries. */
export async function expectSameAsMemory(driver: KvDriver): Promise<void> {
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
}

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
