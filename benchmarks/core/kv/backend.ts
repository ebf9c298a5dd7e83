import type { KvDriver } from "@millwright/core";
import type { Contender } from "../../harness/comparison.js";

/** What is measured of a KvStore. */
export const kvOperations = ["get", "getMany", "commit", "append"] as const;
export type KvOperation = (typeof kvOperations)[number];

/** A raw call, and what we want to be in comparison with it. */
export interface Baseline extends Contender {
  readonly aim?: number | undefined;
  readonly remark?: string | undefined;
  /** Only with so many calls in flight. Default: any. */
  readonly inFlight?: number | undefined;
}

/** An engine: our driver over it, and the same engine raw, holding the same entries. */
export interface KvBackend {
  readonly name: string;
  readonly driver: KvDriver;
  readonly baselines: { readonly [Operation in KvOperation]: readonly Baseline[] };
  /** Calls of a round with one in flight, and with 64. */
  readonly operations: { readonly [Operation in KvOperation]: readonly [one: number, many: number] };
  /** Releases the raw side and the clients. The driver is closed before. */
  close(): Promise<void>;
}
