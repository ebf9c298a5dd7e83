import type { BlobStore } from "../../blobs/blob-store.js";
import { createBlobStore } from "../../blobs/create-blob-store.js";
import type { BlobDriver } from "../../blobs/driver.js";
import { concatBytes } from "../../identity/bytes.js";
import type { Digest } from "../../identity/digest.js";
import { digestOf } from "../../identity/hasher.js";
import { createKvStore } from "../../kv/create-kv-store.js";
import { memoryKv } from "../../memory/memory-kv.js";
import { assert, assertEqual, assertRejects, assertRejectsWith, assertThrows } from "../runner/assertions.js";
import type { ConformanceCase } from "../runner/test-runner.js";
import { type BlobCase, listed, scopesOf, someBytes } from "./case-context.js";

function storeOver(driver: BlobDriver, scope = "team-a"): BlobStore {
  return createBlobStore(driver, { scope, kv: createKvStore(memoryKv()), ownsDriver: false });
}

function callsOf(
  blobs: BlobStore,
  signal?: AbortSignal,
): readonly (readonly [string, () => Promise<unknown>])[] {
  const digest = digestOf("content");
  return [
    ["put", () => blobs.put("other content", { signal })],
    ["get", () => blobs.get(digest, { signal })],
    ["has", () => blobs.has(digest, { signal })],
    ["renew", () => blobs.renew(digest, { signal })],
    ["delete", () => blobs.delete(digest, { signal })],
  ];
}

