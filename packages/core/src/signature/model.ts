import type { CallOptions } from "../cancellation/abort.js";
import type { Principal } from "../principals/principal.js";
import type { ModelSignature } from "./signature.js";
import type { Tensors } from "./tensor.js";

/** What accompanies one inference. */
export interface InferenceContext extends CallOptions {
  /** The caller's identifier of the request. */
  readonly requestId?: string | undefined;
  readonly principal?: Principal | undefined;
  /** When the answer becomes useless, in microseconds since the epoch. */
  readonly deadline?: number | undefined;
  /** Names of the outputs that are wanted. Default: all. */
  readonly outputs?: readonly string[] | undefined;
}

/** Counters since the model was opened. Durations are in microseconds. */
export interface ModelStatistics {
  readonly requests: number;
  readonly failures: number;
  readonly rows: number;
  readonly computeMicros: number;
  readonly queueMicros: number;
}

/** Whether a model can answer. */
export type ModelState = "loading" | "ready" | "draining" | "closed" | "failed";

/**
 * Anything that answers: a predictor, a hot-reload slot, a router, a graph, a remote client. Handlers take nothing
 * else, so whatever satisfies this can be served.
 */
export interface Model extends AsyncDisposable {
  readonly name: string;
  readonly version: string;
  /** Digest of the file that answers, where there is one. */
  readonly digest?: string | undefined;
  readonly signature: ModelSignature;
  readonly state: ModelState;
  infer(tensors: Tensors, context?: InferenceContext): Promise<Tensors>;
  statistics(): ModelStatistics;
  /** Stops taking requests, lets those in flight end, then releases the model. Idempotent. */
  close(): Promise<void>;
}
