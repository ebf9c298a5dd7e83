import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { digestOf } from "../identity/hasher.js";
import type { KvDriver } from "../kv/driver.js";
import { memoryBlobs, memoryKv } from "../memory/index.js";
import { compareStorages, type StorageDifference } from "./compare.js";
import { composeStorage } from "./compose.js";
import { copyStorage } from "./copy.js";
import type { Storage } from "./storage.js";

const memoryStorage = (kv: KvDriver = memoryKv()): Storage => composeStorage({ kv, blobs: memoryBlobs() });

async function differences(a: Storage, b: Storage): Promise<StorageDifference[]> {
  const found: StorageDifference[] = [];
  for await (const difference of compareStorages(a, b)) found.push(difference);
  return found;
}

/** Something of everything: namespaces, deadlines, orders, logs, tokens, blobs, a table. */
async function fill(storage: Storage, entries = 600): Promise<void> {
  for (const name of ["default", "team-a"]) {
    const { kv, blobs, tables } = storage.namespace(name);
    for (let index = 0; index < entries; index += 50) {
      const atomic = kv.atomic();
      for (let at = index; at < index + 50; at++) atomic.set(["entries", at], { at, text: "x".repeat(at) });
      await atomic.commit();
    }
    await kv
      .atomic()
      .set(["deadline"], 1, { expireIn: "1h" })
      .setIfNewer(["newer"], "b", [5])
      .commit({ idempotencyToken: "t" });
    for (let index = 0; index < 5; index++) await kv.atomic().append(["log"], index).commit();
    await kv.atomic().delete(["log", 5]).commit();
    await blobs.put(`content of ${name}`);
    await tables.append(["table"], {
      rows: 2,
      columns: { x: { type: "float64", values: Float64Array.of(1, Number.NaN) } },
    });
  }
}

describe("copyStorage", () => {
  it("makes an exact copy that goes on where the source stood", async () => {
    const [from, to] = [memoryStorage(), memoryStorage()];
    await fill(from);
    const report = await copyStorage(from, to);
    expect(report.blobs).toBe(2);
    expect(report.entries).toBeGreaterThan(1_200);
    expect(await differences(from, to)).toEqual([]);
    expect(
      (await to.kv.atomic().append(["log"], "next").commit()).ok && (await to.kv.get(["log", 6]))?.value,
    ).toBe("next");
    const before = await from.kv.get(["entries", 7]);
    expect(await to.kv.get(["entries", 7])).toEqual(before);
    expect((await to.kv.atomic().setIfNewer(["newer"], "a", [4]).commit()).ok).toBe(true);
    expect((await to.kv.get(["newer"]))?.value).toBe("b");
    for await (const { batch } of to.tables.scan(["table"])) expect(batch.rows).toBe(2);
  });

  it("brings a copy up to date, with changes and deletions, when it is made again", async () => {
    const [from, to] = [memoryStorage(), memoryStorage()];
    await fill(from);
    await copyStorage(from, to);
    await from.kv
      .atomic()
      .set(["entries", 3], "changed")
      .delete(["entries", 4])
      .delete(["newer"])
      .set(["zzz"], 1)
      .commit();
    await from.blobs.put("another");
    await from.blobs.delete(digestOf("content of default"));
    const report = await copyStorage(from, to, { resume: true });
    expect(report).toMatchObject({ changed: 4, blobs: 1 });
    expect(await differences(from, to)).toEqual([]);
  });

  it("goes on where it was stopped", async () => {
    const from = memoryStorage();
    await fill(from);
    const memory = memoryKv();
    let imports = 0;
    const counting: KvDriver = {
      ...memory,
      commit: (commit) => {
        imports += commit.mutations.filter((mutation) => mutation.kind === "import").length;
        return memory.commit(commit);
      },
    };
    const to = memoryStorage(counting);
    const stop = new AbortController();
    const reason = new Error("power cut");
    const first = copyStorage(from, to, {
      signal: stop.signal,
      onProgress: ({ entries }) => entries > 500 && stop.abort(reason),
    });
    await expect(first).rejects.toBe(reason);
    const before = imports;
    expect(before).toBeGreaterThan(500);
    await copyStorage(from, to);
    expect(imports - before).toBeLessThan(1_300 - 500);
    expect(await differences(from, to)).toEqual([]);
  });

  it("is equal after any number of kills, at any place, as a property", async () => {
    const from = memoryStorage();
    await fill(from, 300);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 4 }), async (kills) => {
        const [kv, blobs] = [memoryKv(), memoryBlobs()];
        const to = composeStorage({ kv, blobs });
        for (const after of kills) {
          let commits = 0;
          const dying: KvDriver = {
            ...kv,
            commit: (commit) => (++commits > after ? Promise.reject(new Error("killed")) : kv.commit(commit)),
          };
          await copyStorage(from, composeStorage({ kv: dying, blobs })).catch(() => {});
        }
        // An attempt may have come to its end.
        await copyStorage(from, to, { resume: true });
        expect(await differences(from, to)).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });

  it("refuses a target that holds something else, or a copy of something else", async () => {
    const from = memoryStorage();
    await fill(from, 50);
    const other = memoryStorage();
    await other.kv.atomic().set(["own"], 1).commit();
    await expect(copyStorage(from, other)).rejects.toMatchObject({ code: "ALREADY_EXISTS" });
    const withBlob = memoryStorage();
    await withBlob.namespace("x").blobs.put("own");
    await expect(copyStorage(from, withBlob)).rejects.toMatchObject({ code: "ALREADY_EXISTS" });

    const copy = memoryStorage();
    await copyStorage(from, copy);
    const renamed = memoryStorage({ ...from.drivers.kv, name: "another" });
    await expect(copyStorage(renamed, copy)).rejects.toMatchObject({
      code: "ALREADY_EXISTS",
      message: /is a copy of memory/,
    });
    await copyStorage(composeStorage({ kv: renamed.drivers.kv, blobs: from.drivers.blobs }), copy, {
      resume: true,
    });
    expect(await differences(from, copy)).toEqual([]);
  });

  it("does not undo what was written to a finished copy, unless it is asked to", async () => {
    const [from, to] = [memoryStorage(), memoryStorage()];
    await fill(from, 50);
    await copyStorage(from, to);
    await to.kv.atomic().set(["new"], 1).commit();
    await expect(copyStorage(from, to)).rejects.toMatchObject({ code: "ALREADY_EXISTS" });
    expect((await to.kv.get(["new"]))?.value).toBe(1);
    await copyStorage(from, to, { resume: true });
    expect(await differences(from, to)).toEqual([]);
  });

  it("refuses unordered stores before anything is done", async () => {
    const unordered = memoryStorage(memoryKv({ ordered: false }));
    await expect(copyStorage(unordered, memoryStorage())).rejects.toMatchObject({ code: "UNSUPPORTED" });
    await expect(copyStorage(memoryStorage(), unordered)).rejects.toMatchObject({ code: "UNSUPPORTED" });
  });

  it("refuses a damaged blob by its name", async () => {
    const blobs = memoryBlobs();
    const from = composeStorage({ kv: memoryKv(), blobs });
    const { digest } = await from.blobs.put("content");
    const damaged = composeStorage({
      kv: from.drivers.kv,
      blobs: {
        ...blobs,
        async get() {
          return (async function* () {
            yield new TextEncoder().encode("c0ntent");
          })();
        },
      },
    });
    const to = memoryStorage();
    await expect(copyStorage(damaged, to)).rejects.toMatchObject({ code: "CORRUPT", details: { digest } });
    expect(await to.blobs.has(digest)).toBe(false);
  });
});

