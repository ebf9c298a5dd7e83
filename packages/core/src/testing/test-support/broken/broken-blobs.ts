import type { BlobDriver, BlobUpload, StoredBlob } from "../../../blobs/driver.js";
import { concatBytes } from "../../../identity/bytes.js";
import type { Digest } from "../../../identity/digest.js";
import { digestOf } from "../../../identity/hasher.js";
import { memoryBlobs } from "../../../memory/memory-blobs.js";
import type { Broken } from "./broken.js";

function changed(change: (inner: BlobDriver) => Partial<BlobDriver>): () => BlobDriver {
  return () => {
    const inner = memoryBlobs();
    return { ...inner, ...change(inner) };
  };
}

function upload(of: BlobUpload, bytes: Uint8Array, digest = of.digest() ?? digestOf(bytes)): BlobUpload {
  async function* body(): AsyncGenerator<Uint8Array, void, void> {
    yield bytes;
  }
  return { scope: of.scope, body: body(), digest: () => digest };
}

/** What arrives of a body before it ends or breaks. */
async function arriving(body: AsyncIterable<Uint8Array>): Promise<{ bytes: Uint8Array; failure: unknown }> {
  const pieces: Uint8Array[] = [];
  try {
    for await (const piece of body) pieces.push(piece.slice());
    return { bytes: concatBytes(pieces), failure: undefined };
  } catch (failure) {
    return { bytes: concatBytes(pieces), failure };
  }
}

function listing(change: (blobs: StoredBlob[], after: Digest | undefined) => StoredBlob[]): () => BlobDriver {
  return changed((inner) => ({
    async *list(scope, after) {
      const blobs: StoredBlob[] = [];
      for await (const blob of inner.list(scope, undefined)) blobs.push(blob);
      yield* change(blobs, after);
    },
  }));
}

const behind = (blobs: StoredBlob[], after: Digest | undefined): StoredBlob[] =>
  blobs.filter(({ digest }) => after === undefined || digest > after);

