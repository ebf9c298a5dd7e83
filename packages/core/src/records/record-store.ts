import type { BlobStore } from "../blobs/blob-store.js";
import type { CallOptions } from "../cancellation/abort.js";
import { fromCanonicalJson, toCanonicalJson } from "../encoding/canonical-json.js";
import type { StructuredValue } from "../encoding/structured-value.js";
import { coreError, invalidArgument } from "../errors/create.js";
import type { Digest } from "../identity/digest.js";
import type { Key } from "../kv/key.js";
import type {
  Expiry,
  KvAtomic,
  KvEntry,
  KvListing,
  KvListOptions,
  KvStore,
  Version,
} from "../kv/kv-store.js";
import { kvLimits } from "../kv/limits.js";
import { encodeValue } from "../kv/value.js";
import { inParallel } from "../storage/in-parallel.js";
import { addReference, dropReference } from "../storage/references.js";
import type { RecordDefinition, RecordInput, RecordValue } from "./define-record.js";
import {
  checkGiven,
  checkStored,
  inlineForm,
  parseStored,
  type StoredRecord,
  spilledForm,
  upgradeValue,
} from "./stored-record.js";
import { keepUnknownFields } from "./unknown-fields.js";

/** A record as it was read. Pass it as `previous` when it is rewritten or removed. */
export interface RecordEntry<Value> {
  /** The key behind the prefix of the store. */
  readonly key: Key;
  readonly value: Value;
  readonly version: Version;
  readonly expiresAt?: number | undefined;
  /** What lies in the store, for the record layer itself. */
  readonly stored: RecordSource;
}

/** Where a value came from. */
export interface RecordSource {
  /** The version of the definition that it was written by. */
  readonly recordVersion: number;
  /** The value in the current version, with fields that the schema does not know. */
  readonly value: StructuredValue;
  /** The blob that holds the value, if it was too large for the KvStore. */
  readonly blob?: Digest | undefined;
}

/** How to write a record. */
export interface RecordWriteOptions<Value> extends CallOptions, Expiry {
  /** The record as it was read. Default: there must be none. If it has changed by then, the commit is lost. */
  readonly previous?: RecordEntry<Value> | undefined;
}

/** Which records to list: those whose keys continue `prefix`, optionally from `start` and before `end`. All are keys of the store. */
export interface RecordSelector {
  readonly prefix?: Key | undefined;
  readonly start?: Key | undefined;
  readonly end?: Key | undefined;
}

/** Records in the order of their keys; pages and cursors are those of the KvStore. */
export interface RecordListing<Value> extends AsyncIterableIterator<RecordEntry<Value>> {
  readonly cursor: string;
  [Symbol.asyncIterator](): RecordListing<Value>;
}

/** Records of one kind under one prefix. Values of any size: what does not fit into the KvStore lies in a blob. */
export interface RecordStore<Definition extends RecordDefinition> {
  readonly definition: Definition;
  readonly prefix: Key;
  /** The key in the KvStore, to watch it or to check it in a commit. */
  keyOf(key: Key): Key;
  /**
   * The record; `undefined` if there is none.
   *
   * @throws {MillwrightError} `FORMAT_TOO_NEW` if a newer program wrote it and this one cannot read it; `CORRUPT`
   */
  get(key: Key, options?: CallOptions): Promise<RecordEntry<RecordValue<Definition>> | undefined>;
  /** The records of at most 1,000 keys, in their order, from one snapshot. */
  getMany(
    keys: readonly Key[],
    options?: CallOptions,
  ): Promise<(RecordEntry<RecordValue<Definition>> | undefined)[]>;
  list(selector?: RecordSelector, options?: KvListOptions): RecordListing<RecordValue<Definition>>;
  /**
   * Adds the write of a record to a commit: the check that it is still what `previous` says, the value, and the reference of
   * its blob. Asynchronous because a large value is stored as a blob now. Fields that the schema does not know are kept from
   * `previous`.
   *
   * @throws {MillwrightError} `INVALID_ARGUMENT` with the path of the field that the schema refuses
   */
  write(
    atomic: KvAtomic,
    key: Key,
    value: RecordInput<Definition>,
    options?: RecordWriteOptions<RecordValue<Definition>>,
  ): Promise<void>;
  /** Adds the removal of a record that was read to a commit, with the check that it has not changed. */
  remove(atomic: KvAtomic, previous: RecordEntry<RecordValue<Definition>>): void;
}

/**
 * The records of a kind under a prefix, such as `["tracking", 1, "runs"]`: package, layout, subject.
 *
 * @example
 * ```ts
 * import { composeStorage, defineRecord, recordStore } from "@millwright/core";
 * import { memoryBlobs, memoryKv } from "@millwright/core/memory";
 * import { z } from "zod";
 *
 * const storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
 * const runRecord = defineRecord({ name: "run", version: 1, schema: z.object({ name: z.string() }) });
 * const runs = recordStore(storage, runRecord, ["tracking", 1, "runs"]);
 *
 * const previous = await runs.get(["r1"]);
 * const atomic = storage.kv.atomic();
 * await runs.write(atomic, ["r1"], { name: "baseline" }, { previous });
 * const { ok } = await atomic.commit(); // false: somebody else wrote it first
 * ```
 */
