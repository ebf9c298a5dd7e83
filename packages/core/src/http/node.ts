import { coreError } from "../errors/create.js";
import { concatBytes } from "../identity/bytes.js";
import { bodyTooLong, type HttpBody, type HttpCall, type HttpHandler, type HttpReply } from "./call.js";
import { answer, brokenOff, failure, type HttpShellOptions } from "./shell.js";

/** What the listener uses of Node's `IncomingMessage`. */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Whether the whole request has been received. */
  readonly complete: boolean;
  readonly destroyed: boolean;
  on(event: string, listener: (value: Uint8Array) => void): unknown;
  iterator(options: { destroyOnReturn: boolean }): AsyncIterableIterator<Uint8Array>;
  resume(): unknown;
  pause(): unknown;
}

/** What the listener uses of Node's `ServerResponse`. */
export interface NodeResponse {
  readonly writableFinished: boolean;
  readonly destroyed: boolean;
  writeHead(status: number, headers: Record<string, string | number>): unknown;
  write(chunk: Uint8Array | string): boolean;
  end(chunk?: Uint8Array | string): unknown;
  once(event: string, listener: () => void): unknown;
  destroy(): unknown;
}

/** After a reply, so much of an unread body is still taken, so that the client gets to see the reply. */
const lingerBytes = 16_777_216;
const lingerMilliseconds = 2_000;

/**
 * The handler as a listener of `http.createServer` (also a middleware of Express). It makes no `Request` and no
 * `Response`, which costs two thirds of the throughput of small calls.
 *
 * @example
 * ```ts
 * import { jsonReply, toNodeListener } from "@millwright/core/http";
 * import { createServer } from "node:http";
 *
 * const server = createServer(toNodeListener((call) => jsonReply(200, { path: call.path })));
 * ```
 */
export function toNodeListener(
  handler: HttpHandler,
  options: HttpShellOptions = {},
): (request: NodeRequest, response: NodeResponse) => void {
  return (request, response) => {
    const call = new NodeCall(request, response);
    let reply: HttpReply | Promise<HttpReply>;
    try {
      reply = handler(call);
    } catch (error) {
      reply = failure(error, call, options);
    }
    if (reply instanceof Promise) {
      void answer(() => reply, call, options).then((settled) =>
        send(settled, call, request, response, options),
      );
    } else send(reply, call, request, response, options);
  };
}

class NodeCall implements HttpCall {
  readonly method: string;
  readonly path: string;
  readonly #request: NodeRequest;
  readonly #response: NodeResponse;
  readonly #queryStart: number;
  #body: HttpBody | undefined;
  #gone: AbortController | undefined;

  constructor(request: NodeRequest, response: NodeResponse) {
    this.#request = request;
    this.#response = response;
    this.method = request.method ?? "GET";
    let url = request.url ?? "/";
    if (!url.startsWith("/")) url = pathOfAbsolute(url);
    const mark = url.indexOf("?");
    this.path = mark === -1 ? url : url.slice(0, mark);
    this.#queryStart = mark;
  }

