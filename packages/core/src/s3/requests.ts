import { abortable } from "../cancellation/abort.js";
import type { CoreErrorCode } from "../errors/codes.js";
import { coreError, messageOf } from "../errors/create.js";
import { MillwrightError } from "../errors/millwright-error.js";
import { awaitedSleep, systemClock } from "../time/clock.js";
import { textOf } from "./xml.js";

/** A `fetch` that signs requests for S3, such as that of `new AwsClient({ … })` of aws4fetch. */
export type SignedFetch = (url: string, init?: RequestInit) => Promise<Response>;

/** One request to a bucket. */
export interface S3Request {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  /** The object; `""` for the bucket itself. */
  readonly key: string;
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: Uint8Array<ArrayBuffer> | string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Whether it may be sent again after a failure. Default: true. */
  readonly repeatable?: boolean | undefined;
}

/** Sends requests to one bucket and turns failures into the errors of a driver. */
export interface Bucket {
  /** For messages: the address without credentials. */
  readonly name: string;
  /** A key as the header `x-amz-copy-source` wants it. */
  sourceOf(key: string): string;
  /** The response if the request succeeded; `undefined` if the object does not exist. */
  send(request: S3Request): Promise<Response | undefined>;
  /** The body of a request that answers with XML, also where a 200 carries an error. */
  sendForXml(request: S3Request): Promise<string | undefined>;
}

const attempts = 4;
const firstPause = 100_000;

/** The bucket at an endpoint, by path: `https://endpoint/bucket/key`. */
export function openBucket(endpoint: string, bucket: string, fetch: SignedFetch): Bucket {
  const base = `${endpoint.replace(/\/+$/, "")}/${encodeURIComponent(bucket)}`;
  const name = `s3 ${base}`;
  const clock = systemClock();

  async function once(request: S3Request): Promise<Response | undefined> {
    const { method, signal, body, headers } = request;
    const query = request.query === undefined ? "" : `?${queryOf(request.query)}`;
    const init: RequestInit = { method, headers: { ...headers } };
    if (body !== undefined) init.body = body;
    if (signal !== undefined) init.signal = signal;
    let response: Response;
    try {
      response = await abortable(
        fetch(`${base}${request.key === "" ? "" : `/${pathOf(request.key)}`}${query}`, init),
        signal,
      );
    } catch (error) {
      throw lost(name, error, signal);
    }
    if (response.ok) return response;
    const xml = await response.text().catch(() => "");
    const code = textOf(xml, "Code");
    if (response.status === 404 && (code === "NoSuchKey" || (method === "HEAD" && code === undefined)))
      return undefined;
    throw answered(name, bucket, response.status, code, textOf(xml, "Message"));
  }

  async function send<T>(
    request: S3Request,
    read: (response: Response | undefined) => Promise<T>,
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await read(await once(request));
      } catch (error) {
        if (attempt === attempts || request.repeatable === false) throw error;
        if (!MillwrightError.is(error, "UNAVAILABLE") || !error.retryable) throw error;
      }
      await awaitedSleep(clock, Math.random() * firstPause * 2 ** (attempt - 1), request.signal);
    }
  }

  return {
    name,
    sourceOf: (key) => `/${encodeURIComponent(bucket)}/${pathOf(key)}`,
    send: (request) => send(request, async (response) => response),
    sendForXml: (request) =>
      send(request, async (response) => {
        if (response === undefined) return undefined;
        const xml = await response
          .text()
          .catch((error: unknown) => Promise.reject(lost(name, error, request.signal)));
        // Copies and completions answer 200 before they know how they end.
        if (/<Error[ >]/.test(xml))
          throw answered(name, bucket, 200, textOf(xml, "Code"), textOf(xml, "Message"));
        return xml;
      }),
  };
}

// A signature covers the query as RFC 3986 writes it, where a space is %20.
function queryOf(query: Readonly<Record<string, string>>): string {
  return Object.entries(query)
    .map(([field, value]) => `${field}=${encodeURIComponent(value)}`)
    .join("&");
}

function pathOf(key: string): string {
  return key.split("/").map(encodeURIComponent).join("/");
}

/** The error for a request that got no reply, or only a part of one. An abort stays what it is. */
export function lost(name: string, error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return signal.reason;
  if (MillwrightError.is(error)) return error;
  const cause = (error as { cause?: unknown } | null)?.cause;
  const problem = cause instanceof Error && cause.message !== "" ? cause.message : messageOf(error);
  return coreError("UNAVAILABLE", `${name} cannot be reached: ${problem}`, { cause: error, retryable: true });
}

const unavailable = new Set([
  "SlowDown",
  "InternalError",
  "ServiceUnavailable",
  "RequestTimeout",
  "OperationAborted",
  "ThrottlingException",
  "TooManyRequests",
]);
const full = new Set(["QuotaExceeded", "XMinioStorageFull", "InsufficientStorage"]);
const denied = new Set([
  "AccessDenied",
  "InvalidAccessKeyId",
  "SignatureDoesNotMatch",
  "RequestTimeTooSkewed",
  "ExpiredToken",
]);
const mismatched = new Set(["XAmzContentSHA256Mismatch", "BadDigest", "IncompleteBody"]);

function answered(
  name: string,
  bucket: string,
  status: number,
  code: string | undefined,
  message: string | undefined,
): Error {
  const answer = [code ?? `status ${status}`, message]
    .filter((part) => part !== undefined && part !== "")
    .join(": ");
  const details = { status, ...(code === undefined ? {} : { s3Code: code }) };
  const error = (kind: CoreErrorCode, text: string, retryable = false): Error =>
    coreError(kind, text, { details, retryable });
  if (code !== undefined && full.has(code)) return error("STORAGE_FULL", `${name} is full (${answer})`);
  if (code !== undefined && mismatched.has(code))
    return error("DIGEST_MISMATCH", `${name} got other bytes than were sent (${answer})`);
  if ((code !== undefined && unavailable.has(code)) || status === 429 || status >= 500) {
    if (status === 501) return error("UNSUPPORTED", `${name} cannot do that (${answer})`);
    return error("UNAVAILABLE", `${name} refused for now (${answer})`, true);
  }
  if (code === "NoSuchBucket" || (status === 404 && code !== "NoSuchUpload")) {
    return error(
      "NOT_FOUND",
      `${name}: there is no bucket ${JSON.stringify(bucket)} (${answer}); create it, or correct its name`,
    );
  }
  if (status === 401 || status === 403 || (code !== undefined && denied.has(code))) {
    return error(
      "PERMISSION_DENIED",
      `${name} refused the credentials (${answer}); check the keys, the policy and the clock`,
    );
  }
  if (status >= 300 && status < 400)
    return error("INVALID_ARGUMENT", `${name} is in another region (${answer}); correct the endpoint`);
  return error("INTERNAL", `${name} refused a request (${answer})`);
}