export function recordStore<Definition extends RecordDefinition>(
  storage: { readonly kv: KvStore; readonly blobs: BlobStore },
  definition: Definition,
  prefix: Key,
): RecordStore<Definition> {
  type Value = RecordValue<Definition>;
  type Entry = RecordEntry<Value>;
  const { kv, blobs } = storage;
  if (prefix.length === 0)
    throw invalidArgument("prefix", "records lie under a prefix, such as [package, layout, subject]");
  const keyOf = (key: Key): Key => [...prefix, ...key];
  const nameOf = (key: Key): string => `the ${definition.name} ${describeKey(key)}`;

  async function decode(entry: KvEntry, signal: AbortSignal | undefined): Promise<Entry | undefined> {
    const key = entry.key.slice(prefix.length);
    const where = nameOf(key);
    const parsed = parseStored(definition, entry.value, where);
    const raw = parsed.blob === undefined ? parsed.value : await spilled(parsed.blob, where, signal);
    if (raw === undefined) return reread(entry, parsed, signal);
    const stored = upgradeValue(definition, parsed.version, raw, where);
    const value = (await checkStored(definition, parsed.version, stored, where)) as Value;
    const source = { recordVersion: parsed.version, value: stored, blob: parsed.blob };
    return { key, value, version: entry.version, expiresAt: entry.expiresAt, stored: source };
  }

  async function spilled(
    blob: Digest,
    where: string,
    signal: AbortSignal | undefined,
  ): Promise<StructuredValue | undefined> {
    const content = await blobs.get(blob, { signal });
    return content === undefined ? undefined : fromCanonicalJson(await content.text(), where);
  }

  /** A record that was rewritten long ago, between the two reads, has no blob any more: look for the new one. */
  async function reread(
    entry: KvEntry,
    parsed: StoredRecord,
    signal: AbortSignal | undefined,
  ): Promise<Entry | undefined> {
    const current = await kv.get(entry.key, { signal });
    if (current?.version !== entry.version)
      return current === undefined ? undefined : decode(current, signal);
    throw coreError(
      "CORRUPT",
      `${nameOf(entry.key.slice(prefix.length))} lies in the blob ${parsed.blob}, which is not there`,
    );
  }

  function list(selector: RecordSelector = {}, options: KvListOptions = {}): RecordListing<Value> {
    const own = selector.prefix ?? [];
    const bounds = {
      prefix: keyOf(own),
      start: selector.start === undefined ? undefined : keyOf(selector.start),
      end: selector.end === undefined ? undefined : keyOf(selector.end),
    };
    return decodeListing(kv.list(bounds, options), (entry) => decode(entry, options.signal));
  }

  return {
    definition,
    prefix,
    keyOf,
    list,
    async get(key, { signal } = {}) {
      const entry = await kv.get(keyOf(key), { signal });
      return entry === undefined ? undefined : decode(entry, signal);
    },
    async getMany(keys, { signal } = {}) {
      const entries = await kv.getMany(keys.map(keyOf), { signal });
      const records: (Entry | undefined)[] = entries.map(() => undefined);
      await inParallel(entries.entries(), 8, async ([index, entry]) => {
        if (entry !== undefined) records[index] = await decode(entry, signal);
      });
      return records;
    },
    async write(atomic, key, value, { previous, signal, ...expiry } = {}) {
      const fullKey = keyOf(key);
      const checked = await checkGiven(definition, value);
      const past = previous && { value: previous.value, stored: previous.stored.value };
      const whole =
        past === undefined ? (checked as StructuredValue) : keepUnknownFields(checked, value, past);
      // What a newer program wrote stays of its version: the fields that make it so are kept.
      const version = Math.max(definition.version, previous?.stored.recordVersion ?? 1);
      let form = inlineForm(definition, version, whole);
      let blob: Digest | undefined;
      if (encodeValue(form).length > kvLimits.valueBytes) {
        const info = await blobs.put(toCanonicalJson(whole), { signal });
        blob = info.digest;
        form = spilledForm(definition, version, blob, info.size);
      }
      atomic.check(fullKey, previous?.version ?? null).set(fullKey, form, expiry);
      if (blob !== undefined) addReference(atomic, blob, fullKey, expiry);
      const old = previous?.stored.blob;
      if (old !== undefined && old !== blob) dropReference(atomic, old, fullKey);
    },
    remove(atomic, previous) {
      const fullKey = keyOf(previous.key);
      atomic.check(fullKey, previous.version).delete(fullKey);
      if (previous.stored.blob !== undefined) dropReference(atomic, previous.stored.blob, fullKey);
    },
  };
}

/** Decodes as the consumer goes; entries that are gone when their blob is read are left out. */
function decodeListing<Value>(
  listing: KvListing,
  decode: (entry: KvEntry) => Promise<RecordEntry<Value> | undefined>,
): RecordListing<Value> {
  return {
    async next() {
      for (;;) {
        const step = await listing.next();
        if (step.done === true) return { done: true, value: undefined };
        const value = await decode(step.value);
        if (value !== undefined) return { done: false, value };
      }
    },
    async return() {
      await listing.return?.();
      return { done: true, value: undefined };
    },
    get cursor() {
      return listing.cursor;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function describeKey(key: Key): string {
  return key
    .map((part) =>
      part instanceof Uint8Array
        ? `0x${[...part].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`
        : String(part),
    )
    .join("/");
}
