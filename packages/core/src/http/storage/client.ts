import type { CoreErrorCode } from "../../errors/codes.js";
import { coreError, invalidArgument, messageOf } from "../../errors/create.js";
import { MillwrightError } from "../../errors/millwright-error.js";
import { coreStatuses, type HttpErrorBody } from "../reply.js";

/** How to reach a storage over HTTP. */
export interface HttpStorageAddress {
  /** Where {@link storageHandler} answers, without `/v1`. */
  readonly url: string;
  /** Default: the host's `fetch`. */
  readonly fetch?: typeof fetch | undefined;
  /** Headers of every request, such as `authorization`; a function is asked each time, so that tokens can change. */
  readonly headers?: RequestHeaders | (() => RequestHeaders | Promise<RequestHeaders>) | undefined;
}

/** Names and values of headers. */
export type RequestHeaders = Readonly<Record<string, string>>;

/** One request of the protocol. */
export interface StorageRequest {
  readonly method: "GET" | "PUT" | "POST" | "DELETE";
  /** Below `/v1`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly body?: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Whether a lost reply leaves open what happened. Else the request can simply be made again. */
  readonly commits?: boolean | undefined;
}

/** Sends requests to one storage, and turns everything that goes wrong into the errors of a driver. */
export interface StorageClient {
  /** For messages: the address without credentials. */
  readonly name: string;
  /** The response of a request that succeeded. */
  send(request: StorageRequest): Promise<Response>;
  /** The whole body of its response. */
  receive(request: StorageRequest): Promise<Uint8Array<ArrayBuffer>>;
  /** Its body as JSON. */
  receiveJson(request: StorageRequest): Promise<unknown>;
}

/** @throws {MillwrightError} `INVALID_ARGUMENT` if the URL is not http or https, or carries credentials */
export function createStorageClient(address: HttpStorageAddress): StorageClient {
  const base = baseUrl(address.url);
  const name = `http ${base}`;
  const request = address.fetch ?? ((input: string, init: RequestInit) => fetch(input, init));

  async function send(message: StorageRequest): Promise<Response> {
    const { signal, body } = message;
    const query = message.query === undefined ? "" : `?${new URLSearchParams(message.query)}`;
    const own = typeof address.headers === "function" ? await address.headers() : address.headers;
    const headers: Record<string, string> = { ...own };
    if (body !== undefined) headers["content-type"] = "application/octet-stream";
    // `duplex` is part of the standard, but not yet of the types.
    const init: RequestInit & { duplex?: "half" } = { method: message.method, headers, redirect: "error" };
    if (body !== undefined) init.body = body as BodyInit;
    if (body instanceof ReadableStream) init.duplex = "half";
    if (signal !== undefined) init.signal = signal;
    let response: Response;
    try {
      response = await request(`${base}/v1${message.path}${query}`, init);
    } catch (error) {
      throw transportError(error, message, name);
    }
    if (!response.ok) throw await remoteError(response, message, name);
    return response;
  }

  async function receive(message: StorageRequest): Promise<Uint8Array<ArrayBuffer>> {
    const response = await send(message);
    try {
      return new Uint8Array(await response.arrayBuffer());
    } catch (error) {
      throw transportError(error, message, name);
    }
  }

  return {
    name,
    send,
    receive,
    async receiveJson(message) {
      const text = new TextDecoder().decode(await receive(message));
      try {
        return JSON.parse(text);
      } catch (error) {
        throw foreignAnswer(name, `${message.method} ${message.path} with something that is no JSON`, error);
      }
    },
  };
}

function baseUrl(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch (error) {
    throw invalidArgument(
      "url",
      `${JSON.stringify(text)} is not a URL, such as https://storage.internal/millwright`,
      error,
    );
  }
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw invalidArgument("url", `${url.protocol} is not http or https`);
  if (url.username !== "" || url.password !== "")
    throw invalidArgument("url", "credentials belong into headers, not into the URL");
  return (url.origin + url.pathname).replace(/\/+$/, "");
}

/** Failures of connecting, by which hosts say that nothing was sent. */
const neverSent = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** The error for a request that got no reply, or only a part of one. An abort stays what it is. */
export function transportError(error: unknown, request: StorageRequest, name: string): unknown {
  if (request.signal?.aborted) return request.signal.reason;
  // An error of our own comes from the body that was being sent.
  for (let inner = error; inner !== undefined; inner = (inner as { cause?: unknown } | null)?.cause) {
    if (MillwrightError.is(inner)) return inner;
  }
  const cause = (error as { cause?: { code?: unknown } } | null)?.cause;
  if (request.commits === true && !neverSent.has(String(cause?.code))) {
    return coreError("OUTCOME_UNKNOWN", `the reply of ${name} to a commit was lost`, { cause: error });
  }
  const problem = cause instanceof Error && cause.message !== "" ? cause.message : messageOf(error);
  return coreError("UNAVAILABLE", `${name} cannot be reached: ${problem}. Is the server running?`, {
    cause: error,
    retryable: true,
  });
}

/** The error that a server answered. What did not come from {@link storageHandler} is judged by its status. */
async function remoteError(response: Response, request: StorageRequest, name: string): Promise<unknown> {
  const { status } = response;
  const body = await response.text().catch(() => "");
  const remote = parseError(body);
  if (remote !== undefined) {
    const known = Object.hasOwn(coreStatuses, remote.code);
    const code = known ? (remote.code as CoreErrorCode) : "INTERNAL";
    const { details, retryable } = remote;
    return coreError(code, `${name}: ${remote.message}`, { details, retryable });
  }
  if (status === 401)
    return coreError("UNAUTHENTICATED", `${name} does not know these credentials; check the headers`);
  if (status === 403 || status === 407)
    return coreError("PERMISSION_DENIED", `${name} refused the request (${status})`);
  if (status === 429) return coreError("UNAVAILABLE", `${name} is busy (429)`, { retryable: true });
  if (status < 500) return foreignAnswer(name, `${request.method} ${request.path} with the status ${status}`);
  // A proxy that gave up cannot say whether the server got the request.
  if (request.commits === true)
    return coreError("OUTCOME_UNKNOWN", `${name} answered a commit with the status ${status}`);
  return coreError("UNAVAILABLE", `${name} answered with the status ${status}`, { retryable: true });
}

function foreignAnswer(name: string, what: string, cause?: unknown): MillwrightError {
  return coreError("INTERNAL", `${name} answered ${what}; does the URL lead to a storageHandler?`, { cause });
}

function parseError(text: string): HttpErrorBody["error"] | undefined {
  try {
    const { error } = JSON.parse(text) as Partial<HttpErrorBody>;
    if (typeof error?.code !== "string" || typeof error.message !== "string") return undefined;
    const details = typeof error.details === "object" && error.details !== null ? error.details : {};
    return { code: error.code, message: error.message, details, retryable: error.retryable === true };
  } catch {
    return undefined;
  }
}
