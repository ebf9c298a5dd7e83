import { type Clock, coreError, MillwrightError, messageOf, toDuration } from "@millwright/core";
import { invalidArgument } from "../errors.js";
import { binaryType } from "../ingest/wire.js";
import type { HttpSinkOptions } from "./options.js";
import { remoteError } from "./remote-error.js";

/** One request of the protocol. */
export interface IngestRequest {
  readonly method: "GET" | "POST" | "PUT";
  /** Below `/v1`. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Sends requests to one `ingestHandler`. All can be made twice, so what was lost on the way is sent again. */
export interface IngestClient {
  /** The address. */
  readonly name: string;
  /** The JSON of a request that succeeded. */
  request(request: IngestRequest): Promise<unknown>;
}

/** Longest pause that a server can ask for, in microseconds. */
const longestPause = 30_000_000;
/** Longest delay of the hosts' timers, in milliseconds. */
const longestDelay = 2 ** 31 - 1;

/** @throws {MillwrightError} `INVALID_ARGUMENT` */
export function createIngestClient(options: HttpSinkOptions & { readonly clock: Clock }): IngestClient {
  const name = addressOf(options.url);
  const { clock } = options;
  const { attempts = 4, pause = 500_000 } = options.retry ?? {};
  if (!Number.isSafeInteger(attempts) || attempts < 1)
    throw invalidArgument("retry.attempts", `${attempts} is not a whole number from 1`);
  const timeout = toDuration(options.timeout ?? "60s", "timeout");
  const host = options.fetch ?? ((input: string, init: RequestInit) => fetch(input, init));

  async function attempt(message: IngestRequest): Promise<unknown> {
    const own = typeof options.headers === "function" ? await options.headers() : options.headers;
    const { method, path, query, body, signal } = message;
    const headers: Record<string, string> = { ...own };
    if (body !== undefined) headers["content-type"] = binaryType;
    const ended = new AbortController();
    const stop = timeoutOf(clock, method === "PUT" ? undefined : timeout, ended);
    const init: RequestInit = {
      method,
      headers,
      redirect: "error",
      signal: signal === undefined ? ended.signal : AbortSignal.any([signal, ended.signal]),
    };
    if (body !== undefined) init.body = body;
    try {
      const response = await host(`${name}/v1${path}?${new URLSearchParams(query)}`, init);
      const text = await response.text();
      if (!response.ok) throw remoteError(response, text, `${method} ${name}/v1${path}`);
      return parsed(text, name);
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (MillwrightError.is(error)) throw error;
      throw coreError(
        "UNAVAILABLE",
        `${name} cannot be reached: ${reasonOf(error)}. Is the server running?`,
        {
          cause: error,
          retryable: true,
        },
      );
    } finally {
      stop();
    }
  }

  return {
    name,
    async request(message) {
      for (let made = 1; ; made++) {
        try {
          return await attempt(message);
        } catch (error) {
          if (made >= attempts || !MillwrightError.is(error) || !error.retryable) throw error;
          const asked = Number(error.details.retryAfter ?? 0) * 1_000_000;
          const jitter = Math.random() * pause * 2 ** (made - 1);
          await awaitedSleep(clock, Math.min(Math.max(asked, jitter), longestPause), message.signal);
        }
      }
    },
  };
}

/** Ends a request after a time; gives what calls that off. */
function timeoutOf(clock: Clock, timeout: number | undefined, ended: AbortController): () => void {
  if (timeout === undefined) return () => {};
  const over = new AbortController();
  clock.sleep(timeout, over.signal).then(
    () => ended.abort(new DOMException(`no answer came within ${timeout / 1_000_000} s`, "TimeoutError")),
    () => {},
  );
  return () => over.abort();
}

/** Somebody waits for it, so the process must not exit meanwhile, which the clock alone does not see to. */
async function awaitedSleep(clock: Clock, micros: number, signal: AbortSignal | undefined): Promise<void> {
  const alive = setInterval(() => {}, longestDelay);
  try {
    await clock.sleep(micros, signal);
  } finally {
    clearInterval(alive);
  }
}

/** The address without `/` at its end. A page may leave out what is its own. */
function addressOf(text: string): string {
  const page = (globalThis as { location?: { href?: string } }).location?.href;
  let url: URL;
  try {
    url = new URL(text, page);
  } catch {
    throw invalidArgument(
      "url",
      `${JSON.stringify(text)} is not a URL, such as https://models.example/tracking`,
    );
  }
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw invalidArgument("url", `${url.protocol} is not http or https`);
  if (url.username !== "" || url.password !== "")
    throw invalidArgument("url", "credentials belong into headers, not into the URL");
  return (url.origin + url.pathname).replace(/\/+$/, "");
}

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw coreError(
      "INTERNAL",
      `${name} answered something that is no JSON; does the URL lead to an ingestHandler?`,
      {
        cause,
      },
    );
  }
}

function reasonOf(error: unknown): string {
  const cause = (error as { cause?: unknown } | null)?.cause;
  return cause instanceof Error && cause.message !== "" ? cause.message : messageOf(error);
}
