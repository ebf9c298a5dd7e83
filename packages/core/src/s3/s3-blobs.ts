import type { BlobDriver, BlobUpload, ByteRange, StoredBlob } from "../blobs/driver.js";
import { coreError, invalidArgument } from "../errors/create.js";
import { concatBytes } from "../identity/bytes.js";
import type { Digest } from "../identity/digest.js";
import { createLayout, type Layout } from "./layout.js";
import { type Bucket, lost, openBucket, type SignedFetch } from "./requests.js";
import { copyObject, uploadInParts } from "./transfer.js";
import { elementsOf, textOf } from "./xml.js";

/** How to keep blobs in S3. */
export interface S3BlobsOptions {
  /** The address of the service, such as `"https://s3.eu-central-1.amazonaws.com"`. */
  readonly endpoint: string;
  readonly bucket: string;
  /** What the keys of all objects begin with, so that a bucket can hold more than this. Default: nothing. */
  readonly prefix?: string | undefined;
  /** A `fetch` that signs, as that of aws4fetch. Its region, credentials and retries are yours. */
  readonly fetch: SignedFetch;
}

/** Up to so many bytes of a blob are held in memory and sent in one request. */
const spoolBytes = 8_388_608;

/**
 * A BlobDriver over S3 or a service that speaks its protocol. The bucket must exist. Objects are
 * `<prefix><scope>/<hex digest>`.
 *
 * A blob over 8 MiB is sent in parts; if its digest is not known beforehand, to a scratch key under `<prefix>.scratch/`,
 * from which the server copies it to its place. A process that is killed can leave a scratch object or an unfinished
 * upload behind: give the bucket a lifecycle rule that removes both after a day.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` at once for a bad endpoint. Calls: `PERMISSION_DENIED` (403), `NOT_FOUND`
 *   (no such bucket), `UNAVAILABLE` (unreachable, SlowDown), `STORAGE_FULL`
 *
 * @example
 * ```ts no-check — aws4fetch is the application's dependency
 * import { s3Blobs } from "@millwright/core/s3";
 * import { AwsClient } from "aws4fetch";
 *
 * const client = new AwsClient({ accessKeyId, secretAccessKey, service: "s3", region: "eu-central-1" });
 * const blobs = s3Blobs({
 *   endpoint: "https://s3.eu-central-1.amazonaws.com",
 *   bucket: "models",
 *   fetch: client.fetch.bind(client),
 * });
 * ```
 */
export function s3Blobs(options: S3BlobsOptions): BlobDriver {
  assertEndpoint(options.endpoint);
  if (!/^[a-zA-Z0-9][a-zA-Z0-9._-]{1,62}$/.test(options.bucket)) {
    throw invalidArgument("bucket", `${JSON.stringify(options.bucket)} is not the name of a bucket`);
  }
  if (typeof options.fetch !== "function")
    throw invalidArgument("fetch", "give a signed fetch, such as that of aws4fetch");
  const bucket = openBucket(options.endpoint, options.bucket, options.fetch);
  const layout = createLayout(options.prefix ?? "");
  const stat = (scope: string, digest: Digest, signal: AbortSignal | undefined) =>
    statBlob(bucket, layout, scope, digest, signal);
  return {
    name: `${bucket.name}/${layout.root}`,
    capabilities: { shared: true, durable: true },
    put: (upload, call = {}) => put(bucket, layout, upload, call.signal),
    async get(scope, digest, range, { signal } = {}) {
      if (range?.length === 0)
        return (await stat(scope, digest, signal)) === undefined ? undefined : nothing();
      const headers = range === undefined ? undefined : { range: rangeHeader(range) };
      const response = await bucket.send({
        method: "GET",
        key: layout.objectKey(scope, digest),
        headers,
        signal,
      });
      return response === undefined ? undefined : piecesOf(bucket, response, range, signal);
    },
    stat: (scope, digest, { signal } = {}) => stat(scope, digest, signal),
    async renew(scope, digest, { signal } = {}) {
      const key = layout.objectKey(scope, digest);
      // The answer to a copy tells a missing object from a missing bucket, that to a HEAD does not.
      return (
        (await copyObject(bucket, key, key, signal)) || (await stat(scope, digest, signal)) !== undefined
      );
    },
    list: (scope, after, { signal } = {}) => listBlobs(bucket, layout, scope, after, signal),
    async delete(scope, digest, { signal } = {}) {
      if ((await stat(scope, digest, signal)) === undefined) return false;
      const response = await bucket.send({ method: "DELETE", key: layout.objectKey(scope, digest), signal });
      await response?.text();
      return true;
    },
    scopes: ({ signal } = {}) => listScopes(bucket, layout, signal),
    async close() {},
  };
}

function assertEndpoint(endpoint: string): void {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    const example = "https://s3.eu-central-1.amazonaws.com";
    throw invalidArgument(
      "endpoint",
      `${JSON.stringify(endpoint)} is not an http(s) address, such as ${example}`,
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw invalidArgument("endpoint", "credentials belong to the signed fetch, not into the address");
  }
}

