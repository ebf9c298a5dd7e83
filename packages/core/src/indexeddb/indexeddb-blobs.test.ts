import "fake-indexeddb/auto";
import { afterEach, expect, test } from "vitest";
import type { BlobDriver } from "../blobs/driver.js";
import { concatBytes } from "../identity/bytes.js";
import { digestOf } from "../identity/hasher.js";
import type { Clock } from "../time/clock.js";
import { systemClock } from "../time/clock.js";
import { indexedDbBlobs, indexedDbStorage } from "./index.js";

const opened: BlobDriver[] = [];
afterEach(() => Promise.all(opened.splice(0).map((driver) => driver.close())));

let databases = 0;
let time = 1_000_000_000_000_000;
const clock: Clock = { ...systemClock(), now: () => time };
function open(name = `blobs-${++databases}`): BlobDriver {
  const driver = indexedDbBlobs(name, { clock });
  opened.push(driver);
  return driver;
}

const contentOf = (size: number): Uint8Array =>
  Uint8Array.from({ length: size }, (_, index) => (index * 31) ^ (index >> 8));
async function* piecesOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}
async function bytesOf(pieces: AsyncIterable<Uint8Array> | undefined): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces!) parts.push(piece);
  return concatBytes(parts);
}
const put = (driver: BlobDriver, bytes: Uint8Array, scope = "default") =>
  driver.put({ scope, body: piecesOf(bytes, 300_000), digest: () => digestOf(bytes) });

/** How many records an object store has; none, if there is no database yet. */
async function count(name: string, store: string): Promise<number> {
  if (!(await indexedDB.databases()).some((database) => database.name === name)) return 0;
  const database = await new Promise<IDBDatabase>((resolve) => {
    const request = indexedDB.open(name);
    request.onsuccess = () => resolve(request.result);
  });
  const records = await new Promise<number>((resolve) => {
    const request = database.transaction(store).objectStore(store).count();
    request.onsuccess = () => resolve(request.result);
  });
  database.close();
  return records;
}

test.each([0, 1, 1_048_575, 1_048_576, 1_048_577, 3_500_000])(
  "a blob of %i bytes comes back, whole and in parts",
  async (size) => {
    const driver = open();
    const bytes = contentOf(size);
    await put(driver, bytes);
    const digest = digestOf(bytes);
    expect(digestOf(await bytesOf(await driver.get("default", digest)))).toBe(digest);
    expect(await driver.stat("default", digest)).toEqual({ digest, size, modifiedAt: time });
    for (const offset of [0, 1_048_570, size - 10].filter((place) => place >= 0 && place + 10 <= size)) {
      const part = await bytesOf(await driver.get("default", digest, { offset, length: 10 }));
      expect(part).toEqual(bytes.slice(offset, offset + 10));
    }
  },
);

test("a put of what is there keeps one copy and makes it young; so does renew", async () => {
  const name = `blobs-${++databases}`;
  const driver = open(name);
  const bytes = contentOf(2_500_000);
  await put(driver, bytes);
  time += 5;
  await put(driver, bytes);
  expect((await driver.stat("default", digestOf(bytes)))!.modifiedAt).toBe(time);
  expect([await count(name, "chunks"), await count(name, "uploads")]).toEqual([3, 0]);
  time += 5;
  expect(await driver.renew("default", digestOf(bytes))).toBe(true);
  expect((await driver.stat("default", digestOf(bytes)))!.modifiedAt).toBe(time);
  expect(await driver.renew("default", digestOf("absent"))).toBe(false);
});

test.each([10, 2_500_000])(
  "a source of %i bytes that fails stores nothing and leaves nothing",
  async (size) => {
    const name = `blobs-${++databases}`;
    const driver = open(name);
    async function* body() {
      yield* piecesOf(contentOf(size), 300_000);
      throw new Error("changed");
    }
    await expect(driver.put({ scope: "default", body: body(), digest: () => undefined })).rejects.toThrow(
      "changed",
    );
    const left = await Promise.all(["blobs", "chunks", "uploads"].map((store) => count(name, store)));
    expect(left).toEqual([0, 0, 0]);
  },
);

test("chunks that a tab left behind are removed a day later, those of a running upload are not", async () => {
  const name = `blobs-${++databases}`;
  const driver = open(name);
  let leave = (): void => {};
  const held = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const body = async function* (bytes: Uint8Array) {
    yield* piecesOf(bytes, 300_000);
    await held;
  };
  const stuck = driver.put({
    scope: "default",
    body: body(contentOf(1_500_000)),
    digest: () => digestOf(contentOf(1_500_000)),
  });
  await expect.poll(() => count(name, "uploads")).toBe(1);
  time += 3_600_000_000;
  await put(driver, contentOf(2_000_000));
  expect(await count(name, "uploads")).toBe(1);
  time += 90_000_000_000;
  await put(driver, contentOf(2_000_001));
  expect(await count(name, "uploads")).toBe(0);
  leave();
  await stuck;
});

test("a deleted blob is gone with its chunks, and one that is being read says so", async () => {
  const name = `blobs-${++databases}`;
  const driver = open(name);
  const bytes = contentOf(2_500_000);
  await put(driver, bytes);
  const reader = (await driver.get("default", digestOf(bytes)))![Symbol.asyncIterator]();
  await reader.next();
  expect(await driver.delete("default", digestOf(bytes))).toBe(true);
  expect(await driver.delete("default", digestOf(bytes))).toBe(false);
  await expect(reader.next()).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect([await count(name, "blobs"), await count(name, "chunks")]).toEqual([0, 0]);
});

test("lists are in the order of digests, go on behind one, and scopes are apart", async () => {
  const driver = open();
  const digests: string[] = [];
  for (let index = 0; index < 300; index++) {
    await put(driver, new TextEncoder().encode(String(index)), "b");
    digests.push(digestOf(String(index)));
  }
  await put(driver, new Uint8Array(1), "a");
  await put(driver, new Uint8Array(1), "b b");
  digests.sort();
  const listed: string[] = [];
  for await (const blob of driver.list("b", undefined)) listed.push(blob.digest);
  expect(listed).toEqual(digests);
  const tail: string[] = [];
  for await (const blob of driver.list("b", digests[290] as `sha256:${string}`)) tail.push(blob.digest);
  expect(tail).toEqual(digests.slice(291));
  const scopes: string[] = [];
  for await (const scope of driver.scopes()) scopes.push(scope);
  expect(scopes).toEqual(["a", "b", "b b"]);
});

test("a whole storage works in one database", async () => {
  const storage = indexedDbStorage(`storage-${++databases}`);
  const { digest } = await storage.blobs.put("hello");
  await storage.kv.atomic().set(["x"], digest).commit();
  expect(await (await storage.blobs.get(digest))?.text()).toBe("hello");
  await storage.close();
});