/** Drivers that each break one promise; the suite must fail on every one. */
export const brokenBlobDrivers: readonly Broken<BlobDriver>[] = [
  {
    fault: "keeps what had arrived when the body broke",
    foundBy: "visibility: a body that breaks leaves nothing",
    open: changed((inner) => ({
      async put(request) {
        const { bytes, failure } = await arriving(request.body);
        await inner.put(upload(request, bytes));
        if (failure !== undefined) throw failure;
      },
    })),
  },
  {
    fault: "reads every piece into the same memory",
    foundBy: "content: a reader may change the pieces",
    open: changed((inner) => ({
      async get(scope, digest, range, options) {
        const pieces = await inner.get(scope, digest, range, options);
        if (pieces === undefined) return undefined;
        const memory = new Uint8Array(65_536);
        return (async function* () {
          for await (const piece of pieces) {
            memory.set(piece);
            yield memory.subarray(0, piece.length);
          }
        })();
      },
    })),
  },
  {
    fault: "takes the end of a broken body for its end",
    foundBy: "visibility: a body that breaks leaves nothing",
    open: changed((inner) => ({
      async put(request) {
        const { bytes, failure } = await arriving(request.body);
        if (failure === undefined || bytes.length > 0) await inner.put(upload(request, bytes));
      },
    })),
  },
  {
    fault: "shows a blob while it is written",
    foundBy: "visibility: a blob on its way is not visible",
    open: changed((inner) => ({
      async put(request) {
        const digest = request.digest();
        const pieces: Uint8Array[] = [];
        for await (const piece of request.body) {
          pieces.push(piece.slice());
          if (digest === undefined) continue;
          await inner.delete(request.scope, digest);
          await inner.put(upload(request, concatBytes(pieces), digest));
        }
        await inner.put(upload(request, concatBytes(pieces)));
      },
    })),
  },
  {
    fault: "removes the blob that is there when a later body breaks",
    foundBy: "visibility: a body that breaks leaves the blob that is there",
    open: changed((inner) => ({
      async put(request) {
        const { bytes, failure } = await arriving(request.body);
        if (failure === undefined) return inner.put(upload(request, bytes));
        const digest = request.digest();
        if (digest !== undefined) await inner.delete(request.scope, digest);
        throw failure;
      },
    })),
  },
  {
    fault: "keeps references to the pieces of a body",
    foundBy: "content: empty pieces and pieces that are views",
    open: changed((inner) => ({
      async put(request) {
        const pieces: Uint8Array[] = [];
        for await (const piece of request.body) pieces.push(piece);
        await inner.put(upload(request, concatBytes(pieces)));
      },
    })),
  },
  {
    fault: "uses one scratch place for all uploads",
    foundBy: "visibility: puts of different bytes do not mix",
    open: changed((inner) => {
      let scratch: Uint8Array[] = [];
      return {
        async put(request) {
          scratch = [];
          for await (const piece of request.body) scratch.push(piece.slice());
          await inner.put(upload(request, concatBytes(scratch)));
        },
      };
    }),
  },
  {
    fault: "refuses a put of what is there",
    foundBy: "lifetime: putting again keeps the bytes",
    open: changed((inner) => ({
      async put(request) {
        const { bytes, failure } = await arriving(request.body);
        if (failure !== undefined) throw failure;
        if ((await inner.stat(request.scope, digestOf(bytes))) !== undefined) throw new Error("it is there");
        await inner.put(upload(request, bytes));
      },
    })),
  },
  {
    fault: "does not start the age anew at a put",
    foundBy: "lifetime: putting again keeps the bytes",
    open: changed((inner) => ({
      async put(request) {
        const { bytes, failure } = await arriving(request.body);
        if (failure !== undefined) throw failure;
        if ((await inner.stat(request.scope, digestOf(bytes))) === undefined)
          await inner.put(upload(request, bytes));
      },
    })),
  },
  {
    fault: "does nothing at renew",
    foundBy: "lifetime: renew starts the age anew",
    open: changed((inner) => ({
      renew: async (scope, digest) => (await inner.stat(scope, digest)) !== undefined,
    })),
  },
  {
    fault: "says that it renewed a blob that is not there",
    foundBy: "content: what is not there",
    open: changed((inner) => ({
      async renew(scope, digest) {
        await inner.renew(scope, digest);
        return true;
      },
    })),
  },
  {
    fault: "tells modifiedAt in milliseconds",
    foundBy: "lifetime: modifiedAt is the time of the put",
    open: changed((inner) => ({
      async stat(scope, digest) {
        const blob = await inner.stat(scope, digest);
        return blob === undefined ? undefined : { ...blob, modifiedAt: Math.round(blob.modifiedAt / 1000) };
      },
    })),
  },
  {
    fault: "reads parts from the wrong place",
    foundBy: "content: a part of a blob is read",
    open: changed((inner) => ({
      get: (scope, digest, range) => inner.get(scope, digest, range && { offset: 0, length: range.length }),
    })),
  },
  {
    fault: "gives the whole blob for a part of no bytes",
    foundBy: "content: a part of a blob is read",
    open: changed((inner) => ({
      get: (scope, digest, range) => inner.get(scope, digest, range?.length === 0 ? undefined : range),
    })),
  },
  {
    fault: "throws where there is no blob",
    foundBy: "content: what is not there",
    open: changed((inner) => ({
      async get(scope, digest, range) {
        const pieces = await inner.get(scope, digest, range);
        if (pieces === undefined) throw new Error("no such blob");
        return pieces;
      },
    })),
  },
  {
    fault: "gives an empty blob where there is none",
    foundBy: "content: what is not there",
    open: changed((inner) => ({
      async get(scope, digest, range) {
        async function* nothing(): AsyncGenerator<Uint8Array, void, void> {}
        return (await inner.get(scope, digest, range)) ?? nothing();
      },
    })),
  },
  {
    fault: "cuts large blobs off",
    foundBy: "content: blobs of any size",
    open: changed((inner) => ({
      async put(request) {
        const { bytes, failure } = await arriving(request.body);
        if (failure !== undefined) throw failure;
        await inner.put(upload(request, bytes.subarray(0, 5_242_880), digestOf(bytes)));
      },
    })),
  },
  {
    fault: "lists without order",
    foundBy: "lifetime: list gives all blobs in the order",
    open: listing((blobs, after) => behind(blobs, after).toReversed()),
  },
  {
    fault: "lists the digest that the listing should begin behind",
    foundBy: "lifetime: list gives all blobs in the order",
    open: listing((blobs, after) => blobs.filter(({ digest }) => after === undefined || digest >= after)),
  },
  {
    fault: "ignores where the listing should begin",
    foundBy: "lifetime: list gives all blobs in the order",
    open: listing((blobs) => blobs),
  },
  {
    fault: "lists only the first page",
    foundBy: "lifetime: list gives all blobs in the order",
    open: listing((blobs, after) => behind(blobs, after).slice(0, 100)),
  },
  {
    fault: "always says that it deleted something",
    foundBy: "lifetime: a deleted blob is gone",
    open: changed((inner) => ({
      async delete(scope, digest) {
        await inner.delete(scope, digest);
        return true;
      },
    })),
  },
  {
    fault: "stores equal bytes once for all scopes",
    foundBy: "lifetime: equal bytes of two scopes",
    open: changed((inner) => ({
      async delete(scope, digest) {
        const deleted = await inner.delete(scope, digest);
        for await (const other of inner.scopes()) await inner.delete(other, digest);
        return deleted;
      },
    })),
  },
  {
    fault: "goes on naming scopes that are empty",
    foundBy: "lifetime: a deleted blob is gone",
    open: changed((inner) => {
      const seen = new Set<string>();
      return {
        async put(request) {
          await inner.put(request);
          seen.add(request.scope);
        },
        async *scopes() {
          yield* [...seen].sort();
        },
      };
    }),
  },
  {
    fault: "loses the rest of a read when the blob is deleted meanwhile, without an error",
    foundBy: "visibility: who reads a blob while it is deleted",
    open: changed((inner) => ({
      async get(scope, digest, range) {
        const pieces = await inner.get(scope, digest, range);
        if (pieces === undefined) return undefined;
        async function* present(from: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
          for await (const piece of from) {
            await new Promise((resolve) => setTimeout(resolve));
            if ((await inner.stat(scope, digest)) === undefined) return;
            yield piece;
          }
        }
        return present(pieces);
      },
    })),
  },
];