async function put(
  bucket: Bucket,
  layout: Layout,
  upload: BlobUpload,
  signal: AbortSignal | undefined,
): Promise<void> {
  const pieces = upload.body[Symbol.asyncIterator]();
  const head: Uint8Array[] = [];
  for (let bytes = 0; bytes <= spoolBytes; ) {
    const { done, value } = await pieces.next();
    if (done) {
      // The same bytes may be there already; writing them again is how they become young.
      const digest = upload.digest()!;
      const body = concatBytes(head) as Uint8Array<ArrayBuffer>;
      // The server verifies the digest before the object appears.
      const headers = { "x-amz-content-sha256": digest.slice("sha256:".length) };
      const response = await bucket.send({
        method: "PUT",
        key: layout.objectKey(upload.scope, digest),
        headers,
        body,
        signal,
      });
      await response?.text();
      return;
    }
    head.push(new Uint8Array(value));
    bytes += value.length;
  }
  const whole = follow(head, pieces);
  const known = upload.digest();
  const options = { size: upload.size, signal };
  if (known !== undefined)
    return uploadInParts(bucket, layout.objectKey(upload.scope, known), whole, options);
  const scratch = layout.scratchKey();
  try {
    await uploadInParts(bucket, scratch, whole, options);
    const target = layout.objectKey(upload.scope, upload.digest()!);
    if (!(await copyObject(bucket, scratch, target, signal))) {
      throw coreError(
        "UNAVAILABLE",
        `${bucket.name} lost the scratch object ${scratch}; put the blob again`,
        { retryable: true },
      );
    }
  } finally {
    await bucket.send({ method: "DELETE", key: scratch }).catch(() => {});
  }
}

async function* follow(
  head: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* head;
    for (;;) {
      const { done, value } = await rest.next();
      if (done) return;
      yield value;
    }
  } finally {
    await rest.return?.();
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

function rangeHeader({ offset, length }: ByteRange): string {
  return `bytes=${offset}-${offset + length - 1}`;
}

async function* piecesOf(
  bucket: Bucket,
  response: Response,
  range: ByteRange | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const { body } = response;
  if (body === null) return;
  const reader = body.getReader();
  try {
    if (range !== undefined && response.status !== 206) {
      throw coreError("UNSUPPORTED", `${bucket.name} ignores ranges: it answered with the whole object`);
    }
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (error) {
    throw lost(bucket.name, error, signal);
  } finally {
    reader.cancel().catch(() => {});
  }
}

async function statBlob(
  bucket: Bucket,
  layout: Layout,
  scope: string,
  digest: Digest,
  signal: AbortSignal | undefined,
): Promise<StoredBlob | undefined> {
  const key = layout.objectKey(scope, digest);
  const response = await bucket.send({ method: "HEAD", key, signal });
  if (response !== undefined) {
    const modified = Date.parse(response.headers.get("last-modified") ?? "");
    return { digest, size: Number(response.headers.get("content-length")), modifiedAt: modified * 1000 };
  }
  // A HEAD says 404 for a missing bucket too; a listing tells them apart.
  const xml = await bucket.sendForXml({
    method: "GET",
    key: "",
    query: { "list-type": "2", "max-keys": "1", prefix: key },
    signal,
  });
  return elementsOf(xml ?? "", "Contents")
    .map((content) => blobOf(content, layout, scope))
    .find((blob) => blob?.digest === digest);
}

async function* listBlobs(
  bucket: Bucket,
  layout: Layout,
  scope: string,
  after: Digest | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<StoredBlob> {
  const query: Record<string, string> = { prefix: layout.scopePrefix(scope) };
  if (after !== undefined) query["start-after"] = layout.objectKey(scope, after);
  for await (const xml of pages(bucket, query, signal)) {
    for (const content of elementsOf(xml, "Contents")) {
      const blob = blobOf(content, layout, scope);
      if (blob !== undefined) yield blob;
    }
  }
}

async function* listScopes(
  bucket: Bucket,
  layout: Layout,
  signal: AbortSignal | undefined,
): AsyncGenerator<string> {
  const scopes: string[] = [];
  for await (const xml of pages(bucket, { prefix: layout.root, delimiter: "/" }, signal)) {
    for (const common of elementsOf(xml, "CommonPrefixes")) {
      const scope = layout.scopeOf(textOf(common, "Prefix") ?? "");
      if (scope !== undefined) scopes.push(scope);
    }
  }
  yield* scopes.sort();
}

async function* pages(
  bucket: Bucket,
  query: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): AsyncGenerator<string> {
  let next: string | undefined;
  do {
    const cursor: Record<string, string> = next === undefined ? {} : { "continuation-token": next };
    const xml: string | undefined = await bucket.sendForXml({
      method: "GET",
      key: "",
      query: { "list-type": "2", ...query, ...cursor },
      signal,
    });
    if (xml === undefined) return;
    yield xml;
    next = textOf(xml, "IsTruncated") === "true" ? textOf(xml, "NextContinuationToken") : undefined;
  } while (next !== undefined);
}

function blobOf(content: string, layout: Layout, scope: string): StoredBlob | undefined {
  const digest = layout.digestOf(textOf(content, "Key") ?? "", scope);
  if (digest === undefined) return undefined;
  const modified = Date.parse(textOf(content, "LastModified") ?? "");
  return { digest, size: Number(textOf(content, "Size")), modifiedAt: modified * 1000 };
}
