import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { openLocalStorage } from "../local/index.js";
import { memoryBlobs, memoryKv } from "../memory/index.js";
import { backup } from "./backup.js";
import { compareStorages, type StorageDifference } from "./compare.js";
import { composeStorage } from "./compose.js";
import { copyStorage } from "./copy.js";
import { restore } from "./restore.js";
import type { Storage } from "./storage.js";

async function localStorage(): Promise<Storage> {
  const path = mkdtempSync(join(tmpdir(), "millwright-copy-"));
  const storage = await openLocalStorage(path);
  onTestFinished(async () => {
    await storage.close();
    rmSync(path, { recursive: true, force: true });
  });
  return storage;
}

async function fill(storage: Storage): Promise<void> {
  for (const name of ["default", "team-a"]) {
    const { kv, blobs } = storage.namespace(name);
    const atomic = kv.atomic();
    for (let index = 0; index < 500; index++)
      atomic.set(["entries", index, Uint8Array.of(0, index)], { index });
    await atomic.commit();
    await kv
      .atomic()
      .set(["deadline"], 1, { expireIn: "1h" })
      .setIfNewer(["newer"], "b", [5])
      .append(["log"], 1)
      .commit();
    await blobs.put(new Uint8Array(300_000).fill(1));
  }
}

async function differences(a: Storage, b: Storage): Promise<StorageDifference[]> {
  const found: StorageDifference[] = [];
  for await (const difference of compareStorages(a, b)) found.push(difference);
  return found;
}

it("a copy from memory to a local directory and back is equal", async () => {
  const memory = (): Storage => composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
  const [from, local, back] = [memory(), await localStorage(), memory()];
  await fill(from);
  await copyStorage(from, local);
  expect(await differences(from, local)).toEqual([]);
  await copyStorage(local, back);
  expect(await differences(from, back)).toEqual([]);
});

it("a local directory is backed up and restored to another", async () => {
  const [from, to] = [await localStorage(), await localStorage()];
  await fill(from);
  const pipe = new TransformStream<Uint8Array, Uint8Array>();
  const [, report] = await Promise.all([backup(from, pipe.writable), restore(to, pipe.readable)]);
  expect(report).toMatchObject({ blobs: 2, blobBytes: 600_000 });
  expect(await differences(from, to)).toEqual([]);
});
