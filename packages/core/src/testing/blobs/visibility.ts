import { concatBytes } from "../../identity/bytes.js";
import { digestOf } from "../../identity/hasher.js";
import { assert, assertEqual, assertRejectsWith, assertSettles } from "../runner/assertions.js";
import type { ConformanceCase } from "../runner/test-runner.js";
import { type BlobCase, get, listed, put, scope, scopesOf, someBytes } from "./case-context.js";

/** A blob is visible whole or not at all. */
export const visibilityCases: readonly ConformanceCase<BlobCase>[] = [
  {
    name: "visibility: a body that breaks leaves nothing, wherever it breaks",
    async run({ driver, largest }) {
      for (const [size, breakAt] of [
        [10, 0],
        [10, 10],
        [200_000, 131_072],
        [largest, 5_242_880],
        [largest, largest],
      ] as const) {
        for (const known of [true, false]) {
          const bytes = someBytes(size, breakAt + 1);
          const failure = new Error("the body broke");
          const before = (offset: number): void => {
            if (offset >= breakAt) throw failure;
          };
          const upload = put(driver, bytes, { before, digestKnown: known, sizeKnown: known });
          await assertRejectsWith(upload, failure, "put rejects with what the body threw");
          assertEqual(await driver.stat(scope, digestOf(bytes)), undefined, "no blob");
          assertEqual(await driver.get(scope, digestOf(bytes)), undefined, "no bytes");
        }
      }
      assertEqual(await listed(driver), [], "nothing is listed");
      assertEqual(await scopesOf(driver), [], "no scope came to be");
      const bytes = someBytes(200_000, 131_073);
      assertEqual(await get(driver, await put(driver, bytes)), bytes, "the same bytes can be put afterwards");
    },
  },
  {
    name: "visibility: a body that breaks leaves the blob that is there as it is",
    async run({ driver }) {
      const bytes = someBytes(200_000);
      const digest = await put(driver, bytes);
      const failure = new Error("the body broke");
      const before = (offset: number): void => {
        if (offset >= 131_072) throw failure;
      };
      // A driver may see that the blob is there and not read the body.
      await put(driver, bytes, { before }).catch((error: unknown) =>
        assertEqual(error, failure, "the body's own error"),
      );
      assertEqual(await get(driver, digest), bytes, "whole");
      assertEqual((await listed(driver)).length, 1, "and alone");
    },
  },
  {
    name: "visibility: a blob on its way is not visible",
    async run({ driver }) {
      const bytes = someBytes(300_000);
      const digest = digestOf(bytes);
      let looks = 0;
      const before = async (): Promise<void> => {
        looks++;
        assertEqual(await driver.stat(scope, digest), undefined, "stat");
        assertEqual(await driver.get(scope, digest), undefined, "get");
        assertEqual(await listed(driver), [], "list");
      };
      await put(driver, bytes, { before, digestKnown: true });
      assertEqual(looks, 6, "looked before each piece and before the end");
      assertEqual(await get(driver, digest), bytes, "visible whole afterwards");
    },
  },
  {
    name: "visibility: racing puts of the same bytes all succeed",
    async run({ driver }) {
      const bytes = someBytes(150_000);
      const puts = Array.from({ length: 8 }, (_, index) =>
        put(driver, bytes, {
          pieceSize: 10_000 * (index + 1),
          digestKnown: index % 2 === 0,
          sizeKnown: index % 3 === 0,
        }),
      );
      const [digest] = await Promise.all(puts);
      assertEqual(await get(driver, digest!), bytes, "the blob is whole");
      assertEqual((await listed(driver)).length, 1, "there is one");
    },
  },
  {
    name: "visibility: puts of different bytes do not mix",
    async run({ driver }) {
      const contents = Array.from({ length: 8 }, (_, index) => someBytes(90_000 + index, index));
      const digests = await Promise.all(
        contents.map((bytes) => put(driver, bytes, { pieceSize: 8_191, digestKnown: false })),
      );
      for (const [index, digest] of digests.entries())
        assertEqual(await get(driver, digest), contents[index], "each its own bytes");
    },
  },
  {
    name: "visibility: who reads a blob while it is deleted reads all of it, or an error",
    async run({ driver, largest }) {
      const bytes = someBytes(largest);
      const digest = await put(driver, bytes);
      const pieces = (await driver.get(scope, digest))!;
      const read: Uint8Array[] = [];
      const reading = async (): Promise<void> => {
        for await (const piece of pieces) {
          if (read.length === 0) await driver.delete(scope, digest);
          read.push(piece);
        }
      };
      const failed = await assertSettles(
        reading().then(
          () => false,
          () => true,
        ),
        "the reader comes to an end",
      );
      if (!failed) assertEqual(concatBytes(read), bytes, "what ends without an error is whole");
    },
  },
  {
    name: "visibility: readers beside puts and deletes of the same blob see it whole, or not, or fail",
    async run({ driver }) {
      const bytes = someBytes(400_000);
      const digest = digestOf(bytes);
      let busy = true;
      let seen = 0;
      const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
      const readers = Array.from({ length: 3 }, async () => {
        while (busy) {
          const found = await get(driver, digest).catch(() => undefined);
          if (found !== undefined) {
            assertEqual(found, bytes, "what was read without an error is whole");
            seen++;
          }
          await turn();
        }
      });
      for (const reader of readers) reader.catch(() => {});
      for (let round = 0; round < 10 || (seen === 0 && round < 1_000); round++) {
        await put(driver, bytes);
        await turn();
        if (round % 2 === 0) await put(driver, bytes);
        await turn();
        await driver.delete(scope, digest);
      }
      busy = false;
      await assertSettles(Promise.all(readers), "readers come to an end");
      assert(seen > 0, "the blob was seen at least once");
    },
  },
];

/** What another driver sees, on shared stores. */
export const sharedBlobCases: readonly ConformanceCase<BlobCase>[] = [
  {
    name: "sharing: what one driver puts, renews and deletes, another sees at once",
    async run(context) {
      const other = await context.openAnother();
      const bytes = someBytes(100_000);
      const digest = await put(context.driver, bytes);
      assertEqual(await get(other, digest), bytes, "the bytes");
      assertEqual(await listed(other), await listed(context.driver), "the listing");
      assertEqual(await other.delete(scope, digest), true, "the other deletes it");
      assertEqual(await context.driver.stat(scope, digest), undefined, "and it is gone for the first");
    },
  },
];

/** What is there after a restart, on durable stores. */
export const durableBlobCases: readonly ConformanceCase<BlobCase>[] = [
  {
    name: "reopening: all blobs of all scopes are there after a restart",
    async run(context) {
      const bytes = someBytes(100_000);
      const digest = await put(context.driver, bytes);
      await put(context.driver, bytes, { scope: "team-a" });
      const before = await listed(context.driver);
      const reopened = await context.restart();
      assertEqual(await listed(reopened), before, "digests, sizes and ages");
      assertEqual(await get(reopened, digest), bytes, "bytes");
      assertEqual(await scopesOf(reopened), ["default", "team-a"], "scopes");
    },
  },
];