describe("compareStorages", () => {
  it("names every kind of difference", async () => {
    const [a, b] = [memoryStorage(), memoryStorage()];
    await fill(a, 300);
    await copyStorage(a, b);
    await a.kv.atomic().set(["left"], 1).commit();
    await b.kv.atomic().set(["entries", 5], "changed").set(["right"], 1).commit();
    await b.kv.atomic().append(["log"], 1).commit();
    await a.blobs.put("left");
    const found = await differences(a, b);
    expect(found.map((one) => (one.kind === "entry" ? [one.side, one.key] : [one.side, one.digest]))).toEqual(
      [
        ["both", ["default", "entries", 5]],
        ["left", ["default", "left"]],
        ["right", ["default", "log", 6]],
        ["right", ["default", "right"]],
        ["both", undefined],
        ["left", digestOf("left")],
      ],
    );
  });

  it("finds exactly the keys that differ, as a property", async () => {
    const content = fc.dictionary(fc.constantFrom("a", "b", "c", "d", "e"), fc.integer({ min: 0, max: 1 }));
    await fc.assert(
      fc.asyncProperty(content, content, async (left, right) => {
        const [a, b] = [memoryStorage(), memoryStorage()];
        for (const [key, value] of Object.entries(left)) await a.kv.atomic().set([key], value).commit();
        await copyStorage(a, b);
        const changed = Object.keys({ ...left, ...right }).filter((key) => left[key] !== right[key]);
        for (const key of changed) {
          const atomic = b.kv.atomic();
          await (right[key] === undefined ? atomic.delete([key]) : atomic.set([key], right[key])).commit();
        }
        const found = await differences(a, b);
        expect(found.map((one) => one.kind === "entry" && one.key?.[1])).toEqual(changed.sort());
      }),
      { numRuns: 100 },
    );
  });
});
