import { abortable, type CallOptions } from "../cancellation/abort.js";
import { coreError, invalidArgument } from "../errors/create.js";
import { type Digest, parseDigest } from "../identity/digest.js";
import type { KvStore } from "../kv/kv-store.js";
import { createLifecycle } from "../lifecycle/lifecycle.js";
import { type Clock, systemClock } from "../time/clock.js";
import type { BlobInfo, BlobPutOptions, BlobSource, BlobStore } from "./blob-store.js";
import { outlastCondemnation } from "./condemned.js";
import { createContent } from "./content.js";
import type { BlobDriver, ByteRange, StoredBlob } from "./driver.js";
import { hashed, isRepeatable, leaveUnread, piecesOf } from "./source.js";

/** How to make a BlobStore of a driver. */
export interface BlobStoreOptions {
  /** Whose blobs these are. Default: `"default"`. */
  readonly scope?: string | undefined;
  /** The KvStore of the same namespace: garbage collection announces there what it is about to delete. */
  readonly kv: KvStore;
  readonly clock?: Clock | undefined;
  /** Whether `close` closes the driver. Default: true. */
  readonly ownsDriver?: boolean | undefined;
}

/** The BlobStore over a driver: content hashed and verified, arguments checked, deletions of the collector respected. */
export function createBlobStore(driver: BlobDriver, options: BlobStoreOptions): BlobStore {
  const { kv, scope = "default", clock = systemClock(), ownsDriver = true } = options;
  const lifecycle = createLifecycle(`the blob store ${driver.name}`);

  async function put(source: BlobSource, promised: BlobPutOptions): Promise<BlobInfo> {
    const { signal } = promised;
    if (promised.digest !== undefined) parseDigest(promised.digest);
    const pieces = piecesOf(source);
    for (let attempt = 1; ; attempt++) {
      const there = await reuse(promised);
      if (there !== undefined && attempt === 1) leaveUnread(source);
      const info = there ?? (await upload(attempt === 1 ? pieces : piecesOf(source), promised));
      if (
        !(await waitWhileCondemned(info.digest, signal)) ||
        (await driver.stat(scope, info.digest, { signal })) !== undefined
      )
        return info;
      // The collector had already decided about an old copy of the same bytes.
      if (!isRepeatable(source) || attempt === 3) {
        throw coreError("CONFLICT", `the blob ${info.digest} was collected while it was put; put it again`, {
          retryable: true,
        });
      }
    }
  }

  /** A blob of the promised digest that is there already; its age starts anew. */
  async function reuse({ digest, signal }: BlobPutOptions): Promise<BlobInfo | undefined> {
    if (digest === undefined || !(await driver.renew(scope, digest, { signal }))) return undefined;
    const blob = await driver.stat(scope, digest, { signal });
    return blob === undefined ? undefined : { digest, size: blob.size };
  }

  async function upload(pieces: AsyncIterable<Uint8Array>, promised: BlobPutOptions): Promise<BlobInfo> {
    const { signal, size } = promised;
    const { body, digest, size: counted } = hashed(pieces, promised);
    await driver.put({ scope, body, digest, size }, { signal });
    return { digest: digest() as Digest, size: counted() };
  }

  /** Whether a collector was at the blob; by now it has decided, and the blob may be gone. */
  const waitWhileCondemned = (digest: Digest, signal: AbortSignal | undefined): Promise<boolean> =>
    outlastCondemnation(kv, digest, { clock, signal });

  async function* list(call: CallOptions): AsyncGenerator<StoredBlob, void, void> {
    call.signal?.throwIfAborted();
    for await (const blob of driver.list(scope, undefined, call)) {
      lifecycle.assertOpen();
      call.signal?.throwIfAborted();
      yield blob;
    }
  }

  const running = <T>(signal: AbortSignal | undefined, call: () => Promise<T>): Promise<T> =>
    abortable(lifecycle.run(signal, call), signal);

  const close = (): Promise<void> =>
    lifecycle.close(async () => {
      if (ownsDriver) await driver.close();
    });
  return {
    put: (source, call = {}) => running(call.signal, () => put(source, call)),
    get: (digest, call = {}) =>
      lifecycle.run(call.signal, async () => {
        const blob = await driver.stat(scope, parseDigest(digest), call);
        if (blob === undefined) return undefined;
        if (call.range !== undefined) assertInside(call.range, blob.size);
        const pieces = await driver.get(scope, digest, call.range, call);
        return pieces === undefined
          ? undefined
          : createContent({
              digest,
              size: blob.size,
              length: call.range?.length ?? blob.size,
              pieces,
              verify: call.range === undefined,
              signal: call.signal,
            });
      }),
    has: (digest, call = {}) =>
      running(call.signal, async () => (await driver.stat(scope, parseDigest(digest), call)) !== undefined),
    renew: (digest, call = {}) =>
      running(call.signal, async () => {
        if (!(await driver.renew(scope, parseDigest(digest), call))) return false;
        return (
          !(await waitWhileCondemned(digest, call.signal)) ||
          (await driver.stat(scope, digest, call)) !== undefined
        );
      }),
    list(call = {}) {
      lifecycle.assertOpen();
      return list(call);
    },
    delete: (digest, call = {}) =>
      running(call.signal, async () => driver.delete(scope, parseDigest(digest), call)),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function assertInside({ offset, length }: ByteRange, size: number): void {
  if (
    !Number.isSafeInteger(offset) ||
    !Number.isSafeInteger(length) ||
    offset < 0 ||
    length < 0 ||
    offset + length > size
  ) {
    throw invalidArgument(
      "range",
      `offset ${offset} and length ${length} do not lie inside the ${size} bytes of the blob`,
    );
  }
}
