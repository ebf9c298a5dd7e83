import { mkdirSync, readdirSync, statSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { BlobStore } from "../../blobs/blob-store.js";
import { createBlobStore } from "../../blobs/create-blob-store.js";
import { createKvStore } from "../../kv/create-kv-store.js";
import { memoryKv } from "../../memory/memory-kv.js";
import { localBlobs } from "../open-local-storage.js";
import { collect } from "../test-support/collect.js";
import { temporaryDirectory } from "../test-support/temporary-directory.js";

async function open(directory: string, scope = "default"): Promise<BlobStore> {
  const store = createBlobStore(await localBlobs(directory), { scope, kv: createKvStore(memoryKv()) });
  onTestFinished(() => store.close());
  return store;
}

const fileOf = (directory: string, digest: string, scope = "default") =>
  join(directory, "blobs", scope, digest.slice(7, 9), digest.slice(7));
const incoming = (directory: string) => readdirSync(join(directory, "blobs", ".incoming"));

test("a blob is a file named by its digest, with exactly its bytes, and nothing else is left", async () => {
  const directory = temporaryDirectory();
  const store = await open(directory);
  const { digest, size } = await store.put("hello");
  expect(digest).toBe("sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
  expect(size).toBe(5);
  expect(statSync(fileOf(directory, digest)).size).toBe(5);
  expect(await (await store.get(digest))!.text()).toBe("hello");
  expect(incoming(directory)).toEqual([]);
});

test("streams of many small and a few large pieces come back as they were, whole and in parts", async () => {
  const store = await open(temporaryDirectory());
  const pieces = [1, 3, 700_000, 5, 262_144, 0, 262_143, 1_000].map((length, index) =>
    Uint8Array.from({ length }, (_, offset) => (offset * 7 + index) & 0xff),
  );
  async function* stream() {
    const reused = new Uint8Array(16);
    yield* pieces;
    for (let index = 0; index < 5_000; index++) {
      reused.fill(index & 0xff);
      yield reused;
    }
  }
  const whole = Buffer.concat([
    ...pieces,
    ...Array.from({ length: 5_000 }, (_, index) => Buffer.alloc(16, index & 0xff)),
  ]);
  const { digest } = await store.put(stream());
  expect(Buffer.compare(Buffer.from(await (await store.get(digest))!.bytes()), whole)).toBe(0);
  for (const [offset, length] of [
    [0, 0],
    [0, 1],
    [699_999, 300_000],
    [whole.length - 1, 1],
    [whole.length, 0],
  ] as const) {
    const part = await (await store.get(digest, { range: { offset, length } }))!.bytes();
    expect(Buffer.compare(Buffer.from(part), whole.subarray(offset, offset + length))).toBe(0);
  }
});

test("a stream that fails, or is not what was promised, stores nothing and leaves nothing", async () => {
  const directory = temporaryDirectory();
  const store = await open(directory);
  async function* failing() {
    yield new Uint8Array(1_000);
    throw new Error("the network is gone");
  }
  await expect(store.put(failing())).rejects.toThrow("the network is gone");
  const { digest } = await store.put("right");
  await store.delete(digest);
  await expect(store.put("wrong", { digest })).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
  expect(await collect(store.list())).toEqual([]);
  expect(incoming(directory)).toEqual([]);
});

test("equal blobs that are put at once are one blob, and putting it again renews its age", async () => {
  const directory = temporaryDirectory();
  const store = await open(directory);
  const results = await Promise.all(Array.from({ length: 16 }, () => store.put("same".repeat(10_000))));
  const { digest } = results[0]!;
  expect(await collect(store.list())).toHaveLength(1);
  utimesSync(fileOf(directory, digest), 1_000, 1_000);
  expect((await collect(store.list()))[0]!.modifiedAt).toBe(1_000_000_000);
  const before = Date.now() * 1_000;
  await store.put("same".repeat(10_000));
  expect((await collect(store.list()))[0]!.modifiedAt).toBeGreaterThanOrEqual(before - 1_000_000);
  utimesSync(fileOf(directory, digest), 1_000, 1_000);
  await store.put("same".repeat(10_000), { digest });
  expect((await collect(store.list()))[0]!.modifiedAt).toBeGreaterThanOrEqual(before - 1_000_000);
});

test("a listing has the order of the digests, goes on behind one, and passes over foreign files", async () => {
  const directory = temporaryDirectory();
  const store = await open(directory);
  for (let index = 0; index < 60; index++) await store.put(`blob ${index}`);
  mkdirSync(join(directory, "blobs", "default", "zz"));
  writeFileSync(join(directory, "blobs", "default", "zz", "notes.txt"), "");
  writeFileSync(join(directory, "blobs", "default", ".DS_Store"), "");
  const digests = (await collect(store.list())).map((blob) => blob.digest);
  expect(digests).toHaveLength(60);
  expect(digests).toEqual([...digests].sort());
  const driver = await localBlobs(directory);
  const behind = await collect(driver.list("default", digests[29]!));
  expect(behind.map((blob) => blob.digest)).toEqual(digests.slice(30));
});

test("scopes are apart, listed while they hold blobs, and cannot name a path", async () => {
  const directory = temporaryDirectory();
  const [first, second] = [await open(directory, "team-b"), await open(directory, "team-a")];
  const { digest } = await first.put("secret");
  expect(await second.has(digest)).toBe(false);
  await second.put("other");
  const driver = await localBlobs(directory);
  expect(await collect(driver.scopes())).toEqual(["team-a", "team-b"]);
  await first.delete(digest);
  expect(await collect(driver.scopes())).toEqual(["team-a"]);
  for (const scope of ["../outside", "..", ".incoming", "a/b", "", "A", "a\\b", "a\0"]) {
    await expect(driver.stat(scope, digest), scope).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  }
  await expect(driver.stat("team-a", "sha256:../../../etc/passwd")).rejects.toMatchObject({
    code: "INVALID_ARGUMENT",
  });
});

test("a file that has lost or changed bytes is CORRUPT when it is read", async () => {
  const directory = temporaryDirectory();
  const store = await open(directory);
  const { digest } = await store.put("x".repeat(1_000));
  writeFileSync(fileOf(directory, digest), "y".repeat(1_000));
  await expect((await store.get(digest))!.bytes()).rejects.toMatchObject({ code: "CORRUPT" });
  truncateSync(fileOf(directory, digest), 10);
  await expect((await store.get(digest))!.bytes()).rejects.toMatchObject({ code: "CORRUPT" });
  const driver = await localBlobs(directory);
  await expect(
    collect((await driver.get("default", digest, { offset: 0, length: 500 }))!),
  ).rejects.toMatchObject({ code: "CORRUPT" });
});

test("a blob that is deleted before its content is read is NOT_FOUND, and a missing one is undefined or false", async () => {
  const store = await open(temporaryDirectory());
  const { digest } = await store.put("x");
  const content = (await store.get(digest))!;
  expect(await store.delete(digest)).toBe(true);
  await expect(content.text()).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect(await store.get(digest)).toBeUndefined();
  expect([await store.delete(digest), await store.has(digest), await store.renew(digest)]).toEqual([
    false,
    false,
    false,
  ]);
});

test("what killed writers left behind is removed after a day, and what is being written is not", async () => {
  const directory = temporaryDirectory();
  await open(directory);
  const folder = join(directory, "blobs", ".incoming");
  writeFileSync(join(folder, "dead"), "half");
  writeFileSync(join(folder, "alive"), "half");
  const twoDaysAgo = Date.now() / 1_000 - 2 * 86_400;
  utimesSync(join(folder, "dead"), twoDaysAgo, twoDaysAgo);
  await open(directory);
  expect(incoming(directory)).toEqual(["alive"]);
});
