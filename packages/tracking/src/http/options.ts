import type { Clock, DurationInput, RetryPolicy } from "@millwright/core";

/** Names and values of headers. */
export type RequestHeaders = Readonly<Record<string, string>>;

/** How to reach an `ingestHandler`. */
export interface HttpSinkOptions {
  /** Where it answers, without `/v1`; in a browser also a path, such as `"/tracking"`. */
  readonly url: string;
  /** Headers of every request, such as `authorization`; a function is asked each time, so that tokens can change. */
  readonly headers?: RequestHeaders | (() => RequestHeaders | Promise<RequestHeaders>) | undefined;
  /** Default: the host's `fetch`. */
  readonly fetch?: typeof fetch | undefined;
  /** How often a request that found no server, or a busy one, is made. What is given up then is tried again later. Default: 4 attempts, 500 ms. */
  readonly retry?: RetryPolicy | undefined;
  /** After which a request with operations counts as lost. Default: `"60s"`. */
  readonly timeout?: DurationInput | undefined;
  /** Default: the clock of the host. */
  readonly clock?: Clock | undefined;
}
