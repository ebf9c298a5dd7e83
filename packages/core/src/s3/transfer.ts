import { coreError } from "../errors/create.js";
import { MillwrightError } from "../errors/millwright-error.js";
import { concatBytes } from "../identity/bytes.js";
import { digestOf } from "../identity/hasher.js";
import type { Bucket } from "./requests.js";
import { elementsOf, escapeXml, textOf } from "./xml.js";

const mebibyte = 1_048_576;
/** What S3 copies in one request. */
const copyBytes = 5_368_709_120;
const copyPartBytes = 1_073_741_824;
const maxParts = 10_000;
const partsInFlight = 3;

/** Bytes of a part: all but the last are equal, as some servers demand, and 10,000 must do. */
function partBytes(size: number | undefined): number {
  if (size === undefined) return 16 * mebibyte;
  return Math.max(8, Math.ceil(size / maxParts / mebibyte)) * mebibyte;
}

/** How to send an object in parts. */
export interface MultipartOptions {
  readonly size?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Sends pieces as one object, which appears once they have ended. If they throw, nothing appears. */
export async function uploadInParts(
  bucket: Bucket,
  key: string,
  pieces: AsyncIterable<Uint8Array>,
  options: MultipartOptions,
): Promise<void> {
  const { signal, size } = options;
  const target = partBytes(size);
  await inParts(bucket, key, signal, async (send) => {
    let waiting: Uint8Array[] = [];
    let bytes = 0;
    for await (const piece of pieces) {
      let rest = piece;
      while (bytes + rest.length >= target) {
        waiting.push(rest.subarray(0, target - bytes));
        rest = rest.subarray(target - bytes);
        await send({ body: concatBytes(waiting) as Uint8Array<ArrayBuffer> });
        waiting = [];
        bytes = 0;
      }
      if (rest.length === 0) continue;
      waiting.push(new Uint8Array(rest));
      bytes += rest.length;
    }
    if (bytes > 0) await send({ body: concatBytes(waiting) as Uint8Array<ArrayBuffer> });
  });
}

/**
 * Copies an object inside the server, also onto itself, which makes it young again; `false` if there is no such object.
 */
export async function copyObject(
  bucket: Bucket,
  from: string,
  to: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const size = await sizeOf(bucket, from, signal);
  if (size === undefined) return false;
  const source = bucket.sourceOf(from);
  if (size <= copyBytes) {
    const headers = { "x-amz-copy-source": source, "x-amz-metadata-directive": "REPLACE" };
    return (await bucket.sendForXml({ method: "PUT", key: to, headers, signal })) !== undefined;
  }
  await inParts(bucket, to, signal, async (send) => {
    for (let start = 0; start < size; start += copyPartBytes) {
      const end = Math.min(start + copyPartBytes, size) - 1;
      await send({
        headers: { "x-amz-copy-source": source, "x-amz-copy-source-range": `bytes=${start}-${end}` },
      });
    }
  });
  return true;
}

/** Bytes of an object; `undefined` if there is none. */
export async function sizeOf(
  bucket: Bucket,
  key: string,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  const response = await bucket.send({ method: "HEAD", key, signal });
  if (response === undefined) return undefined;
  return Number(response.headers.get("content-length"));
}

interface Part {
  readonly body?: Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One multipart upload. It is completed when `work` ends, and aborted if anything fails, so that no part is left behind. */
async function inParts(
  bucket: Bucket,
  key: string,
  signal: AbortSignal | undefined,
  work: (send: (part: Part) => Promise<void>) => Promise<void>,
): Promise<void> {
  const created = await bucket.sendForXml({ method: "POST", key, query: { uploads: "" }, signal });
  const uploadId = textOf(created ?? "", "UploadId");
  if (uploadId === undefined)
    throw coreError("INTERNAL", `${bucket.name} started an upload without naming it`);
  const tags: string[] = [];
  const inFlight = new Set<Promise<void>>();
  let failure: { error: unknown } | undefined;
  try {
    await work(async (part) => {
      const number = tags.push("");
      if (number > maxParts)
        throw coreError(
          "LIMIT_EXCEEDED",
          `the blob needs more than ${maxParts} parts; state its size beforehand`,
        );
      const sending = sendPart(bucket, key, uploadId, number, part, signal)
        .then((tag) => {
          tags[number - 1] = tag;
        })
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => inFlight.delete(sending));
      inFlight.add(sending);
      if (inFlight.size >= partsInFlight) await Promise.race(inFlight);
      if (failure !== undefined) throw failure.error;
    });
    await Promise.all(inFlight);
    if (failure !== undefined) throw (failure as { error: unknown }).error;
    await complete(bucket, key, uploadId, tags, signal);
  } catch (error) {
    await Promise.all(inFlight);
    // Also after an abort of the caller: parts cost money until they are removed.
    await bucket.send({ method: "DELETE", key, query: { uploadId } }).catch(() => {});
    throw error;
  }
}

async function sendPart(
  bucket: Bucket,
  key: string,
  uploadId: string,
  number: number,
  part: Part,
  signal: AbortSignal | undefined,
): Promise<string> {
  const query = { partNumber: String(number), uploadId };
  if (part.body === undefined) {
    const xml = await bucket.sendForXml({ method: "PUT", key, query, headers: part.headers, signal });
    return tagOf(bucket, elementsOf(xml ?? "", "ETag").length > 0 ? textOf(xml!, "ETag") : undefined);
  }
  const headers = { "x-amz-content-sha256": digestOf(part.body).slice("sha256:".length) };
  const response = await bucket.send({ method: "PUT", key, query, headers, body: part.body, signal });
  await response?.text();
  return tagOf(bucket, response?.headers.get("etag") ?? undefined);
}

function tagOf(bucket: Bucket, tag: string | undefined): string {
  if (tag === undefined) throw coreError("INTERNAL", `${bucket.name} took a part without giving its ETag`);
  return tag;
}

async function complete(
  bucket: Bucket,
  key: string,
  uploadId: string,
  tags: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const parts = tags.map(
    (tag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${escapeXml(tag)}</ETag></Part>`,
  );
  const body = `<CompleteMultipartUpload>${parts.join("")}</CompleteMultipartUpload>`;
  try {
    await bucket.sendForXml({ method: "POST", key, query: { uploadId }, body, signal, repeatable: false });
  } catch (error) {
    // Sent twice it would fail the second time; whether the first one worked shows in the object.
    if (!MillwrightError.is(error, "UNAVAILABLE") || (await sizeOf(bucket, key, signal)) === undefined)
      throw error;
  }
}
