import { coreError, invalidArgument } from "../errors/create.js";
import { MillwrightError } from "../errors/millwright-error.js";
import { fromHex, toHex } from "../identity/bytes.js";
import type { Lifecycle } from "../lifecycle/lifecycle.js";
import type { Tracer } from "../telemetry/telemetry.js";
import { awaitedSleep, type Clock } from "../time/clock.js";
import type { KvDriver, StoredEntry } from "./driver.js";
import { decodeKey, encodeKeyBehind, encodeKeysBehind, type Key } from "./key.js";
import type { KvEntry, KvValue, Version } from "./kv-store.js";
import { kvLimits } from "./limits.js";
import { decodeValue } from "./value.js";

/** How often, and after which first pause, a call that applied nothing is tried again. */
export interface RetryPolicy {
  /** Calls in all. Default: 4. */
  readonly attempts?: number | undefined;
  /** Microseconds before the second call; doubled each time, with full jitter. Default: 20,000. */
  readonly pause?: number | undefined;
}

/** What all parts of one store share. */
export interface KvContext {
  readonly driver: KvDriver;
  /** The encoded namespace that stands before every key; empty for a store over all namespaces. */
  readonly namespace: Uint8Array;
  readonly clock: Clock;
  readonly lifecycle: Lifecycle;
  /** Fills an array with randomness, for the identities of commits. */
  readonly random: (bytes: Uint8Array) => void;
  readonly tracer: Tracer | undefined;
  readonly retry: Required<{ [Field in keyof RetryPolicy]-?: number }>;
}

/** The bytes of a key behind the namespace. @throws {MillwrightError} `INVALID_ARGUMENT`, `LIMIT_EXCEEDED` */
export function storedKey(context: KvContext, key: Key, path = "key"): Uint8Array {
  const whole = encodeKeyBehind(context.namespace, key, path);
  if (key.length === 0 || whole.length > kvLimits.keyBytes) throw wrongSize(whole, key, path);
  return whole;
}

/** {@link storedKey} of many. */
export function storedKeys(context: KvContext, keys: readonly Key[]): Uint8Array[] {
  const all = encodeKeysBehind(context.namespace, keys, "keys");
  for (let index = 0; index < all.length; index++) {
    const whole = all[index]!;
    const key = keys[index]!;
    if (key.length === 0 || whole.length > kvLimits.keyBytes) throw wrongSize(whole, key, `keys[${index}]`);
  }
  return all;
}

function wrongSize(whole: Uint8Array, key: Key, path: string): MillwrightError {
  if (key.length === 0) return invalidArgument(path, "a key has at least one part");
  return coreError(
    "LIMIT_EXCEEDED",
    `${path} is ${whole.length} bytes with its namespace; at most ${kvLimits.keyBytes} are portable. Put a digest in the key`,
    { details: { path, bytes: whole.length, limit: kvLimits.keyBytes } },
  );
}

/** The entry of the port for one of the driver. `key` is the caller's, where it is known. */
export function entryOf(context: KvContext, stored: StoredEntry, key?: Key): KvEntry {
  const ownKey = key ?? decodeKey(stored.key.subarray(context.namespace.length));
  if (ownKey === undefined) {
    throw coreError("CORRUPT", `${context.driver.name} holds a key that is no tuple: ${toHex(stored.key)}`);
  }
  const value = decodedValue(context, stored.value, ownKey);
  const version = toHex(stored.version) as Version;
  return stored.expiresAt === undefined
    ? { key: ownKey, value, version }
    : { key: ownKey, value, version, expiresAt: stored.expiresAt };
}

/** The text that names an entry costs more than most values, so it is made only for one that does not decode. */
function decodedValue(context: KvContext, bytes: Uint8Array, key: Key): KvValue {
  try {
    return decodeValue(bytes);
  } catch {
    return decodeValue(bytes, `the value of ${JSON.stringify(key, printable)} in ${context.driver.name}`);
  }
}

function printable(_: string, part: unknown): unknown {
  if (typeof part === "bigint") return `${part}n`;
  return part instanceof Uint8Array ? `0x${toHex(part)}` : part;
}

/** The 16 bytes of a version. @throws {MillwrightError} `INVALID_ARGUMENT` */
export function versionBytes(version: Version, path: string): Uint8Array {
  const bytes = typeof version === "string" ? fromHex(version) : undefined;
  if (bytes?.length !== 16)
    throw invalidArgument(path, "a version is the 32 hexadecimal digits that an entry came with, or null");
  return bytes;
}

/** Runs a call of the driver, and runs it again while it fails with `UNAVAILABLE`, which says that nothing was applied. */
export async function withRetries<T>(
  context: KvContext,
  signal: AbortSignal | undefined,
  call: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (attempt >= context.retry.attempts || !MillwrightError.is(error, "UNAVAILABLE") || !error.retryable)
        throw error;
    }
    await awaitedSleep(context.clock, Math.random() * context.retry.pause * 2 ** (attempt - 1), signal);
  }
}
