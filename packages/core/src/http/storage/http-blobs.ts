import type { BlobDriver, BlobDriverCapabilities, BlobUpload, StoredBlob } from "../../blobs/driver.js";
import { coreError } from "../../errors/create.js";
import { MillwrightError } from "../../errors/millwright-error.js";
import { concatBytes } from "../../identity/bytes.js";
import type { Digest } from "../../identity/digest.js";
import { encodeUpload } from "./blob-wire.js";
import {
  createStorageClient,
  type HttpStorageAddress,
  type StorageClient,
  type StorageRequest,
  transportError,
} from "./client.js";

/** How to make a BlobDriver over HTTP. */
export interface HttpBlobsOptions extends HttpStorageAddress {
  /** What the store behind the server is. Default: shared and durable. */
  readonly capabilities?: Partial<BlobDriverCapabilities> | undefined;
}

/** Uploads up to this size go as one body, which every `fetch` can send; larger ones are streamed. */
const wholeBytes = 4_194_304;

/**
 * A BlobDriver whose store is behind a {@link storageHandler}. Blobs over 4 MiB are sent as a stream, which browsers can do
 * over HTTP/2 only.
 */
export function httpBlobs(options: HttpBlobsOptions): BlobDriver {
  const client = createStorageClient(options);
  const found = async (request: StorageRequest): Promise<boolean> =>
    ((await client.receiveJson(request)) as { found: boolean }).found;
  return {
    name: client.name,
    capabilities: { shared: true, durable: true, ...options.capabilities },
    put: (upload, call = {}) => put(client, upload, call.signal),
    async get(scope, digest, range, { signal } = {}) {
      const query: Record<string, string> = { scope, digest };
      if (range !== undefined)
        Object.assign(query, { offset: String(range.offset), length: String(range.length) });
      const request = { method: "GET", path: "/blobs", query, signal } as const;
      try {
        return piecesOf(await client.send(request), request, client.name);
      } catch (error) {
        // Only the handler's own words mean that the blob is absent; any other 404 is a failure.
        if (MillwrightError.is(error, "NOT_FOUND") && error.details.absentBlob === digest) return undefined;
        throw error;
      }
    },
    async stat(scope, digest, { signal } = {}) {
      const request = { method: "GET", path: "/blobs/stat", query: { scope, digest }, signal } as const;
      const { blob } = (await client.receiveJson(request)) as { blob: StoredBlob | null };
      return blob ?? undefined;
    },
    renew: (scope, digest, { signal } = {}) =>
      found({ method: "POST", path: "/blobs/renew", query: { scope, digest }, signal }),
    delete: (scope, digest, { signal } = {}) =>
      found({ method: "DELETE", path: "/blobs", query: { scope, digest }, signal }),
    async *list(scope, after, { signal } = {}) {
      let cursor: Digest | undefined = after;
      for (let more = true; more; ) {
        const query: Record<string, string> = cursor === undefined ? { scope } : { scope, after: cursor };
        const request = { method: "GET", path: "/blobs/list", query, signal } as const;
        const page = (await client.receiveJson(request)) as { blobs: StoredBlob[]; more: boolean };
        yield* page.blobs;
        cursor = page.blobs.at(-1)?.digest;
        more = page.more;
      }
    },
    async *scopes({ signal } = {}) {
      let cursor: string | undefined;
      for (let more = true; more; ) {
        const query: Record<string, string> = cursor === undefined ? {} : { after: cursor };
        const request = { method: "GET", path: "/blobs/scopes", query, signal } as const;
        const page = (await client.receiveJson(request)) as { scopes: string[]; more: boolean };
        yield* page.scopes;
        cursor = page.scopes.at(-1);
        more = page.more;
      }
    },
    async close() {},
  };
}

async function put(
  client: StorageClient,
  upload: BlobUpload,
  signal: AbortSignal | undefined,
): Promise<void> {
  const query: Record<string, string> = { scope: upload.scope };
  const digest = upload.digest();
  if (digest !== undefined) query.digest = digest;
  if (upload.size !== undefined) query.size = String(upload.size);
  const pieces = encodeUpload(upload.body, upload.digest);
  const head: Uint8Array[] = [];
  let bytes = 0;
  for (;;) {
    const { done, value } = await pieces.next();
    if (done) {
      const body = concatBytes(head) as Uint8Array<ArrayBuffer>;
      await client.receive({ method: "PUT", path: "/blobs", query, body, signal });
      return;
    }
    head.push(value);
    bytes += value.length;
    if (bytes > wholeBytes) break;
  }
  let failure: { error: unknown } | undefined;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const ready = head.shift();
      if (ready !== undefined) return controller.enqueue(ready);
      try {
        const { done, value } = await pieces.next();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        failure = { error };
        controller.error(error);
      }
    },
    async cancel() {
      await pieces.return(undefined);
    },
  });
  try {
    await client.receive({ method: "PUT", path: "/blobs", query, body, signal });
  } catch (error) {
    // The source of the bytes failed, which the transport can only report as a broken connection.
    throw failure === undefined ? error : failure.error;
  }
}

async function* piecesOf(
  response: Response,
  request: StorageRequest,
  name: string,
): AsyncGenerator<Uint8Array> {
  if (response.body === null) throw coreError("INTERNAL", `${name} answered without a body`);
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (error) {
    throw transportError(error, request, name);
  } finally {
    reader.cancel().catch(() => {});
  }
}
