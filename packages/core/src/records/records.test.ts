import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { StructuredValue } from "../encoding/structured-value.js";
import { digestOf } from "../identity/hasher.js";
import { memoryBlobs, memoryKv } from "../memory/index.js";
import { collectGarbage } from "../storage/collect-garbage.js";
import { composeStorage } from "../storage/compose.js";
import { migrate } from "../storage/migrate.js";
import { listReferences } from "../storage/references.js";
import type { Storage } from "../storage/storage.js";
import { defineRecord } from "./define-record.js";
import { type RecordStore, recordStore } from "./record-store.js";

const memoryStorage = (): Storage => composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });

const runV1 = defineRecord({ name: "run", version: 1, schema: z.object({ title: z.string() }) });
const runV2 = defineRecord({
  name: "run",
  version: 2,
  schema: z.object({ name: z.string(), tags: z.record(z.string(), z.string()), note: z.string().optional() }),
  upgrade: { 1: ({ title, ...rest }) => ({ ...rest, name: title, tags: {} }) },
});
const runV3 = defineRecord({
  name: "run",
  version: 3,
  schema: z.object({
    name: z.string(),
    tags: z.record(z.string(), z.string()),
    note: z.string().optional(),
    owner: z.object({ id: z.string(), team: z.string() }).optional(),
  }),
  upgrade: { 1: ({ title, ...rest }) => ({ ...rest, name: title, tags: {} }), 2: (run) => run },
});

async function write<Definition extends Parameters<typeof recordStore>[1]>(
  storage: Storage,
  records: RecordStore<Definition>,
  key: string,
  value: Parameters<RecordStore<Definition>["write"]>[2],
): Promise<boolean> {
  const atomic = storage.kv.atomic();
  await records.write(atomic, [key], value, { previous: await records.get([key]) });
  return (await atomic.commit()).ok;
}

async function owners(
  storage: Storage,
  digest: `sha256:${string}`,
): Promise<{ owner: unknown; dropped: boolean }[]> {
  const found: { owner: unknown; dropped: boolean }[] = [];
  for await (const { owner, expiresAt } of listReferences(storage, digest))
    found.push({ owner, dropped: expiresAt !== undefined });
  return found;
}