/** The user's port over the driver: what core adds works with it. */
export const blobStoreCases: readonly ConformanceCase<BlobCase>[] = [
  {
    name: "store: strings, bytes, streams and pieces are put and read back in every way",
    async run({ driver }) {
      const blobs = storeOver(driver);
      const bytes = someBytes(150_000);
      async function* pieces(): AsyncGenerator<Uint8Array, void, void> {
        for (let offset = 0; offset < bytes.length; offset += 40_000)
          yield bytes.slice(offset, offset + 40_000);
      }
      const stream = (): ReadableStream<Uint8Array> => new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
      for (const source of [bytes, pieces(), stream()]) {
        assertEqual(
          await blobs.put(source),
          { digest: digestOf(bytes), size: bytes.length },
          "digest and size",
        );
      }
      const { digest } = await blobs.put("héllo");
      assertEqual(await (await blobs.get(digest))?.text(), "héllo", "text as UTF-8");
      const content = await blobs.get(digestOf(bytes));
      assertEqual(
        [content?.digest, content?.size],
        [digestOf(bytes), bytes.length],
        "content tells digest and size",
      );
      assertEqual(await content?.bytes(), bytes, "bytes");
      await assertThrows(() => content?.bytes(), "CLOSED", "content is read once");
      const parts: Uint8Array[] = [];
      for await (const piece of (await blobs.get(digestOf(bytes)))!) parts.push(piece);
      assertEqual(concatBytes(parts), bytes, "pieces");
      const response = new Response(
        (await blobs.get(digestOf(bytes)))!.stream() as ReadableStream<Uint8Array<ArrayBuffer>>,
      );
      assertEqual(new Uint8Array(await response.arrayBuffer()), bytes, "stream");
      const part = await blobs.get(digestOf(bytes), { range: { offset: 100, length: 50 } });
      assertEqual(await part?.bytes(), bytes.slice(100, 150), "a part");
    },
  },
  {
    name: "store: bytes that are not what was promised are DIGEST_MISMATCH, and nothing is stored",
    async run({ driver }) {
      const blobs = storeOver(driver);
      const digest = digestOf("something else");
      await assertRejects(blobs.put("content", { digest }), "DIGEST_MISMATCH", "another digest");
      await assertRejects(blobs.put("content", { size: 6 }), "DIGEST_MISMATCH", "more bytes");
      await assertRejects(blobs.put("content", { size: 8 }), "DIGEST_MISMATCH", "fewer bytes");
      await assertRejects(blobs.put(someBytes(300_000), { digest }), "DIGEST_MISMATCH", "a large one");
      assertEqual([await blobs.has(digest), await scopesOf(driver)], [false, []], "no blob came to be");
    },
  },
  {
    name: "store: what is known to be there is not sent again",
    async run({ driver }) {
      const blobs = storeOver(driver);
      const { digest, size } = await blobs.put("content");
      async function* untouched(): AsyncGenerator<Uint8Array, void, void> {
        assert(false, "the source is not read");
        yield new Uint8Array();
      }
      assertEqual(await blobs.put(untouched(), { digest }), { digest, size }, "the same blob");
    },
  },
  {
    name: "store: damaged bytes are CORRUPT at the end of the reading",
    async run({ driver }) {
      const blobs = storeOver({
        ...driver,
        async get(scope, digest, range, options) {
          const pieces = await driver.get(scope, digest, range, options);
          async function* damaged(from: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
            for await (const piece of from) yield piece.map((byte) => byte ^ 1);
          }
          return pieces && damaged(pieces);
        },
      });
      const { digest } = await blobs.put("content");
      const content = await blobs.get(digest);
      await assertRejects(content!.bytes(), "CORRUPT", "a flipped bit is noticed");
    },
  },
  {
    name: "store: ranges outside, and what is no digest, are refused",
    async run({ driver }) {
      const blobs = storeOver(driver);
      const { digest } = await blobs.put("content");
      for (const [offset, length] of [
        [0, 8],
        [7, 1],
        [-1, 2],
        [0.5, 1],
        [0, Number.NaN],
      ] as const) {
        await assertRejects(
          blobs.get(digest, { range: { offset, length } }),
          "INVALID_ARGUMENT",
          `${length} from ${offset}`,
        );
      }
      for (const text of [
        "",
        "../../etc/passwd",
        "sha256:xyz",
        `sha256:${"A".repeat(64)}`,
        `md5:${"0".repeat(64)}`,
      ]) {
        const bad = text as Digest;
        await assertRejects(blobs.get(bad), "INVALID_ARGUMENT", "get");
        await assertRejects(blobs.has(bad), "INVALID_ARGUMENT", "has");
        await assertRejects(blobs.renew(bad), "INVALID_ARGUMENT", "renew");
        await assertRejects(blobs.delete(bad), "INVALID_ARGUMENT", "delete");
        await assertRejects(blobs.put("content", { digest: bad }), "INVALID_ARGUMENT", "put");
      }
      await assertRejects(blobs.put(5 as never), "INVALID_ARGUMENT", "a number is no source");
    },
  },
  {
    name: "store: namespaces do not see each other's blobs",
    async run({ driver }) {
      const [a, b] = [storeOver(driver, "team-a"), storeOver(driver, "team-b")];
      const { digest } = await a.put("content");
      assertEqual([await a.has(digest), await b.has(digest)], [true, false], "only where it was put");
      await b.put("content");
      assertEqual(await b.delete(digest), true, "deleted in one");
      assertEqual(await (await a.get(digest))?.text(), "content", "kept in the other");
      assertEqual(
        [(await listed(driver, "team-a")).length, (await listed(driver, "team-b")).length],
        [1, 0],
        "by scope",
      );
    },
  },
  {
    name: "store: every call of a closed store is CLOSED, and an aborted signal stops every call with its reason",
    async run({ driver }) {
      const blobs = storeOver(driver);
      const { digest } = await blobs.put("content");
      const reason = new Error("enough");
      for (const [name, call] of callsOf(blobs, AbortSignal.abort(reason)))
        await assertRejectsWith(call(), reason, name);
      const controller = new AbortController();
      async function* endless(): AsyncGenerator<Uint8Array, void, void> {
        for (let piece = 0; piece < 10_000; piece++) {
          if (piece === 3) controller.abort(reason);
          yield new Uint8Array(1_000);
        }
      }
      await assertRejectsWith(
        blobs.put(endless(), { signal: controller.signal }),
        reason,
        "put, in the middle",
      );
      assertEqual(
        (await listed(driver, "team-a")).map((blob) => blob.digest),
        [digest],
        "nothing came, nothing went",
      );
      await Promise.all([blobs.close(), blobs.close()]);
      for (const [name, call] of callsOf(blobs)) await assertRejects(call(), "CLOSED", name);
      await assertThrows(() => blobs.list(), "CLOSED", "list");
    },
  },
];
