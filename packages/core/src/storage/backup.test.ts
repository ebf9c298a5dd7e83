import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concatBytes } from "../identity/bytes.js";
import type { Digest } from "../identity/digest.js";
import { memoryBlobs, memoryKv } from "../memory/index.js";
import type { Clock } from "../time/clock.js";
import { backup } from "./backup.js";
import { compareStorages, type StorageDifference } from "./compare.js";
import { composeStorage } from "./compose.js";
import { restore, verifyBackup } from "./restore.js";
import type { Storage } from "./storage.js";

const memoryStorage = (): Storage => composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });

async function filled(): Promise<Storage> {
  const storage = memoryStorage();
  for (const name of ["default", "team-a"]) {
    const { kv, blobs } = storage.namespace(name);
    for (let index = 0; index < 300; index++) await kv.atomic().set(["entries", index], { index }).commit();
    await kv
      .atomic()
      .set(["deadline"], 1, { expireIn: "1h" })
      .setIfNewer(["newer"], Uint8Array.of(1, 2), [5])
      .commit();
    await kv.atomic().append(["log"], "first").commit();
    await blobs.put(`content of ${name}`);
    await blobs.put("");
    await blobs.put(new Uint8Array(2_500_000).fill(name.length));
  }
  return storage;
}

async function bytesOf(storage: Storage): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  const sink = new WritableStream<Uint8Array>({
    write(piece) {
      pieces.push(piece);
    },
  });
  await backup(storage, sink);
  return concatBytes(pieces);
}

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array, void, void> {
  for (let offset = 0; offset < bytes.length; offset += size) yield bytes.subarray(offset, offset + size);
}

async function differences(a: Storage, b: Storage): Promise<StorageDifference[]> {
  const found: StorageDifference[] = [];
  for await (const difference of compareStorages(a, b)) found.push(difference);
  return found;
}