describe("a record", () => {
  it("is written, read, listed and removed", async () => {
    const storage = memoryStorage();
    const runs = recordStore(storage, runV2, ["tracking", 1, "runs"]);
    expect(await runs.get(["a"])).toBeUndefined();
    for (const key of ["a", "b", "c"])
      expect(await write(storage, runs, key, { name: key, tags: {} })).toBe(true);
    const a = await runs.get(["a"]);
    expect(a).toMatchObject({ key: ["a"], value: { name: "a", tags: {} } });
    expect((await runs.getMany([["c"], ["x"], ["a"]])).map((run) => run?.value.name)).toEqual([
      "c",
      undefined,
      "a",
    ]);
    const listing = runs.list({}, { reverse: true, limit: 2 });
    const names: string[] = [];
    for await (const run of listing) names.push(run.value.name);
    expect(names).toEqual(["c", "b"]);
    expect((await runs.list({}, { reverse: true, cursor: listing.cursor }).next()).value?.key).toEqual(["a"]);
    const atomic = storage.kv.atomic();
    runs.remove(atomic, a!);
    expect((await atomic.commit()).ok).toBe(true);
    expect(await runs.get(["a"])).toBeUndefined();
  });

  it("is not written over another writer's", async () => {
    const storage = memoryStorage();
    const runs = recordStore(storage, runV2, ["runs"]);
    await write(storage, runs, "a", { name: "first", tags: {} });
    const previous = await runs.get(["a"]);
    await write(storage, runs, "a", { name: "second", tags: {} });
    for (const options of [{ previous }, {}]) {
      const atomic = storage.kv.atomic();
      await runs.write(atomic, ["a"], { name: "third", tags: {} }, options);
      expect(await atomic.commit()).toEqual({ ok: false, failed: [["runs", "a"]] });
    }
  });

  it("has one stored form, which never changes", async () => {
    const storage = memoryStorage();
    const schema = z.looseObject({});
    const records = recordStore(storage, defineRecord({ name: "all-kinds", version: 1, schema }), [
      "records",
    ]);
    const value = {
      text: "ä",
      nan: Number.NaN,
      zero: -0,
      big: 2n ** 64n,
      bytes: Uint8Array.of(1),
      list: [null, true, 0.1],
      $tag: { $bytes: "x" },
    };
    await write(storage, records, "a", value);
    const raw = await storage.drivers.kv.read({
      kind: "range",
      start: Uint8Array.of(1),
      end: Uint8Array.of(5),
      reverse: false,
      limit: 1,
      now: 0,
    });
    expect(new TextDecoder().decode(raw[0]?.value)).toBe(
      '{"record":"all-kinds","value":{"$tag":{"$object":{"$bytes":"x"}},"big":{"$bigint":"18446744073709551616"},"bytes":{"$bytes":"AQ=="},"list":[null,true,0.1],"nan":{"$number":"NaN"},"text":"ä","zero":{"$number":"-0"}},"version":1}',
    );
    expect((await records.get(["a"]))?.value).toEqual(value);
  });

  it("names the field that the schema refuses", async () => {
    const storage = memoryStorage();
    const runs = recordStore(storage, runV2, ["runs"]);
    const wrong = { name: "a", tags: { x: 1 } } as never;
    await expect(runs.write(storage.kv.atomic(), ["a"], wrong)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      details: { path: "value.tags.x" },
    });
  });

  it("is CORRUPT if something else lies under its key, or no longer satisfies its schema", async () => {
    const storage = memoryStorage();
    const runs = recordStore(storage, runV2, ["runs"]);
    await storage.kv
      .atomic()
      .set(["runs", "foreign"], { name: "a" })
      .set(["runs", "wrong"], { record: "run", version: 2, value: { name: 1 } })
      .commit();
    await expect(runs.get(["foreign"])).rejects.toMatchObject({ code: "CORRUPT" });
    await expect(runs.get(["wrong"])).rejects.toMatchObject({
      code: "CORRUPT",
      details: { path: "value.name" },
    });
  });
});

describe("defineRecord", () => {
  it.each([
    [{ name: "Run", version: 1 }, "name"],
    [{ name: "run", version: 0 }, "version"],
    [{ name: "run", version: 3, upgrade: { 1: () => null } }, "upgrade[2]"],
    [{ name: "run", version: 1, upgrade: { 1: () => null } }, "upgrade[1]"],
    [{ name: "run", version: 1, schema: {} }, "schema"],
  ])("refuses %o", (config, path) => {
    const call = (): unknown => defineRecord({ schema: z.object({}), ...config } as never);
    expect(call).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT", details: { path } }));
  });
});