  get query(): URLSearchParams {
    const url = this.#request.url ?? "/";
    return new URLSearchParams(this.#queryStart === -1 ? "" : url.slice(url.indexOf("?") + 1));
  }

  header(name: string): string | undefined {
    const { headers } = this.#request;
    const value = headers[name] ?? headers[name.toLowerCase()];
    return value === undefined || typeof value === "string" ? value : value.join(", ");
  }

  get body(): HttpBody {
    this.#body ??= nodeBody(this.#request);
    return this.#body;
  }

  get signal(): AbortSignal {
    if (this.#gone === undefined) {
      const gone = new AbortController();
      const response = this.#response;
      const leave = (): void => {
        if (!response.writableFinished) gone.abort(clientGone());
      };
      if (response.destroyed) leave();
      else response.once("close", leave);
      this.#gone = gone;
    }
    return this.#gone.signal;
  }
}

function clientGone(): Error {
  return coreError("UNAVAILABLE", "the client closed the connection before it had the whole reply");
}

/** Requests through a proxy carry an absolute URL, `OPTIONS *` none. */
function pathOfAbsolute(url: string): string {
  try {
    const parsed = new URL(url);
    return parsed.pathname + parsed.search;
  } catch {
    return `/${url}`;
  }
}

function nodeBody(request: NodeRequest): HttpBody {
  async function* read(): AsyncGenerator<Uint8Array> {
    // A reader that leaves early must not destroy the request: the reply goes over the same connection.
    const pieces = request.iterator({ destroyOnReturn: false });
    try {
      for await (const piece of pieces) yield plain(piece);
    } catch {
      throw clientGone();
    }
  }
  return {
    [Symbol.asyncIterator]: read,
    bytes: (limit) =>
      new Promise((resolve, reject) => {
        if (!hasBody(request)) return resolve(new Uint8Array(0));
        const pieces: Uint8Array[] = [];
        let length = 0;
        if (request.destroyed && !request.complete) return reject(clientGone());
        request.on("data", (piece) => {
          length += piece.length;
          if (length <= limit) pieces.push(piece);
          else {
            request.pause();
            reject(bodyTooLong(limit));
          }
        });
        request.on("end", () => resolve(pieces.length === 1 ? plain(pieces[0]!) : concatBytes(pieces)));
        request.on("error", () => reject(clientGone()));
        request.on("close", () => reject(clientGone()));
      }),
  };
}

/** Node gives Buffers, whose `slice` is no copy: a trap for code that was written for a Uint8Array. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function send(
  reply: HttpReply,
  call: NodeCall,
  request: NodeRequest,
  response: NodeResponse,
  options: HttpShellOptions,
): void {
  if (response.destroyed) {
    if (typeof reply.body === "object" && !(reply.body instanceof Uint8Array)) endStream(reply.body);
    return;
  }
  const { body, status } = reply;
  const headers: Record<string, string | number> = { ...reply.headers };
  if (body === undefined || typeof body === "string" || body instanceof Uint8Array) {
    const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
    if (bytes !== undefined) headers["content-length"] ??= bytes.length;
    else if (status >= 200 && status !== 204 && status !== 304 && call.method !== "HEAD")
      headers["content-length"] ??= 0;
    response.writeHead(status, headers);
    const content = call.method === "HEAD" ? undefined : bytes;
    if (unreadBody(request)) linger(request, response, content);
    else response.end(content);
    return;
  }
  if (call.method === "HEAD") {
    endStream(body);
    response.writeHead(status, headers);
    response.end();
    return;
  }
  response.writeHead(status, headers);
  stream(body, response).catch((error: unknown) => {
    // The head is out: cutting the connection is the only way left to say that the body is not whole.
    if (!call.signal.aborted) brokenOff(error, call, options);
    response.destroy();
  });
}

function endStream(body: AsyncIterable<Uint8Array>): void {
  const ended = body[Symbol.asyncIterator]().return?.();
  Promise.resolve(ended).catch(() => {});
}

async function stream(body: AsyncIterable<Uint8Array>, response: NodeResponse): Promise<void> {
  let wake = (): void => {};
  const iterator = body[Symbol.asyncIterator]();
  response.once("close", () => {
    wake();
    // Reaches a body that waits for its next piece, such as a watch, even where it does not listen to the signal.
    if (!response.writableFinished) Promise.resolve(iterator.return?.()).catch(() => {});
  });
  for (;;) {
    const { done, value } = await iterator.next();
    if (response.destroyed) return;
    if (done) break;
    if (response.write(value)) continue;
    await new Promise<void>((resolve) => {
      wake = resolve;
      response.once("drain", resolve);
    });
  }
  response.end();
}

function unreadBody(request: NodeRequest): boolean {
  return !request.complete && hasBody(request);
}

function hasBody(request: NodeRequest): boolean {
  return (
    request.headers["transfer-encoding"] !== undefined || Number(request.headers["content-length"] ?? 0) > 0
  );
}

/**
 * Sends a reply while the client still sends its request. Closing at once would reset the connection and lose the
 * reply, so the rest of the request is read and dropped first, within bounds; then the connection is closed.
 */
function linger(request: NodeRequest, response: NodeResponse, content: Uint8Array | undefined): void {
  if (content !== undefined && content.length > 0) response.write(content);
  let dropped = 0;
  const finish = (): void => {
    clearTimeout(timer);
    if (!response.destroyed) response.end();
  };
  const timer = setTimeout(() => response.destroy(), lingerMilliseconds);
  (timer as { unref?: () => void }).unref?.();
  request.on("data", (piece) => {
    dropped += piece.length;
    if (dropped > lingerBytes) response.destroy();
  });
  request.on("end", finish);
  request.on("close", () => clearTimeout(timer));
  request.resume();
}
