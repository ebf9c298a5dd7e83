import { coreError } from "../errors/create.js";

/** The body of a call. Read it once, by one of the two ways. */
export interface HttpBody extends AsyncIterable<Uint8Array> {
  /**
   * The whole body; empty if there is none.
   *
   * @throws {MillwrightError} `LIMIT_EXCEEDED` as soon as it is known to be longer than `limit` bytes
   */
  bytes(limit: number): Promise<Uint8Array>;
}

/**
 * One HTTP request, whatever received it. Protocols are written once over it; {@link toWebHandler} and
 * {@link toNodeListener} are thin shells.
 */
export interface HttpCall {
  /** In capitals. */
  readonly method: string;
  /** Begins with `/`, without the query, percent-encoded as it was sent. See {@link pathSegments}. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The value of a header; several are joined with `", "`. Case of the name does not matter; lower case is fastest. */
  header(name: string): string | undefined;
  readonly body: HttpBody;
  /** Aborts when the client has gone before it had the whole reply. */
  readonly signal: AbortSignal;
}

/** The answer to a call. The shells add `content-length` where the body is whole, and drop the body of `HEAD`. */
export interface HttpReply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** A stream is read as fast as the client takes it, and is ended (`return`) when the client goes. */
  readonly body?: Uint8Array | string | AsyncIterable<Uint8Array> | undefined;
}

/** A protocol: answers calls. What it throws becomes an error reply by {@link errorReply}. */
export type HttpHandler = (call: HttpCall) => HttpReply | Promise<HttpReply>;

/** Bytes that {@link readBody} takes when no limit is given: 1 MiB. */
export const defaultBodyLimit = 1_048_576;

/**
 * The whole body of a call. A declared length over the limit is refused before a byte is read.
 *
 * @throws {MillwrightError} `LIMIT_EXCEEDED` over `limit` bytes (default {@link defaultBodyLimit}), which becomes a 413
 *
 * @example
 * ```ts
 * import { type HttpHandler, jsonReply, readBody } from "@millwright/core/http";
 *
 * const count: HttpHandler = async (call) => jsonReply(200, { bytes: (await readBody(call, { limit: 1024 })).length });
 * ```
 */
export async function readBody(
  call: HttpCall,
  options: { readonly limit?: number | undefined } = {},
): Promise<Uint8Array> {
  const limit = options.limit ?? defaultBodyLimit;
  const declared = call.header("content-length");
  if (declared !== undefined && Number(declared) > limit) throw bodyTooLong(limit);
  return call.body.bytes(limit);
}

/** The error of a body that is too long. For those who write a shell of their own. */
export function bodyTooLong(limit: number): Error {
  return coreError("LIMIT_EXCEEDED", `the request body is longer than ${limit} bytes; send less at once`, {
    details: { limit },
  });
}

/**
 * The decoded parts of a path: `/v1/models/a%2Fb` is `["v1", "models", "a/b"]`. `undefined` if it is not decodable, or has
 * an empty, `.` or `..` part, so that no two spellings of a path mean the same.
 */
export function pathSegments(path: string): string[] | undefined {
  if (path === "/") return [];
  const segments = path.slice(1).split("/");
  try {
    for (const [index, segment] of segments.entries()) {
      if (segment.includes("%")) segments[index] = decodeURIComponent(segment);
      const part = segments[index]!;
      if (part === "" || part === "." || part === "..") return undefined;
    }
  } catch {
    return undefined;
  }
  return segments;
}
