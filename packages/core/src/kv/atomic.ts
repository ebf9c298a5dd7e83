import { abortable } from "../cancellation/abort.js";
import { coreError, invalidArgument } from "../errors/create.js";
import { toHex } from "../identity/bytes.js";
import { toDuration, toMicros } from "../time/times.js";
import { type CommitPlan, commitPlan } from "./commit.js";
import { type KvContext, storedKey, versionBytes } from "./context.js";
import type { KvDriverMutation } from "./driver.js";
import { encodeKey, type Key, sequenceBytes } from "./key.js";
import type { Expiry, KvAtomic, KvCommitOptions, KvCommitResult, KvValue, Version } from "./kv-store.js";
import { kvLimits } from "./limits.js";
import { encodeValue } from "./value.js";

/** Collects and checks what one commit does. Mistakes throw at the call that makes them. */
export class Atomic implements KvAtomic {
  readonly #context: KvContext;
  readonly #plan: CommitPlan = { checks: [], checkedKeys: [], mutations: [], mutatedKeys: [], bytes: 0 };
  #changed: Set<string> | undefined;
  #committed = false;

  constructor(context: KvContext) {
    this.#context = context;
  }

  check(key: Key, version: Version | null): this {
    this.#assertNew();
    const encoded = storedKey(this.#context, key);
    const bytes = version === null ? null : versionBytes(version, "version");
    this.#within("checks", this.#plan.checks.length + 1, kvLimits.checks);
    this.#plan.checks.push({ key: encoded, version: bytes });
    this.#plan.checkedKeys.push(key);
    return this;
  }

  set(key: Key, value: KvValue, expiry?: Expiry): this {
    const encoded = storedKey(this.#context, key);
    return this.#add(key, encoded, {
      kind: "set",
      key: encoded,
      value: this.#value(value),
      ...this.#expiry(expiry),
    });
  }

  delete(key: Key): this {
    const encoded = storedKey(this.#context, key);
    return this.#add(key, encoded, { kind: "delete", key: encoded });
  }

  append(log: Key, value: KvValue, expiry?: Expiry): this {
    this.#ordered("append");
    const encoded = storedKey(this.#context, log, "log");
    const room = kvLimits.keyBytes - sequenceBytes;
    if (encoded.length > room) {
      throw coreError(
        "LIMIT_EXCEEDED",
        `the log is named by ${encoded.length} bytes; at most ${room} leave room for the sequence`,
      );
    }
    return this.#add(log, undefined, {
      kind: "append",
      log: encoded,
      value: this.#value(value),
      ...this.#expiry(expiry),
    });
  }

  setIfNewer(key: Key, value: KvValue, order: Key, expiry?: Expiry): this {
    const encoded = storedKey(this.#context, key);
    const encodedOrder = encodeKey(order, "order");
    if (encodedOrder.length === 0) throw invalidArgument("order", "an order has at least one part");
    this.#within("bytes of the order", encodedOrder.length, kvLimits.orderBytes);
    const mutation = {
      kind: "setIfNewer",
      key: encoded,
      value: this.#value(value),
      order: encodedOrder,
    } as const;
    return this.#add(key, encoded, { ...mutation, ...this.#expiry(expiry) });
  }

  commit(options: KvCommitOptions = {}): Promise<KvCommitResult> {
    const { signal } = options;
    const send = (): Promise<KvCommitResult> => {
      this.#assertNew();
      this.#committed = true;
      return commitPlan(this.#context, this.#plan, options);
    };
    return abortable(this.#context.lifecycle.run(signal, send), signal);
  }

  /** Checks everything before anything is kept: what was refused is not part of the commit. */
  #add(key: Key, encoded: Uint8Array | undefined, mutation: KvDriverMutation): this {
    this.#assertNew();
    // Most commits change one key, and a name costs more than the rest of a change.
    const name = encoded === undefined || this.#plan.mutations.length === 0 ? undefined : toHex(encoded);
    if (name !== undefined) {
      const changed = this.#changedNames();
      if (changed.has(name)) throw invalidArgument("key", "one commit changes a key at most once");
      if (changed.size > 0) this.#ordered("a commit of several keys");
    }
    const bytes = this.#plan.bytes + sizeOf(mutation);
    this.#within("changes", this.#plan.mutations.length + 1, kvLimits.mutations);
    this.#within("bytes of keys and values", bytes, kvLimits.commitBytes);
    if (name !== undefined) this.#changed?.add(name);
    this.#plan.mutations.push(mutation);
    this.#plan.mutatedKeys.push(key);
    this.#plan.bytes = bytes;
    return this;
  }

  #changedNames(): Set<string> {
    this.#changed ??= new Set(
      this.#plan.mutations.flatMap((mutation) => ("key" in mutation ? [toHex(mutation.key)] : [])),
    );
    return this.#changed;
  }

  #assertNew(): void {
    if (this.#committed)
      throw invalidArgument("commit", "this atomic has been committed; begin another with atomic()");
  }

  #value(value: KvValue): Uint8Array {
    const encoded = encodeValue(value);
    if (encoded.length > kvLimits.valueBytes) {
      throw coreError(
        "LIMIT_EXCEEDED",
        `the value is ${encoded.length} bytes encoded; at most ${kvLimits.valueBytes} are portable. Put it in a blob and store its digest`,
        { details: { bytes: encoded.length, limit: kvLimits.valueBytes } },
      );
    }
    return encoded;
  }

  #expiry(expiry: Expiry | undefined): { expiresAt?: number } {
    if (expiry?.expiresAt !== undefined) return { expiresAt: toMicros(expiry.expiresAt, "expiresAt") };
    if (expiry?.expireIn === undefined) return {};
    const duration = toDuration(expiry.expireIn, "expireIn");
    return { expiresAt: toMicros(this.#context.clock.now() + duration, "expireIn") };
  }

  #within(what: string, count: number, limit: number): void {
    if (count <= limit) return;
    throw coreError("LIMIT_EXCEEDED", `one commit takes at most ${limit} ${what}; split the work`, {
      details: { limit },
    });
  }

  #ordered(what: string): void {
    if (this.#context.driver.capabilities.ordered) return;
    throw coreError(
      "UNSUPPORTED",
      `${this.#context.driver.name} is an unordered store: it has no ${what}. Open it ordered`,
    );
  }
}

function sizeOf(mutation: KvDriverMutation): number {
  switch (mutation.kind) {
    case "delete":
      return mutation.key.length;
    case "append":
      return mutation.log.length + sequenceBytes + mutation.value.length;
    case "import":
      return mutation.entry.key.length + mutation.entry.value.length;
    default:
      return mutation.key.length + mutation.value.length;
  }
}
