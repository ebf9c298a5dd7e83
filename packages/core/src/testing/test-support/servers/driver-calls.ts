import { createIdentifierBytes } from "../../../identity/identifier.js";
import type {
  KvDriver,
  KvDriverCheck,
  KvDriverCommitResult,
  KvDriverMutation,
  StoredEntry,
} from "../../../kv/driver.js";

/** The time of a case, in microseconds. */
export const start = 1_800_000_000_000_000;
/** A range over all keys. */
export const everything = {
  start: Uint8Array.of(0x00),
  end: Uint8Array.of(0xff, 0xff),
  reverse: false,
  limit: 5_000,
};
/** The bytes of a text. */
export const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** Commits under an id of its own. */
export const commit = (
  driver: KvDriver,
  mutations: readonly KvDriverMutation[],
  checks: readonly KvDriverCheck[] = [],
  now = start,
): Promise<KvDriverCommitResult> => driver.commit({ id: createIdentifierBytes(), now, checks, mutations });

/** Reads one key. */
export const read = async (
  driver: KvDriver,
  key: Uint8Array,
  now = start,
): Promise<StoredEntry | undefined> => (await driver.read({ kind: "keys", keys: [key], now }))[0];

/** A mutation that sets a text. */
export const set = (key: Uint8Array, value: string, expiresAt?: number): KvDriverMutation => ({
  kind: "set",
  key,
  value: text(value),
  expiresAt,
});

/** Bytes as hexadecimal digits, for comparison. */
export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
