import type { CallOptions } from "../cancellation/abort.js";
import { fromCanonicalJson, toCanonicalJson } from "../encoding/canonical-json.js";
import { coreError } from "../errors/create.js";
import { fromHex, toHex } from "../identity/bytes.js";
import { createIdentifierBytes } from "../identity/identifier.js";
import type { KvDriver } from "../kv/driver.js";
import type { Clock } from "../time/clock.js";
import { progressKey, wholeRange } from "./entry-pages.js";
import type { Storage } from "./storage.js";

/** What a target says about the copy or restore that fills it. */
export interface CopyProgress {
  /** What it is filled from. */
  readonly source: string;
  /** `"copying"` and `"restoring"` are unfinished: the content is not to be used yet. */
  readonly state: "copying" | "restoring" | "complete";
  /** The last key of the source that has been dealt with. */
  readonly after?: Uint8Array | undefined;
}

/** Reads the progress record of a target. */
export async function readProgress(
  kv: KvDriver,
  clock: Clock,
  options: CallOptions,
): Promise<CopyProgress | undefined> {
  const [entry] = await kv.read({ kind: "keys", keys: [progressKey], now: clock.now() }, options);
  if (entry === undefined) return undefined;
  const value = fromCanonicalJson(
    new TextDecoder().decode(entry.value),
    `the progress of a copy in ${kv.name}`,
  );
  const { source, state, after } = value as { source: string; state: CopyProgress["state"]; after?: string };
  return { source, state, after: after === undefined ? undefined : fromHex(after) };
}

/** Writes it. */
export async function writeProgress(
  kv: KvDriver,
  clock: Clock,
  progress: CopyProgress,
  options: CallOptions,
): Promise<void> {
  const { source, state, after } = progress;
  const value = new TextEncoder().encode(toCanonicalJson({ source, state, after: after && toHex(after) }));
  const id = createIdentifierBytes({ time: clock.now() });
  await kv.commit(
    { id, now: clock.now(), checks: [], mutations: [{ kind: "set", key: progressKey, value }] },
    options,
  );
}

/** Whether a storage holds neither entries nor blobs, of any namespace. */
export async function isEmpty(storage: Storage, options: CallOptions): Promise<boolean> {
  const { kv, blobs } = storage.drivers;
  const range = { kind: "range", ...wholeRange, reverse: false, limit: 2, now: storage.clock.now() } as const;
  const entries = await kv.read(range, options);
  if (entries.some((entry) => entry !== undefined && toHex(entry.key) !== toHex(progressKey))) return false;
  for await (const _ of blobs.scopes(options)) return false;
  return true;
}

/** @throws {MillwrightError} `ALREADY_EXISTS` */
export function refuseTarget(storage: Storage, problem: string): never {
  throw coreError(
    "ALREADY_EXISTS",
    `${storage.drivers.kv.name} with ${storage.drivers.blobs.name} ${problem}`,
  );
}
