import fc from "fast-check";
import { expect, test } from "vitest";
import { concatBytes } from "../../identity/bytes.js";
import type { Digest } from "../../identity/digest.js";
import { digestOf } from "../../identity/hasher.js";
import { decodeUpload, encodeUpload } from "./blob-wire.js";

async function* each(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return concatBytes(all);
}

/** The bytes cut at other places than the sender cut them. */
function recut(bytes: Uint8Array, size: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; start += size) pieces.push(bytes.subarray(start, start + size));
  return pieces;
}

const sources = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 });

test("an upload comes out as it went in, however it is cut on the way", async () => {
  await fc.assert(
    fc.asyncProperty(sources, fc.integer({ min: 1, max: 400 }), async (pieces, size) => {
      const content = concatBytes(pieces);
      const sent = await collect(encodeUpload(each(pieces), () => digestOf(content)));
      let stated: Digest | undefined;
      const received = await collect(decodeUpload(each(recut(sent, size)), (digest) => (stated = digest)));
      expect(received).toEqual(content);
      expect(stated).toBe(digestOf(content));
    }),
  );
});

test("an upload that is cut short anywhere is UNAVAILABLE", async () => {
  await fc.assert(
    fc.asyncProperty(sources, fc.double({ min: 0, max: 0.999, noNaN: true }), async (pieces, part) => {
      const sent = await collect(encodeUpload(each(pieces), () => digestOf(concatBytes(pieces))));
      const cut = sent.subarray(0, Math.floor(sent.length * part));
      await expect(collect(decodeUpload(each([cut]), () => {}))).rejects.toMatchObject({
        code: "UNAVAILABLE",
      });
    }),
  );
});

test("random bytes end in a Millwright error, or were an upload", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (noise) => {
      try {
        await collect(decodeUpload(each(recut(noise, 7)), () => {}));
      } catch (error) {
        expect(["UNAVAILABLE", "INVALID_ARGUMENT"]).toContain((error as { code: string }).code);
      }
    }),
  );
});

test("bytes behind the end are refused", async () => {
  const sent = await collect(encodeUpload(each([]), () => digestOf("")));
  await expect(collect(decodeUpload(each([sent, Uint8Array.of(0)]), () => {}))).rejects.toMatchObject({
    code: "INVALID_ARGUMENT",
  });
});
