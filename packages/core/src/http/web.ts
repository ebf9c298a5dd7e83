import { concatBytes } from "../identity/bytes.js";
import { bodyTooLong, type HttpBody, type HttpCall, type HttpHandler, type HttpReply } from "./call.js";
import { answer, brokenOff, type HttpShellOptions } from "./shell.js";

/**
 * The handler as a web-standard function, for Hono, Fastify, Deno, Bun, workers and tests.
 *
 * @example
 * ```ts
 * import { jsonReply, toWebHandler } from "@millwright/core/http";
 *
 * const fetch = toWebHandler((call) => jsonReply(200, { path: call.path }));
 * const response = await fetch(new Request("http://localhost/ready"));
 * ```
 */
export function toWebHandler(
  handler: HttpHandler,
  options: HttpShellOptions = {},
): (request: Request) => Promise<Response> {
  return async (request) => {
    const call = new WebCall(request);
    return toResponse(await answer(handler, call, options), call, options);
  };
}

class WebCall implements HttpCall {
  readonly method: string;
  readonly path: string;
  readonly body: HttpBody;
  readonly #request: Request;
  readonly #url: URL;
  readonly #gone = new AbortController();

  constructor(request: Request) {
    this.#request = request;
    this.#url = new URL(request.url);
    this.method = request.method.toUpperCase();
    this.path = this.#url.pathname;
    this.body = webBody(request);
    if (request.signal.aborted) this.leave(request.signal.reason);
    else request.signal.addEventListener("abort", () => this.leave(request.signal.reason), { once: true });
  }

  get query(): URLSearchParams {
    return this.#url.searchParams;
  }

  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  header(name: string): string | undefined {
    return this.#request.headers.get(name) ?? undefined;
  }

  /** The client has gone. */
  leave(reason: unknown): void {
    this.#gone.abort(reason);
  }
}

function webBody(request: Request): HttpBody {
  async function* read(): AsyncGenerator<Uint8Array> {
    if (request.body === null) return;
    const reader = request.body.getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        yield value;
      }
    } finally {
      // Tells the sender to stop where the body was left early; harmless at its end.
      reader.cancel().catch(() => {});
    }
  }
  return {
    [Symbol.asyncIterator]: read,
    async bytes(limit) {
      const pieces: Uint8Array[] = [];
      let length = 0;
      for await (const piece of read()) {
        length += piece.length;
        if (length > limit) throw bodyTooLong(limit);
        pieces.push(piece);
      }
      return pieces.length === 1 ? pieces[0]! : concatBytes(pieces);
    },
  };
}

function toResponse(reply: HttpReply, call: WebCall, options: HttpShellOptions): Response {
  const headers = new Headers(reply.headers);
  const { body, status } = reply;
  if (body === undefined) return new Response(null, { status, headers });
  if (typeof body === "string" || body instanceof Uint8Array) {
    const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
    if (!headers.has("content-length")) headers.set("content-length", String(bytes.length));
    return new Response(call.method === "HEAD" ? null : (bytes as Uint8Array<ArrayBuffer>), {
      status,
      headers,
    });
  }
  const iterator = body[Symbol.asyncIterator]();
  if (call.method === "HEAD") {
    iterator.return?.().catch(() => {});
    return new Response(null, { status, headers });
  }
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await iterator.next();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        brokenOff(error, call, options);
        controller.error(error);
      }
    },
    async cancel(reason) {
      call.leave(reason);
      await iterator.return?.();
    },
  });
  return new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>, { status, headers });
}
