import { concatBytes } from "../../identity/bytes.js";
import { digestOf } from "../../identity/hasher.js";
import { assert, assertEqual } from "../runner/assertions.js";
import type { ConformanceCase } from "../runner/test-runner.js";
import { type BlobCase, get, put, scope, someBytes } from "./case-context.js";

/** What is put comes back. */
export const contentCases: readonly ConformanceCase<BlobCase>[] = [
  {
    name: "content: the driver has a name and declares what the suite was told",
    async run({ driver, capabilities }) {
      assert(driver.name.length > 0, "a driver has a name, for messages");
      assertEqual(
        driver.capabilities,
        capabilities,
        "the driver declares the capabilities that the suite was run with",
      );
    },
  },
  {
    name: "content: blobs of any size come back whole, whether digest and size were known before or not",
    async run({ driver, largest }) {
      let seed = 0;
      for (const size of [0, 1, 255, 65_535, 65_536, 65_537, 300_001, largest]) {
        for (const known of [true, false]) {
          const bytes = someBytes(size, ++seed);
          const digest = await put(driver, bytes, { digestKnown: known, sizeKnown: known });
          assertEqual((await driver.stat(scope, digest))?.size, size, "the number of bytes");
          assertEqual(await get(driver, digest), bytes, `the ${size} bytes`);
        }
      }
    },
  },
  {
    name: "content: the pieces of a body may be of any size",
    async run({ driver }) {
      const bytes = someBytes(5_000, 3);
      for (const [index, pieceSize] of [1, 7, 4_999, 5_000, 100_000].entries()) {
        const own = bytes.slice(index);
        assertEqual(
          await get(driver, await put(driver, own, { pieceSize, digestKnown: false })),
          own,
          "the pieces in their order",
        );
      }
    },
  },
  {
    name: "content: empty pieces and pieces that are views are taken",
    async run({ driver }) {
      const bytes = someBytes(3_000, 4);
      const digest = digestOf(bytes);
      async function* body(): AsyncGenerator<Uint8Array, void, void> {
        const reused = new Uint8Array(1_500);
        yield new Uint8Array();
        for (const offset of [0, 1_000, 2_000]) {
          reused.set(bytes.subarray(offset, offset + 1_000), 250);
          yield reused.subarray(250, 1_250);
        }
        yield new Uint8Array();
      }
      await driver.put({ scope, body: body(), digest: () => digest });
      assertEqual(
        await get(driver, digest),
        bytes,
        "a body may reuse its memory once it is asked for the next piece",
      );
    },
  },
  {
    name: "content: a reader may change the pieces that it was given",
    async run({ driver }) {
      const bytes = someBytes(150_000, 8);
      const digest = await put(driver, bytes);
      for (let round = 0; round < 2; round++) {
        const kept: Uint8Array[] = [];
        for await (const piece of (await driver.get(scope, digest)) ?? []) kept.push(piece);
        assertEqual(concatBytes(kept), bytes, "no piece was used again for a later one");
        for (const piece of kept) piece.fill(0);
      }
    },
  },
  {
    name: "content: a part of a blob is read by offset and length",
    async run({ driver }) {
      const bytes = someBytes(200_000, 5);
      const digest = await put(driver, bytes);
      for (const [offset, length] of [
        [0, 1],
        [0, 200_000],
        [199_999, 1],
        [65_535, 2],
        [65_536, 65_536],
        [1_000, 150_000],
        [77, 0],
        [200_000, 0],
      ] as const) {
        assertEqual(
          await get(driver, digest, { offset, length }),
          bytes.slice(offset, offset + length),
          `${length} bytes from ${offset}`,
        );
      }
    },
  },
  {
    name: "content: what is not there is undefined or false, never an error",
    async run({ driver }) {
      const digest = digestOf("never put");
      for (const unknown of [scope, "other"]) {
        assertEqual(await driver.get(unknown, digest), undefined, "get");
        assertEqual(await driver.get(unknown, digest, { offset: 0, length: 0 }), undefined, "get of a part");
        assertEqual(await driver.stat(unknown, digest), undefined, "stat");
        assertEqual(await driver.renew(unknown, digest), false, "renew");
        assertEqual(await driver.delete(unknown, digest), false, "delete");
      }
    },
  },
  {
    name: "content: a reader may stop early",
    async run({ driver, largest }) {
      const bytes = someBytes(largest, 6);
      const digest = await put(driver, bytes);
      for (let round = 0; round < 3; round++) {
        for await (const piece of (await driver.get(scope, digest))!) {
          assert(piece.length > 0, "pieces are not empty");
          break;
        }
      }
      assertEqual(await get(driver, digest), bytes, "the blob is as it was");
      assertEqual(await driver.delete(scope, digest), true, "nothing holds the blob");
    },
  },
];