describe("records of other versions", () => {
  it("are upgraded step by step when they are read, and stay as they are in the store", async () => {
    const storage = memoryStorage();
    await write(storage, recordStore(storage, runV1, ["runs"]), "a", { title: "old" });
    const run = await recordStore(storage, runV3, ["runs"]).get(["a"]);
    expect(run?.value).toEqual({ name: "old", tags: {} });
    expect((await storage.kv.get(["runs", "a"]))?.value).toMatchObject({ version: 1 });
  });

  it("keep the fields of a newer program when an older one rewrites them, nested ones too", async () => {
    const storage = memoryStorage();
    const [newer, older] = [recordStore(storage, runV3, ["runs"]), recordStore(storage, runV2, ["runs"])];
    await write(storage, newer, "a", {
      name: "a",
      tags: {},
      note: "gone soon",
      owner: { id: "u1", team: "x" },
    });
    const read = await older.get(["a"]);
    expect(read?.value).toEqual({ name: "a", tags: {}, note: "gone soon" });
    await write(storage, older, "a", { name: "renamed", tags: { k: "v" } });
    expect((await newer.get(["a"]))?.value).toEqual({
      name: "renamed",
      tags: { k: "v" },
      owner: { id: "u1", team: "x" },
    });
    expect((await storage.kv.get(["runs", "a"]))?.value).toMatchObject({ version: 3 });
  });

  it("are FORMAT_TOO_NEW if an older program cannot make sense of them", async () => {
    const storage = memoryStorage();
    await write(storage, recordStore(storage, runV2, ["runs"]), "a", { name: "a", tags: {} });
    const older = recordStore(storage, runV1, ["runs"]);
    await expect(older.get(["a"])).rejects.toMatchObject({
      code: "FORMAT_TOO_NEW",
      details: { version: 2, known: 1 },
    });
  });

  it("keep every unknown field at any depth, as a property", async () => {
    const known = z.object({
      id: z.number(),
      inner: z.object({ a: z.number() }),
      items: z.array(z.object({ id: z.number() })),
    });
    const records = defineRecord({ name: "deep", version: 1, schema: known });
    const extra = fc.dictionary(
      fc.constantFrom("x", "y", "__proto__"),
      fc.oneof(fc.integer(), fc.constant(Number.NaN), fc.bigInt()),
    );
    const stored = fc.tuple(extra, extra, fc.array(extra, { maxLength: 4 }));
    await fc.assert(
      fc.asyncProperty(stored, async ([outer, inner, items]) => {
        const storage = memoryStorage();
        const value = withFields(outer, {
          id: 1,
          inner: withFields(inner, { a: 1 }),
          items: items.map((item, id) => withFields(item, { id })),
        });
        await storage.kv.atomic().set(["deep", "a"], { record: "deep", version: 1, value }).commit();
        const store = recordStore(storage, records, ["deep"]);
        const previous = await store.get(["a"]);
        const reversed = [...previous!.value.items].reverse();
        const atomic = storage.kv.atomic();
        await store.write(atomic, ["a"], { id: 2, inner: { a: 2 }, items: reversed }, { previous });
        await atomic.commit();
        const after = (await storage.kv.get(["deep", "a"]))?.value as { value: StructuredValue };
        const expected = withFields(outer, {
          id: 2,
          inner: withFields(inner, { a: 2 }),
          items: items.map((item, id) => withFields(item, { id })).reverse(),
        });
        expect(after.value).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });
});

function withFields(
  extra: Record<string, StructuredValue>,
  fields: Record<string, StructuredValue>,
): Record<string, StructuredValue> {
  const whole = { ...fields };
  for (const [key, value] of Object.entries(extra)) {
    Object.defineProperty(whole, key, { value, enumerable: true, configurable: true, writable: true });
  }
  return whole;
}

describe("a record that is too large for the KvStore", () => {
  const large = (letter: string): { name: string; tags: Record<string, string> } => ({
    name: letter.repeat(70_000),
    tags: {},
  });

  it("lies in a blob that is referred to as long as the record is there", async () => {
    const storage = memoryStorage();
    const runs = recordStore(storage, runV2, ["runs"]);
    await write(storage, runs, "a", large("a"));
    const first = await runs.get(["a"]);
    expect(first?.value).toEqual(large("a"));
    const blob = first!.stored.blob!;
    expect(await owners(storage, blob)).toEqual([{ owner: ["runs", "a"], dropped: false }]);
    expect((await storage.kv.get(["runs", "a"]))?.value).toEqual({
      record: "run",
      version: 2,
      blob,
      size: 70_021,
    });

    await write(storage, runs, "a", large("a"));
    expect(await owners(storage, blob)).toEqual([{ owner: ["runs", "a"], dropped: false }]);

    await write(storage, runs, "a", large("b"));
    const second = await runs.get(["a"]);
    expect(await owners(storage, blob)).toEqual([{ owner: ["runs", "a"], dropped: true }]);
    expect(await owners(storage, second!.stored.blob!)).toEqual([{ owner: ["runs", "a"], dropped: false }]);

    await write(storage, runs, "a", { name: "small", tags: {} });
    expect((await runs.get(["a"]))?.stored.blob).toBeUndefined();
    expect(await owners(storage, second!.stored.blob!)).toEqual([{ owner: ["runs", "a"], dropped: true }]);
    expect((await collectGarbage(storage, { grace: 0 })).missing).toEqual([]);
  });

  it("is CORRUPT if its blob is gone, and says which", async () => {
    const storage = memoryStorage();
    const runs = recordStore(storage, runV2, ["runs"]);
    await write(storage, runs, "a", large("a"));
    const blob = (await runs.get(["a"]))!.stored.blob!;
    await storage.blobs.delete(blob);
    await expect(runs.get(["a"])).rejects.toMatchObject({
      code: "CORRUPT",
      message: expect.stringContaining(blob),
    });
    expect((await collectGarbage(storage)).missing).toEqual([blob]);
  });

  it("is read anew if it was rewritten between the two reads", async () => {
    const storage = memoryStorage();
    const runs = recordStore(storage, runV2, ["runs"]);
    await write(storage, runs, "a", large("a"));
    const listing = storage.kv.list({ prefix: ["runs"] });
    const stale = await listing.next();
    await write(storage, runs, "a", large("b"));
    await storage.blobs.delete((stale.value.value as { blob: `sha256:${string}` }).blob);
    const kv = {
      ...storage.kv,
      get: async (...call: Parameters<Storage["kv"]["get"]>) =>
        reads++ === 0 ? stale.value : storage.kv.get(...call),
    };
    let reads = 0;
    expect((await recordStore({ kv, blobs: storage.blobs }, runV2, ["runs"]).get(["a"]))?.value).toEqual(
      large("b"),
    );
  });

  it("holds the canonical JSON of its value in the blob", async () => {
    const storage = memoryStorage();
    const runs = recordStore(storage, runV2, ["runs"]);
    await write(storage, runs, "a", large("a"));
    expect((await runs.get(["a"]))?.stored.blob).toBe(digestOf(`{"name":"${"a".repeat(70_000)}","tags":{}}`));
  });
});

describe("migrate", () => {
  it("rewrites what older programs wrote, beside writers, and keeps deadlines", async () => {
    const storage = memoryStorage();
    const old = recordStore(storage, runV1, ["runs"]);
    for (let index = 0; index < 25; index++)
      await write(storage, old, `run ${index}`, { title: `${index}`.repeat(index === 7 ? 70_000 : 1) });
    const atomic = storage.kv.atomic();
    await old.write(atomic, ["ends"], { title: "ends" }, { expireIn: "1h" });
    await atomic.commit();
    const expiresAt = (await old.get(["ends"]))?.expiresAt;
    const runs = recordStore(storage, runV3, ["runs"]);
    expect(await migrate(storage, { records: [runs], dryRun: true })).toEqual({ examined: 26, upgraded: 26 });
    expect((await storage.kv.get(["runs", "run 3"]))?.value).toMatchObject({ version: 1 });

    let interfered = false;
    const kv: Storage["kv"] = {
      ...storage.kv,
      getMany: (...call) => storage.kv.getMany(...call),
      atomic: () => {
        const inner = storage.kv.atomic();
        const commit = inner.commit.bind(inner);
        inner.commit = async (options) => {
          if (!interfered) {
            interfered = true;
            await write(storage, runs, "run 3", { name: "changed meanwhile", tags: {} });
          }
          return commit(options);
        };
        return inner;
      },
    };
    expect(await migrate({ ...storage, kv }, { records: [runs] })).toMatchObject({ upgraded: 26 });
    expect((await runs.get(["run 3"]))?.value.name).toBe("changed meanwhile");
    expect((await runs.get(["ends"]))?.expiresAt).toBe(expiresAt);
    for await (const run of runs.list()) expect(run.stored.recordVersion).toBe(3);
    expect((await migrate(storage, { records: [runs] })).upgraded).toBe(0);
    expect((await collectGarbage(storage)).missing).toEqual([]);
  });
});
