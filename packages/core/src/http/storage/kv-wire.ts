import type {
  KvDriverCheck,
  KvDriverCommit,
  KvDriverCommitResult,
  KvDriverMutation,
  KvRead,
  StoredEntry,
} from "../../kv/driver.js";
import { kvLimits } from "../../kv/limits.js";
import { WireReader, WireWriter } from "./bytes.js";

/** First byte of every message. A server refuses others; a new layout gets a new number and a new path. */
export const wireVersion = 1;

/** What a server takes: core's limits, and room for the keys that core adds itself (a token, a log's sequence). */
export const wireLimits = Object.freeze({
  keyBytes: kvLimits.keyBytes + 256,
  keys: kvLimits.readKeys,
  checks: kvLimits.checks + 1,
  mutations: kvLimits.mutations + 1,
  rangeEntries: 10_000,
  /** Of a whole request message. */
  messageBytes: 4_194_304,
});

const readKind = { keys: 1, range: 2 } as const;
const mutationKind = { set: 1, delete: 2, setIfNewer: 3, append: 4, import: 5 } as const;
/** Added to the kind of a mutation that has a deadline. */
const withExpiry = 0x80;
const entryFlag = { present: 1, expiresAt: 2, order: 4 } as const;
const versionBytes = 16;

/** The message of a read. */
export function encodeRead(request: KvRead): Uint8Array<ArrayBuffer> {
  const writer = new WireWriter().byte(wireVersion).byte(readKind[request.kind]).time(request.now);
  if (request.kind === "keys") {
    writer.count(request.keys.length);
    for (const key of request.keys) writer.bytes(key);
    return writer.finish();
  }
  writer.bytes(request.start).bytes(request.end);
  return writer
    .byte(request.reverse ? 1 : 0)
    .count(request.limit)
    .finish();
}

/** @throws {MillwrightError} `INVALID_ARGUMENT` */
export function decodeRead(message: Uint8Array): KvRead {
  const reader = begin(message, "the read request");
  const kind = reader.byte();
  const now = reader.time();
  if (kind === readKind.keys) {
    const keys = Array.from({ length: reader.items(wireLimits.keys, "keys") }, () => keyOf(reader));
    reader.end();
    return { kind: "keys", keys, now };
  }
  if (kind !== readKind.range) throw reader.fault(`the unknown kind ${kind} of read`);
  const start = keyOf(reader);
  const end = keyOf(reader);
  const reverse = flagOf(reader);
  const limit = reader.count(wireLimits.rangeEntries, "entries at once");
  reader.end();
  return { kind: "range", start, end, reverse, limit, now };
}

/** The message of what a read found. */
export function encodeEntries(entries: readonly (StoredEntry | undefined)[]): Uint8Array<ArrayBuffer> {
  const writer = new WireWriter().byte(wireVersion).count(entries.length);
  for (const entry of entries) {
    if (entry === undefined) writer.byte(0);
    else writeEntry(writer, entry);
  }
  return writer.finish();
}

/** @throws {MillwrightError} `INVALID_ARGUMENT` */
export function decodeEntries(message: Uint8Array): (StoredEntry | undefined)[] {
  const reader = begin(message, "the reply to a read");
  const count = reader.items(wireLimits.rangeEntries, "entries");
  const entries = Array.from({ length: count }, () => readEntry(reader));
  reader.end();
  return entries;
}

/** The message of a commit. */
export function encodeCommit(commit: KvDriverCommit): Uint8Array<ArrayBuffer> {
  const writer = new WireWriter()
    .byte(wireVersion)
    .raw(commit.id)
    .time(commit.now)
    .count(commit.checks.length);
  for (const { key, version } of commit.checks) {
    writer.byte(version === null ? 0 : 1).bytes(key);
    if (version !== null) writer.raw(version);
  }
  writer.count(commit.mutations.length);
  for (const mutation of commit.mutations) writeMutation(writer, mutation);
  return writer.finish();
}

/** @throws {MillwrightError} `INVALID_ARGUMENT` */
export function decodeCommit(message: Uint8Array): KvDriverCommit {
  const reader = begin(message, "the commit request");
  const id = reader.raw(versionBytes);
  const now = reader.time();
  const checks = Array.from({ length: reader.items(wireLimits.checks, "checks") }, (): KvDriverCheck => {
    const versioned = flagOf(reader);
    return { key: keyOf(reader), version: versioned ? reader.raw(versionBytes) : null };
  });
  const count = reader.items(wireLimits.mutations, "mutations");
  const mutations = Array.from({ length: count }, () => readMutation(reader));
  reader.end();
  return { id, now, checks, mutations };
}

/** The message of what became of a commit. */
export function encodeCommitResult(result: KvDriverCommitResult): Uint8Array<ArrayBuffer> {
  const writer = new WireWriter().byte(wireVersion).byte(result.ok ? 1 : 0);
  const lists = result.ok ? [result.sequences, result.stale] : [result.failed];
  for (const list of lists) {
    writer.count(list.length);
    for (const item of list) writer.count(item);
  }
  return writer.finish();
}

