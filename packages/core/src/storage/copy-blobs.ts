import type { BlobDriver, StoredBlob } from "../blobs/driver.js";
import { hashed } from "../blobs/source.js";
import type { CallOptions } from "../cancellation/abort.js";
import { coreError } from "../errors/create.js";
import { MillwrightError } from "../errors/millwright-error.js";
import { inParallel } from "./in-parallel.js";

const concurrency = 4;

/** A blob that only one of two stores has. */
export interface BlobDifference {
  readonly scope: string;
  readonly blob: StoredBlob;
  readonly side: "left" | "right";
}

/** The blobs that only one side has, by namespace and digest. Equal digests are equal bytes, so nothing else can differ. */
export async function* blobDifferences(
  left: BlobDriver,
  right: BlobDriver,
  options: CallOptions,
): AsyncGenerator<BlobDifference, void, void> {
  for await (const [scope, side] of merged(left.scopes(options), right.scopes(options), (name) => name)) {
    const none = nothing<StoredBlob>();
    const onLeft = side === "right" ? none : left.list(scope, undefined, options);
    const onRight = side === "left" ? none : right.list(scope, undefined, options);
    for await (const [blob, where] of merged(onLeft, onRight, (item) => item.digest)) {
      options.signal?.throwIfAborted();
      if (where !== "both") yield { scope, blob, side: where };
    }
  }
}

async function* nothing<Item>(): AsyncGenerator<Item, void, void> {}

/** Two ordered sequences as one, each item with where it was. */
async function* merged<Item>(
  left: AsyncIterable<Item>,
  right: AsyncIterable<Item>,
  nameOf: (item: Item) => string,
): AsyncGenerator<[Item, "left" | "right" | "both"], void, void> {
  const [ours, theirs] = [left[Symbol.asyncIterator](), right[Symbol.asyncIterator]()];
  try {
    let [a, b] = await Promise.all([ours.next(), theirs.next()]);
    while (a.done !== true || b.done !== true) {
      const first = b.done === true || (a.done !== true && nameOf(a.value) < nameOf(b.value));
      const both = a.done !== true && b.done !== true && nameOf(a.value) === nameOf(b.value);
      if (both) yield [a.value as Item, "both"];
      else if (first) yield [a.value as Item, "left"];
      else yield [b.value as Item, "right"];
      if (both || first) a = await ours.next();
      if (both || !first) b = await theirs.next();
    }
  } finally {
    await Promise.all([ours.return?.(), theirs.return?.()]);
  }
}

/** Makes the blobs of `to` those of `from`. Gives what was copied. */
export async function copyBlobs(
  from: BlobDriver,
  to: BlobDriver,
  options: CallOptions & { readonly onCopied: (blob: StoredBlob) => void },
): Promise<void> {
  const { signal, onCopied } = options;
  await inParallel(blobDifferences(from, to, { signal }), concurrency, async ({ scope, blob, side }) => {
    if (side === "right") await to.delete(scope, blob.digest, { signal });
    else if (await copyBlob(from, to, scope, blob, { signal })) onCopied(blob);
  });
}

/** `false` if the blob has been collected meanwhile. */
async function copyBlob(
  from: BlobDriver,
  to: BlobDriver,
  scope: string,
  blob: StoredBlob,
  { signal }: CallOptions,
): Promise<boolean> {
  const { digest, size } = blob;
  const pieces = await from.get(scope, digest, undefined, { signal });
  if (pieces === undefined) return false;
  const { body } = hashed(pieces, { digest, size, signal });
  try {
    await to.put({ scope, body, digest: () => digest, size }, { signal });
  } catch (cause) {
    if (!MillwrightError.is(cause, "DIGEST_MISMATCH")) throw cause;
    throw coreError(
      "CORRUPT",
      `the blob ${digest} of the namespace ${scope} in ${from.name} is damaged; restore it, or drop its references`,
      {
        cause,
        details: { namespace: scope, digest },
      },
    );
  }
  return true;
}
