import type { BlobDriver } from "../../blobs/driver.js";
import type { Digest } from "../../identity/digest.js";
import { assert, assertEqual } from "../runner/assertions.js";
import type { ConformanceCase } from "../runner/test-runner.js";
import { type BlobCase, get, listed, put, scope, scopesOf, someBytes } from "./case-context.js";

const minute = 60_000_000;

function hostTime(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1000);
}

/** Repeats an action until `modifiedAt` has moved: some stores count in whole seconds. */
async function untilRenewed(
  driver: BlobDriver,
  digest: Digest,
  action: () => Promise<unknown>,
): Promise<void> {
  const before = (await driver.stat(scope, digest))!.modifiedAt;
  for (let attempt = 0; attempt < 60; attempt++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    await action();
    const after = (await driver.stat(scope, digest))!.modifiedAt;
    assert(after >= before, "modifiedAt never goes back");
    if (after > before) return;
  }
  assert(false, "modifiedAt is set to now; it did not change in three seconds");
}

/** Age, listing, deletion and scopes. */
export const lifetimeCases: readonly ConformanceCase<BlobCase>[] = [
  {
    name: "lifetime: modifiedAt is the time of the put, in microseconds",
    async run({ driver }) {
      const before = hostTime();
      const digest = await put(driver, someBytes(10));
      const modifiedAt = (await driver.stat(scope, digest))!.modifiedAt;
      assert(
        modifiedAt > before - minute && modifiedAt < hostTime() + minute,
        "within a minute of the host's clock",
      );
    },
  },
  {
    name: "lifetime: putting again keeps the bytes and starts the age anew",
    async run({ driver }) {
      const bytes = someBytes(1_000);
      const digest = await put(driver, bytes);
      await untilRenewed(driver, digest, () => put(driver, bytes));
      await untilRenewed(driver, digest, () => put(driver, bytes, { digestKnown: false, sizeKnown: false }));
      assertEqual(await get(driver, digest), bytes, "the bytes are as they were");
      assertEqual((await listed(driver)).length, 1, "it is one blob");
    },
  },
  {
    name: "lifetime: renew starts the age anew",
    async run({ driver }) {
      const bytes = someBytes(1_000);
      const digest = await put(driver, bytes);
      await untilRenewed(driver, digest, async () =>
        assertEqual(await driver.renew(scope, digest), true, "the blob is there"),
      );
      assertEqual(await get(driver, digest), bytes, "the bytes are as they were");
      const [blob] = await listed(driver);
      assertEqual(blob, await driver.stat(scope, digest), "the listing tells the same as stat");
    },
  },
  {
    name: "lifetime: list gives all blobs in the order of their digests, behind a digest if one is given",
    async run(context) {
      const { driver } = context;
      const digests: Digest[] = [];
      for (let first = 0; first < context.listed; first += 25) {
        const count = Math.min(25, context.listed - first);
        const uploads = Array.from({ length: count }, (_, index) =>
          put(driver, someBytes(20 + first + index, first + index)),
        );
        digests.push(...(await Promise.all(uploads)));
      }
      digests.sort();
      const blobs = await listed(driver);
      assertEqual(
        blobs.map((blob) => blob.digest),
        digests,
        "each once, in order",
      );
      for (const blob of blobs.slice(0, 5))
        assertEqual(blob, await driver.stat(scope, blob.digest), "with what stat tells");
      for (const place of [0, 10, digests.length - 1]) {
        const behind = await listed(driver, scope, digests[place]);
        assertEqual(
          behind.map((blob) => blob.digest),
          digests.slice(place + 1),
          "the digest itself is left out",
        );
      }
      const between = `${digests[4]!.slice(0, -1)}${digests[4]!.endsWith("f") ? "e" : "f"}` as Digest;
      const expected = digests.filter((digest) => digest > between);
      assertEqual(
        (await listed(driver, scope, between)).map((blob) => blob.digest),
        expected,
        "the digest need not be there",
      );
    },
  },
  {
    name: "lifetime: a listing may be left early, and blobs may be deleted while it runs",
    async run({ driver }) {
      const digests = await Promise.all(
        Array.from({ length: 12 }, (_, index) => put(driver, someBytes(30 + index))),
      );
      for await (const _ of driver.list(scope, undefined)) break;
      const seen: Digest[] = [];
      for await (const blob of driver.list(scope, undefined)) {
        seen.push(blob.digest);
        await driver.delete(scope, blob.digest);
      }
      assertEqual(seen, digests.toSorted(), "all were there when the listing came to them");
      assertEqual(await listed(driver), [], "all are gone");
    },
  },
  {
    name: "lifetime: a deleted blob is gone everywhere, and can be put again",
    async run({ driver }) {
      const bytes = someBytes(1_000);
      const digest = await put(driver, bytes);
      assertEqual(await driver.delete(scope, digest), true, "there was one");
      assertEqual(await driver.delete(scope, digest), false, "there is none any more");
      assertEqual(await driver.stat(scope, digest), undefined, "stat");
      assertEqual(await driver.get(scope, digest), undefined, "get");
      assertEqual(await driver.renew(scope, digest), false, "renew");
      assertEqual(await listed(driver), [], "list");
      assertEqual(await scopesOf(driver), [], "a scope without blobs is no scope");
      await put(driver, bytes);
      assertEqual(await get(driver, digest), bytes, "it is back");
    },
  },
  {
    name: "lifetime: equal bytes of two scopes are two blobs",
    async run({ driver }) {
      const bytes = someBytes(100);
      const names = ["team-b", "team-a", "team", "default"];
      for (const name of names) await put(driver, bytes, { scope: name });
      assertEqual(await scopesOf(driver), names.toSorted(), "scopes in order");
      const digest = (await listed(driver, "team"))[0]!.digest;
      assertEqual(await driver.delete("team", digest), true, "deleted in one");
      assertEqual(await get(driver, digest, undefined, "team"), undefined, "it is gone there");
      for (const other of ["team-a", "team-b", "default"]) {
        assertEqual(await get(driver, digest, undefined, other), bytes, "and there in the others");
        assertEqual((await listed(driver, other)).length, 1, "listed there");
      }
      assertEqual(await scopesOf(driver), ["default", "team-a", "team-b"], "the empty scope is gone");
    },
  },
];
