import { beforeEach, describe, expect, test, vi } from "vitest";
import { digestOf } from "../identity/hasher.js";
import { createKvStore } from "../kv/create-kv-store.js";
import type { KvStore } from "../kv/kv-store.js";
import { memoryBlobs } from "../memory/memory-blobs.js";
import { memoryKv } from "../memory/memory-kv.js";
import type { BlobSource, BlobStore } from "./blob-store.js";
import { createBlobStore } from "./create-blob-store.js";
import type { BlobDriver } from "./driver.js";

let kv: KvStore;
let driver: BlobDriver;
let blobs: BlobStore;

beforeEach(() => {
  kv = createKvStore(memoryKv());
  driver = memoryBlobs();
  blobs = createBlobStore(driver, { kv });
});

async function count(): Promise<number> {
  let number = 0;
  for await (const _ of blobs.list()) number++;
  return number;
}

async function* pieces(...parts: (string | Error)[]): AsyncIterable<Uint8Array> {
  for (const part of parts) {
    if (part instanceof Error) throw part;
    yield new TextEncoder().encode(part);
  }
}

test.each<[string, () => BlobSource]>([
  ["a string", () => "hello"],
  ["bytes", () => new TextEncoder().encode("hello")],
  ["an array of pieces", () => ["he", "", "llo"].map((text) => new TextEncoder().encode(text))],
  ["an iterable", () => pieces("he", "", "llo")],
  ["a stream", () => new Blob(["hello"]).stream() as ReadableStream<Uint8Array>],
])("%s is stored under its digest", async (_, source) => {
  const info = await blobs.put(source());
  expect(info).toEqual({ digest: digestOf("hello"), size: 5 });
  expect(await (await blobs.get(info.digest))?.text()).toBe("hello");
  expect(await (await blobs.get(info.digest, { range: { offset: 1, length: 3 } }))?.text()).toBe("ell");
});

test("content that is there is not read again when its digest is known", async () => {
  await blobs.put("hello");
  expect(await blobs.put(pieces(new Error("read")), { digest: digestOf("hello") })).toEqual({
    digest: digestOf("hello"),
    size: 5,
  });
});

describe("what is not as promised is not stored", () => {
  test.each<[string, () => BlobSource, object]>([
    ["another digest", () => "hello", { digest: digestOf("other") }],
    ["fewer bytes", () => "hello", { size: 6 }],
    ["more bytes", () => "hello", { size: 4 }],
  ])("%s", async (_, source, promised) => {
    await expect(blobs.put(source(), promised)).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
    expect(await count()).toBe(0);
  });

  test("a stream that breaks", async () => {
    await expect(blobs.put(pieces("half", new Error("torn")))).rejects.toThrow("torn");
    expect(await count()).toBe(0);
  });
});

test("damaged bytes are CORRUPT at the end, however they are read", async () => {
  const { digest } = await blobs.put("hello");
  const damaged = createBlobStore({ ...driver, get: async () => pieces("hellO") }, { kv });
  await expect((await damaged.get(digest))!.bytes()).rejects.toMatchObject({
    code: "CORRUPT",
    details: { digest },
  });
  const reader = (await damaged.get(digest))!.stream().getReader();
  await reader.read();
  await expect(reader.read()).rejects.toMatchObject({ code: "CORRUPT" });
});

test.each(["hell", "hello!", ""])("a blob that has become %o is CORRUPT", async (content) => {
  const { digest } = await blobs.put("hello");
  const damaged = createBlobStore({ ...driver, get: async () => pieces(content) }, { kv });
  await expect((await damaged.get(digest))!.bytes()).rejects.toMatchObject({ code: "CORRUPT" });
  await expect(
    (await damaged.get(digest, { range: { offset: 0, length: 3 } }))!.bytes(),
  ).rejects.toMatchObject({ code: "CORRUPT" });
});

test("content is read once", async () => {
  const { digest } = await blobs.put("hello");
  const content = (await blobs.get(digest))!;
  await content.text();
  await expect(content.text()).rejects.toMatchObject({ code: "CLOSED" });
});