/** @throws {MillwrightError} `INVALID_ARGUMENT` */
export function decodeCommitResult(message: Uint8Array): KvDriverCommitResult {
  const reader = begin(message, "the reply to a commit");
  const list = (noun: string): number[] =>
    Array.from({ length: reader.items(wireLimits.mutations, noun) }, () =>
      reader.count(Number.MAX_SAFE_INTEGER, noun),
    );
  const result: KvDriverCommitResult = flagOf(reader)
    ? { ok: true, sequences: list("sequences"), stale: list("stale changes") }
    : { ok: false, failed: list("failed checks") };
  reader.end();
  return result;
}

/** The message of the keys to watch. */
export function encodeWatch(keys: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const writer = new WireWriter().byte(wireVersion).count(keys.length);
  for (const key of keys) writer.bytes(key);
  return writer.finish();
}

/** @throws {MillwrightError} `INVALID_ARGUMENT` */
export function decodeWatch(message: Uint8Array): Uint8Array[] {
  const reader = begin(message, "the watch request");
  const keys = Array.from({ length: reader.items(wireLimits.keys, "keys") }, () => keyOf(reader));
  reader.end();
  return keys;
}

function begin(message: Uint8Array, path: string): WireReader {
  const reader = new WireReader(message, path);
  const version = reader.byte();
  if (version !== wireVersion) throw reader.fault(`version ${version} of the protocol, not ${wireVersion},`);
  return reader;
}

function keyOf(reader: WireReader): Uint8Array {
  return reader.bytes(wireLimits.keyBytes, "a key");
}

function storedValueOf(reader: WireReader): Uint8Array {
  return reader.bytes(kvLimits.valueBytes, "a value");
}

function flagOf(reader: WireReader): boolean {
  const flag = reader.byte();
  if (flag > 1) throw reader.fault(`${flag} where 0 or 1 belongs`);
  return flag === 1;
}

function writeEntry(writer: WireWriter, entry: StoredEntry): void {
  const { key, value, version, expiresAt, order } = entry;
  const flags =
    entryFlag.present |
    (expiresAt === undefined ? 0 : entryFlag.expiresAt) |
    (order === undefined ? 0 : entryFlag.order);
  writer.byte(flags).bytes(key).bytes(value).raw(version);
  if (expiresAt !== undefined) writer.time(expiresAt);
  if (order !== undefined) writer.bytes(order);
}

function readEntry(reader: WireReader): StoredEntry | undefined {
  const flags = reader.byte();
  if (flags === 0) return undefined;
  if ((flags & entryFlag.present) === 0 || flags > 7)
    throw reader.fault(`the unknown flags ${flags} of an entry`);
  return {
    key: keyOf(reader),
    value: storedValueOf(reader),
    version: reader.raw(versionBytes),
    expiresAt: flags & entryFlag.expiresAt ? reader.time() : undefined,
    order: flags & entryFlag.order ? reader.bytes(kvLimits.orderBytes, "an order") : undefined,
  };
}

function writeMutation(writer: WireWriter, mutation: KvDriverMutation): void {
  if (mutation.kind === "delete") {
    writer.byte(mutationKind.delete).bytes(mutation.key);
    return;
  }
  if (mutation.kind === "import") {
    writer.byte(mutationKind.import);
    writeEntry(writer, mutation.entry);
    return;
  }
  const { expiresAt } = mutation;
  writer.byte(mutationKind[mutation.kind] | (expiresAt === undefined ? 0 : withExpiry));
  writer.bytes(mutation.kind === "append" ? mutation.log : mutation.key).bytes(mutation.value);
  if (mutation.kind === "setIfNewer") writer.bytes(mutation.order);
  if (expiresAt !== undefined) writer.time(expiresAt);
}

function readMutation(reader: WireReader): KvDriverMutation {
  const head = reader.byte();
  if (head === mutationKind.delete) return { kind: "delete", key: keyOf(reader) };
  if (head === mutationKind.import) {
    const entry = readEntry(reader);
    if (entry === undefined) throw reader.fault("an import without an entry");
    return { kind: "import", entry };
  }
  const expires = (head & withExpiry) !== 0;
  const expiresAt = (): number | undefined => (expires ? reader.time() : undefined);
  // Object literals evaluate in order, which is the order of the fields in the message.
  switch (head & ~withExpiry) {
    case mutationKind.set:
      return { kind: "set", key: keyOf(reader), value: storedValueOf(reader), expiresAt: expiresAt() };
    case mutationKind.setIfNewer:
      return {
        kind: "setIfNewer",
        key: keyOf(reader),
        value: storedValueOf(reader),
        order: reader.bytes(kvLimits.orderBytes, "an order"),
        expiresAt: expiresAt(),
      };
    case mutationKind.append:
      return { kind: "append", log: keyOf(reader), value: storedValueOf(reader), expiresAt: expiresAt() };
    default:
      throw reader.fault(`the unknown kind ${head} of mutation`);
  }
}
