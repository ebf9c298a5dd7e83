import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { createKvStore } from "../kv/create-kv-store.js";
import type { KvStore } from "../kv/kv-store.js";
import { localBlobs, localJournals, localKv } from "./open-local-storage.js";
import { collect } from "./test-support/collect.js";
import { cannotMount, smallFileSystem } from "./test-support/small-file-system.js";

const reason = cannotMount();
if (reason !== undefined && process.env.CI === undefined)
  process.stderr.write(`skipped: tests of a full disk, ${reason}\n`);
const onSmallDisk = test.skipIf(reason !== undefined && process.env.CI === undefined);

const unhandled: unknown[] = [];
const onUnhandled = (error: unknown): void => void unhandled.push(error);
beforeEach(() => {
  unhandled.length = 0;
  process.on("unhandledRejection", onUnhandled);
});
afterEach(async () => {
  await new Promise((resolve) => setTimeout(resolve, 50));
  process.off("unhandledRejection", onUnhandled);
  expect(unhandled).toEqual([]);
});

/** Fills what is left. */
function fill(directory: string): string {
  const path = join(directory, ".ballast");
  for (const size of [1 << 16, 1 << 12]) {
    try {
      for (;;) writeFileSync(path, new Uint8Array(size), { flag: "a" });
    } catch (error) {
      expect((error as { code: string }).code).toBe("ENOSPC");
    }
  }
  return path;
}

async function fillByCommits(kv: KvStore): Promise<number> {
  for (let written = 0; ; written++) {
    const full = await kv
      .atomic()
      .set(["n", written], "x".repeat(20_000))
      .commit()
      .then(
        () => undefined,
        (error: { code: string; message: string }) => error,
      );
    if (full === undefined) continue;
    expect(full.code).toBe("STORAGE_FULL");
    expect(full.message).toMatch(/Free space/);
    return written;
  }
}

onSmallDisk(
  "a commit on a full disk is STORAGE_FULL, reads go on, and commits again once there is space",
  async () => {
    const { path } = smallFileSystem(4);
    const kv = createKvStore(await localKv(join(path, "data")));
    onTestFinished(() => kv.close());
    const ballast = join(path, "ballast");
    writeFileSync(ballast, new Uint8Array(1 << 20));
    const written = await fillByCommits(kv);
    expect(written).toBeGreaterThan(10);
    for (let again = 0; again < 20; again++)
      await expect(kv.atomic().set(["m", again], "x".repeat(60_000)).commit()).rejects.toMatchObject({
        code: "STORAGE_FULL",
      });
    const together = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) => kv.atomic().set(["t", index], "x".repeat(60_000)).commit()),
    );
    for (const outcome of together)
      expect(outcome).toMatchObject({ status: "rejected", reason: { code: "STORAGE_FULL" } });
    for (let index = 0; index < written; index++)
      expect((await kv.get(["n", index]))?.value).toHaveLength(20_000);
    expect(await kv.get(["n", written])).toBeUndefined();
    rmSync(ballast);
    expect(await kv.atomic().set(["after"], "x".repeat(60_000)).commit()).toMatchObject({ ok: true });
    expect((await kv.get(["after"]))?.value).toHaveLength(60_000);
  },
);

onSmallDisk("opening on a full disk is STORAGE_FULL, and works once there is space", async () => {
  const { path } = smallFileSystem(2);
  const data = join(path, "data");
  const ballast = fill(path);
  for (const open of [localKv, localBlobs, localJournals])
    await expect(open(data)).rejects.toMatchObject({ code: "STORAGE_FULL" });
  rmSync(ballast);
  const kv = createKvStore(await localKv(data));
  expect(await kv.atomic().set(["a"], 1).commit()).toMatchObject({ ok: true });
  await kv.close();
});

onSmallDisk("a blob that does not fit is STORAGE_FULL and leaves nothing behind", async () => {
  const { path } = smallFileSystem(2);
  const blobs = await localBlobs(join(path, "data"));
  const { createBlobStore } = await import("../blobs/create-blob-store.js");
  const { memoryKv } = await import("../memory/memory-kv.js");
  const store = createBlobStore(blobs, { scope: "default", kv: createKvStore(memoryKv()) });
  async function* large() {
    for (let piece = 0; piece < 64; piece++) yield new Uint8Array(65_536).fill(piece);
  }
  await expect(store.put(large())).rejects.toMatchObject({ code: "STORAGE_FULL" });
  expect(await collect(store.list())).toEqual([]);
  const { digest } = await store.put(new Uint8Array(1_000_000));
  expect((await (await store.get(digest))?.bytes())?.length).toBe(1_000_000);
  await store.close();
});

onSmallDisk(
  "a journal on a full disk says so at append or sync and from then on, and keeps every frame that was synced",
  async () => {
    const { path } = smallFileSystem(2);
    const data = join(path, "data");
    const journals = await localJournals(data);
    const journal = await journals.open("metrics");
    const frame = new Uint8Array(10_000).fill(7);
    let synced = 0;
    const failure = await (async () => {
      for (;;) {
        const sequence = journal.append(frame);
        await journal.sync();
        synced = sequence;
      }
    })().catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "STORAGE_FULL" });
    expect(() => journal.append(frame)).toThrow(expect.objectContaining({ code: "STORAGE_FULL" }));
    await expect(journal.sync()).rejects.toMatchObject({ code: "STORAGE_FULL" });
    await expect(journal.close()).rejects.toMatchObject({ code: "STORAGE_FULL" });
    const again = await journals.open("metrics");
    expect(again.lastSequence).toBeGreaterThanOrEqual(synced);
    expect((await collect(again.read())).length).toBe(again.lastSequence);
    await journals.close();
  },
);

onSmallDisk("a read-only file system is READ_ONLY", async () => {
  const { path, remount } = smallFileSystem(2);
  const data = join(path, "data");
  const kv = await localKv(data);
  await kv.close();
  remount("ro");
  for (const open of [localKv, localBlobs, localJournals])
    await expect(open(data)).rejects.toMatchObject({ code: "READ_ONLY" });
  await expect(localKv(join(path, "new"))).rejects.toMatchObject({ code: "READ_ONLY" });
  remount("rw");
  const again = await localKv(data);
  await again.close();
});
