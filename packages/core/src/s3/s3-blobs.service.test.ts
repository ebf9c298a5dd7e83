import { AwsClient } from "aws4fetch";
import { describe, expect, test } from "vitest";
import type { BlobDriver } from "../blobs/driver.js";
import { digestOf } from "../identity/hasher.js";
import { memoryKv } from "../memory/index.js";
import { composeStorage } from "../storage/compose.js";
import { blobConformance } from "../testing/index.js";
import { serviceUrl } from "../testing/test-support/services.js";
import { s3Blobs } from "./index.js";

const url = serviceUrl("s3");
const client = new AwsClient({
  accessKeyId: "test",
  secretAccessKey: "test",
  service: "s3",
  region: "us-east-1",
  retries: 0,
});
const signed = (input: string, init?: RequestInit) => client.fetch(input, init);

async function freshBucket(): Promise<string> {
  const bucket = `millwright-${crypto.randomUUID()}`;
  const created = await signed(`${url}/${bucket}`, { method: "PUT" });
  expect(created.ok).toBe(true);
  return bucket;
}

const open = (bucket: string, prefix?: string) => s3Blobs({ endpoint: url!, bucket, prefix, fetch: signed });
const storageOver = (blobs: BlobDriver) => composeStorage({ kv: memoryKv(), blobs });

async function keysIn(bucket: string): Promise<string[]> {
  const xml = await (await signed(`${url}/${bucket}?list-type=2`)).text();
  return [...xml.matchAll(/<Key>([^<]*)<\/Key>/g)].map((match) => match[1]!);
}

async function uploadsIn(bucket: string): Promise<number> {
  return [...(await (await signed(`${url}/${bucket}?uploads`)).text()).matchAll(/<UploadId>/g)].length;
}

async function* piecesOf(bytes: Uint8Array, size = 700_000): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

describe.skipIf(url === undefined)("blobs in S3", () => {
  test.each([
    ["nothing", 0],
    ["a small blob", 1_000],
    ["a blob of several parts", 20_000_000],
  ])("%s of unknown and of known digest comes back, and leaves nothing else behind", async (_, size) => {
    const bucket = await freshBucket();
    const storage = storageOver(open(bucket, "data"));
    const bytes = crypto.getRandomValues(new Uint8Array(Math.min(size, 60_000)));
    const content = new Uint8Array(size).map((__, index) => bytes[index % 60_000]! ^ (index >> 16));
    const digest = digestOf(content);
    expect(await storage.blobs.put(piecesOf(content))).toEqual({ digest, size });
    expect(await keysIn(bucket)).toEqual([`data/default/${digest.slice(7)}`]);
    const read = await (await storage.blobs.get(digest))!.bytes();
    expect(digestOf(read)).toBe(digest);
    await storage.blobs.delete(digest);
    await storage.blobs.put(piecesOf(content), { digest, size });
    expect(await keysIn(bucket)).toEqual([`data/default/${digest.slice(7)}`]);
    expect(await uploadsIn(bucket)).toBe(0);
    if (size > 100) {
      const part = await (await storage.blobs.get(digest, {
        range: { offset: size - 50, length: 50 },
      }))!.bytes();
      expect(part).toEqual(content.slice(-50));
    }
    await storage.close();
  });

  test("a promised digest that is wrong stores nothing, whatever the size", async () => {
    const bucket = await freshBucket();
    const storage = storageOver(open(bucket));
    for (const size of [10, 20_000_000]) {
      const put = storage.blobs.put(piecesOf(new Uint8Array(size)), { digest: digestOf("other") });
      await expect(put).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
    }
    expect([await keysIn(bucket), await uploadsIn(bucket)]).toEqual([[], 0]);
    await storage.close();
  });

  test("renewing makes a blob young, and says so if there is none", async () => {
    const blobs = open(await freshBucket());
    const storage = storageOver(blobs);
    const { digest } = await storage.blobs.put("hello");
    const before = (await blobs.stat("default", digest))!.modifiedAt;
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(await blobs.renew("default", digest)).toBe(true);
    expect((await blobs.stat("default", digest))!.modifiedAt).toBeGreaterThan(before);
    expect(await (await storage.blobs.get(digest))!.text()).toBe("hello");
    expect(await blobs.renew("default", digestOf("absent"))).toBe(false);
    await storage.close();
  });

  test("a listing leaves foreign objects out", async () => {
    const bucket = await freshBucket();
    const storage = storageOver(open(bucket, "p"));
    const { digest } = await storage.blobs.put("hello");
    for (const key of ["p/default/readme.txt", "p/default/deep/er", "p/.scratch/left", "elsewhere"]) {
      await signed(`${url}/${bucket}/${key}`, { method: "PUT", body: "x" });
    }
    const listed: string[] = [];
    for await (const blob of storage.blobs.list()) listed.push(blob.digest);
    expect(listed).toEqual([digest]);
    await storage.close();
  });

  test("scopes are apart, are listed in order, and survive odd names", async () => {
    const blobs = open(await freshBucket(), "p");
    const names = ["default", "team-a", "ä/ö", "..", "with space", "_scratch"];
    for (const scope of names) {
      const digest = digestOf(scope);
      const body = (async function* () {
        yield new TextEncoder().encode(scope);
      })();
      await blobs.put({ scope, body, digest: () => digest });
    }
    const found: string[] = [];
    for await (const scope of blobs.scopes()) found.push(scope);
    expect(found).toEqual([...names].sort());
    expect(await blobs.stat("team-a", digestOf("default"))).toBeUndefined();
  });

  test("a missing bucket is NOT_FOUND with its name, in every call", async () => {
    const blobs = open("absent-bucket");
    const digest = digestOf("x");
    const collect = async (items: AsyncIterable<unknown>) => {
      for await (const _ of items) break;
    };
    for (const call of [
      () => blobs.get("default", digest),
      () => blobs.stat("default", digest),
      () => blobs.renew("default", digest),
      () => blobs.delete("default", digest),
      () => collect(blobs.list("default", undefined)),
      () => collect(blobs.scopes()),
      () =>
        blobs.put({
          scope: "default",
          body: piecesOf(new Uint8Array(3)),
          digest: () => digestOf(new Uint8Array(3)),
        }),
    ]) {
      await expect(call()).rejects.toMatchObject({
        code: "NOT_FOUND",
        message: expect.stringContaining("absent-bucket"),
      });
    }
  });

  test("an abort in the middle of a large blob leaves nothing", async () => {
    const bucket = await freshBucket();
    const blobs = open(bucket);
    const stop = new AbortController();
    async function* body() {
      for (let index = 0; index < 40; index++) {
        if (index === 30) stop.abort(new Error("enough"));
        yield new Uint8Array(1_000_000);
      }
    }
    await expect(
      blobs.put({ scope: "default", body: body(), digest: () => undefined }, { signal: stop.signal }),
    ).rejects.toThrow("enough");
    expect([await keysIn(bucket), await uploadsIn(bucket)]).toEqual([[], 0]);
  });
});

if (url !== undefined) {
  let bucket: Promise<string> | undefined;
  blobConformance({
    test,
    describe,
    capabilities: { shared: true, durable: true },
    largest: 20 * 1024 * 1024 + 1,
    async open(place) {
      bucket ??= freshBucket();
      return open(await bucket, place);
    },
  });
}