test.each([
  [{ offset: 0, length: 6 }],
  [{ offset: -1, length: 1 }],
  [{ offset: 1.5, length: 1 }],
  [{ offset: 6, length: 0 }],
])("the range %o is refused", async (range) => {
  const { digest } = await blobs.put("hello");
  await expect(blobs.get(digest, { range })).rejects.toMatchObject({
    code: "INVALID_ARGUMENT",
    details: { path: "range" },
  });
});

test.each([
  ["a number", 5],
  ["null", null],
  ["an iterable of strings", ["x"]],
])("%s is no source", async (_, source) => {
  await expect(blobs.put(source as never)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
});

test("what is absent is undefined or false", async () => {
  const digest = digestOf("nothing");
  expect(await blobs.get(digest)).toBeUndefined();
  expect([await blobs.has(digest), await blobs.renew(digest), await blobs.delete(digest)]).toEqual([
    false,
    false,
    false,
  ]);
});

test("a malformed digest is refused", async () => {
  await expect(blobs.get("sha256:x")).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
});

test("scopes do not see each other's blobs", async () => {
  const other = createBlobStore(driver, { kv, scope: "other" });
  const { digest } = await blobs.put("hello");
  expect(await other.has(digest)).toBe(false);
});

test("after close every call is refused", async () => {
  await Promise.all([blobs.close(), blobs.close()]);
  await expect(blobs.put("x")).rejects.toMatchObject({ code: "CLOSED" });
  await expect(blobs.has(digestOf("x"))).rejects.toMatchObject({ code: "CLOSED" });
  expect(() => blobs.list()).toThrow(expect.objectContaining({ code: "CLOSED" }));
});

test("an aborted signal stops a put with its reason", async () => {
  const reason = new Error("enough");
  await expect(blobs.put("x", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

test("a source that is not read is told so", async () => {
  const { digest } = await blobs.put("hello");
  const cancel = vi.fn();
  await blobs.put(new ReadableStream<Uint8Array>({ cancel }), { digest });
  expect(cancel).toHaveBeenCalledOnce();
  const end = vi.fn(async () => ({ done: true as const, value: undefined }));
  const iterable = {
    [Symbol.asyncIterator]: () => ({
      next: () => Promise.reject(new Error("read")),
      return: end,
    }),
  };
  await blobs.put(iterable, { digest });
  expect(end).toHaveBeenCalledOnce();
});

test("a listing stops when its signal aborts or its store closes", async () => {
  await Promise.all(["a", "b", "c"].map((text) => blobs.put(text)));
  const controller = new AbortController();
  const reason = new Error("enough");
  const aborted = blobs.list({ signal: controller.signal })[Symbol.asyncIterator]();
  const closed = blobs.list()[Symbol.asyncIterator]();
  await Promise.all([aborted.next(), closed.next()]);
  controller.abort(reason);
  await expect(aborted.next()).rejects.toBe(reason);
  await blobs.close();
  await expect(closed.next()).rejects.toMatchObject({ code: "CLOSED" });
});

test("an aborted put leaves its driver open until the driver is done with it", async () => {
  const order: string[] = [];
  let finish = (): void => {};
  const held = new Promise<void>((resolve) => (finish = resolve));
  const slow = createBlobStore(
    {
      ...driver,
      put: async () => {
        await held;
        order.push("put");
      },
      close: async () => void order.push("close"),
    },
    { kv },
  );
  const controller = new AbortController();
  const put = slow.put("x", { signal: controller.signal });
  await new Promise((resolve) => setTimeout(resolve, 5));
  controller.abort(new Error("enough"));
  await expect(put).rejects.toThrow("enough");
  const closing = slow.close();
  finish();
  await closing;
  expect(order).toEqual(["put", "close"]);
});

test("an aborted put of a source that hangs holds no close up", async () => {
  const controller = new AbortController();
  const hanging = new ReadableStream<Uint8Array>({});
  const put = blobs.put(hanging, { signal: controller.signal });
  await new Promise((resolve) => setTimeout(resolve, 5));
  controller.abort(new Error("enough"));
  await expect(put).rejects.toThrow("enough");
  await blobs.close();
});
