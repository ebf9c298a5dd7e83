import { concatBytes } from "../../identity/bytes.js";
import { createIdentifierBytes, createIdentifierHex } from "../../identity/identifier.js";
import type {
  KvDriver,
  KvDriverCapabilities,
  KvDriverCheck,
  KvDriverCommitResult,
  KvDriverMutation,
  StoredEntry,
} from "../../kv/driver.js";
import { assert } from "../runner/assertions.js";
import type { KvConformanceOptions } from "./options.js";

/** An hour, in microseconds: a deadline that does not pass while a case runs. */
export const hour = 3_600_000_000;

/** What a case about the driver works with: a store of its own, and short names for the driver's calls. */
export interface KvCase {
  readonly driver: KvDriver;
  readonly capabilities: KvDriverCapabilities;
  /** Time of the requests that give none: the host's, when the case began. Later times are fine, earlier ones are not. */
  readonly now: number;
  readonly writers: number;
  readonly rounds: number;
  /** Another driver on the same data. For shared stores. */
  openAnother(): Promise<KvDriver>;
  /** Closes one driver early; the others are closed at the end of the case. */
  close(driver: KvDriver): Promise<void>;
  /** Closes all drivers and opens the data again. For durable stores. */
  restart(): Promise<KvDriver>;
  /** Drivers to spread concurrent work over: two if the store is shared, else the one. */
  spread(): Promise<readonly KvDriver[]>;
}

/** Opens a place for a case, runs it, and closes whatever it opened. */
export async function withKvCase(
  options: KvConformanceOptions,
  capabilities: KvDriverCapabilities,
  run: (context: KvCase) => Promise<void>,
): Promise<void> {
  const place = `case_${createIdentifierHex().slice(-16)}`;
  const opened = new Set<KvDriver>();
  const open = async (): Promise<KvDriver> => {
    const driver = await options.open(place);
    opened.add(driver);
    return driver;
  };
  const close = async (driver: KvDriver): Promise<void> => {
    if (opened.delete(driver)) await driver.close();
  };
  const closeAll = async (): Promise<void> => {
    for (const driver of [...opened]) await close(driver);
  };
  try {
    const driver = await open();
    await run({
      driver,
      capabilities,
      now: Math.round((performance.timeOrigin + performance.now()) * 1000),
      writers: options.writers ?? 8,
      rounds: options.rounds ?? 10,
      openAnother: open,
      close,
      async restart() {
        await closeAll();
        return open();
      },
      spread: async () => (capabilities.shared ? [driver, await open()] : [driver]),
    });
  } finally {
    await closeAll();
    await options.remove?.(place);
  }
}

/** A user's key: text behind the tag of strings, so that drivers see what they will see in life. */
export function keyOf(text: string): Uint8Array {
  return concatBytes([Uint8Array.of(2), new TextEncoder().encode(text), Uint8Array.of(0)]);
}

/** Bytes of a text. */
export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Text of bytes. */
export function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

/** What a commit of a case may leave out. */
export interface CommitParts {
  readonly id?: Uint8Array | undefined;
  readonly now?: number | undefined;
  readonly checks?: readonly KvDriverCheck[] | undefined;
}

/** Commits mutations with an id of their own. */
export function commit(
  context: Pick<KvCase, "now">,
  driver: KvDriver,
  mutations: readonly KvDriverMutation[],
  parts: CommitParts = {},
): Promise<KvDriverCommitResult> {
  const { id = createIdentifierBytes(), now = context.now, checks = [] } = parts;
  return driver.commit({ id, now, checks, mutations });
}

/** {@link commit}, which must succeed. */
export async function apply(
  context: Pick<KvCase, "now">,
  driver: KvDriver,
  mutations: readonly KvDriverMutation[],
  parts: CommitParts = {},
): Promise<Extract<KvDriverCommitResult, { ok: true }>> {
  const result = await commit(context, driver, mutations, parts);
  assert(result.ok, "a commit whose checks hold is applied");
  return result;
}

/** The entries of keys. */
export function read(
  context: Pick<KvCase, "now">,
  driver: KvDriver,
  keys: readonly Uint8Array[],
  now = context.now,
): Promise<readonly (StoredEntry | undefined)[]> {
  return driver.read({ kind: "keys", keys, now });
}

/** The entry of one key. */
export async function readOne(
  context: Pick<KvCase, "now">,
  driver: KvDriver,
  key: Uint8Array,
  now = context.now,
): Promise<StoredEntry | undefined> {
  return (await read(context, driver, [key], now))[0];
}

/** What a range read of a case may leave out. */
export interface RangeParts {
  readonly start?: Uint8Array | undefined;
  readonly end?: Uint8Array | undefined;
  readonly reverse?: boolean | undefined;
  readonly limit?: number | undefined;
  readonly now?: number | undefined;
}

/** The entries of a range; by default all of the store, up to 1,000. */
export async function range(
  context: Pick<KvCase, "now">,
  driver: KvDriver,
  parts: RangeParts = {},
): Promise<readonly StoredEntry[]> {
  const {
    start = Uint8Array.of(0),
    end = Uint8Array.of(0xff),
    reverse = false,
    limit = 1_000,
    now = context.now,
  } = parts;
  const entries = await driver.read({ kind: "range", start, end, reverse, limit, now });
  for (const entry of entries) assert(entry !== undefined, "a range read has no gaps");
  return entries as readonly StoredEntry[];
}

/** A `set` mutation of texts. */
export function set(key: string, value: string, expiresAt?: number): KvDriverMutation {
  return { kind: "set", key: keyOf(key), value: bytesOf(value), expiresAt };
}

/** A `delete` mutation. */
export function remove(key: string): KvDriverMutation {
  return { kind: "delete", key: keyOf(key) };
}

/** An `append` mutation of texts. */
export function append(log: string, value: string, expiresAt?: number): KvDriverMutation {
  return { kind: "append", log: keyOf(log), value: bytesOf(value), expiresAt };
}

/** A `setIfNewer` mutation whose order is one byte. */
export function setIfNewer(key: string, value: string, order: number, expiresAt?: number): KvDriverMutation {
  return {
    kind: "setIfNewer",
    key: keyOf(key),
    value: bytesOf(value),
    order: Uint8Array.of(3, order),
    expiresAt,
  };
}
