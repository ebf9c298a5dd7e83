import type { Principal, Storage } from "@millwright/core";
import type { HttpCall, HttpReply } from "@millwright/core/http";
import type { Operation } from "../operations/operation.js";
import type { OperationSink } from "../sink/sink.js";

/** What all requests work with. */
export interface IngestContext {
  readonly storage: Storage;
  readonly sink: OperationSink;
  readonly bodyLimit: number;
  readonly contentLimit: number;
}

/** What one request works with. */
export interface IngestScope extends IngestContext {
  readonly caller: Principal;
  /** @throws {MillwrightError} `PERMISSION_DENIED` unless the caller may apply the operations; without any, unless he may write at all */
  demand(operations: readonly Operation[]): Promise<void>;
}

/** Answers one request. */
export type IngestRoute = (call: HttpCall, scope: IngestScope) => Promise<HttpReply>;