describe("backup and restore", () => {
  it("gives an equal storage, whatever pieces the bytes come in", async () => {
    const storage = await filled();
    const bytes = await bytesOf(storage);
    for (const size of [7_919, 65_536, bytes.length]) {
      const target = memoryStorage();
      const report = await restore(target, inPieces(bytes, size));
      expect(report).toMatchObject({ entries: 608, blobs: 6 });
      expect(await differences(storage, target)).toEqual([]);
    }
  });

  it("refuses a backup that is cut anywhere, and touches nothing if it can be read twice", async () => {
    const bytes = await bytesOf(await filled());
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: bytes.length - 1 }), async (length) => {
        const target = memoryStorage();
        const result = restore(target, () => inPieces(bytes.subarray(0, length), 65_536));
        await expect(result).rejects.toMatchObject({
          code: expect.stringMatching(/^(CORRUPT|FOREIGN_DATA)$/),
        });
        expect(await differences(target, memoryStorage())).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  it("finds any flipped bit", async () => {
    const storage = memoryStorage();
    await storage.kv.atomic().set(["key"], "value").setIfNewer(["newer"], 1, ["order"]).commit();
    await storage.blobs.put("content");
    const bytes = await bytesOf(storage);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: bytes.length * 8 - 1 }), async (bit) => {
        const damaged = bytes.slice();
        damaged[bit >> 3]! ^= 1 << (bit & 7);
        const result = verifyBackup(inPieces(damaged, 64));
        await expect(result).rejects.toMatchObject({ name: "MillwrightError" });
      }),
      { numRuns: 500 },
    );
  });

  it("says of a target that it is unfinished after a cut stream, and restores it again", async () => {
    const storage = await filled();
    const bytes = await bytesOf(storage);
    const target = memoryStorage();
    const cut = bytes.subarray(0, bytes.length - 10);
    await expect(restore(target, inPieces(cut, 65_536))).rejects.toMatchObject({
      code: "CORRUPT",
      message: /cut off/,
    });
    await restore(target, inPieces(bytes, 65_536));
    expect(await differences(storage, target)).toEqual([]);
    await expect(restore(target, inPieces(bytes, 65_536))).rejects.toMatchObject({ code: "ALREADY_EXISTS" });
  });

  it("leaves nothing of another backup that was restored halfway", async () => {
    const [other, storage, target] = [memoryStorage(), memoryStorage(), memoryStorage()];
    for (let index = 0; index < 600; index++)
      await other.kv.atomic().set(["of the other", index], index).commit();
    await other.blobs.put("of the other");
    const cut = (await bytesOf(other)).slice(0, -1);
    await expect(restore(target, inPieces(cut, 65_536))).rejects.toMatchObject({ code: "CORRUPT" });
    expect((await target.kv.get(["of the other", 1]))?.value).toBe(1);
    await storage.kv.atomic().set(["own"], 1).commit();
    await restore(target, inPieces(await bytesOf(storage), 65_536));
    expect(await differences(storage, target)).toEqual([]);
  });

  it("refuses bytes that are no backup, and bytes behind the end of one", async () => {
    await expect(verifyBackup(inPieces(new Uint8Array(1_000), 100))).rejects.toMatchObject({
      code: "FOREIGN_DATA",
    });
    const bytes = await bytesOf(memoryStorage());
    const longer = concatBytes([bytes, Uint8Array.of(0)]);
    await expect(verifyBackup(inPieces(longer, 100))).rejects.toMatchObject({ code: "CORRUPT" });
  });

  it("aborts the sink when it fails", async () => {
    const storage = await filled();
    let aborted: unknown;
    const failure = new Error("disk full");
    const sink = new WritableStream<Uint8Array>({
      write: () => Promise.reject(failure),
      abort(reason) {
        aborted = reason;
      },
    });
    await expect(backup(storage, sink)).rejects.toBe(failure);
    const stopped = new WritableStream<Uint8Array>({
      abort(reason) {
        aborted = reason;
      },
    });
    const reason = new Error("enough");
    await expect(backup(storage, stopped, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(aborted).toBe(reason);
  });

  it("is refused by unordered stores", async () => {
    const unordered = composeStorage({ kv: memoryKv({ ordered: false }), blobs: memoryBlobs() });
    await expect(backup(unordered, new WritableStream())).rejects.toMatchObject({ code: "UNSUPPORTED" });
    await expect(restore(unordered, inPieces(new Uint8Array(), 1))).rejects.toMatchObject({
      code: "UNSUPPORTED",
    });
  });
});

describe("the backup of release 0.1.0", () => {
  it("is restored for ever", async () => {
    const bytes = readFileSync(new URL("./testdata/release-0.1.0.backup", import.meta.url));
    const clock: Clock = {
      now: () => 1_767_225_600_000_000,
      monotonic: () => 0,
      sleep: () => Promise.resolve(),
    };
    const target = composeStorage({ kv: memoryKv(), blobs: memoryBlobs({ clock }), clock });
    expect(await restore(target, () => inPieces(bytes, 1_000))).toEqual({
      entries: 7,
      blobs: 1,
      blobBytes: 7,
    });
    const { kv, blobs } = target.namespace("team-a");
    expect(await kv.get(["deadline"])).toMatchObject({
      value: { big: 1n, bytes: Uint8Array.of(1, 2) },
      expiresAt: 4_102_444_800_000_000,
    });
    expect((await kv.get(["newer"]))?.value).toEqual(Uint8Array.of(3, 4));
    expect((await kv.get(["log", 2]))?.value).toBe("second");
    const { digest } = (await kv.get(["uses a blob"]))!.value as { digest: Digest };
    expect(await (await blobs.get(digest))?.text()).toBe("content");
    const next = await kv.atomic().append(["log"], "third").commit();
    expect(next).toMatchObject({ sequences: [3] });
    const older = await kv.atomic().setIfNewer(["newer"], "older", [4]).commit();
    expect(older).toMatchObject({ stale: [["newer"]] });
  });
});
