import { createIdentifierHex } from "../../identity/identifier.js";
import { createKvStore } from "../../kv/create-kv-store.js";
import type { KvDriver } from "../../kv/driver.js";
import type { Key } from "../../kv/key.js";
import type { KvAtomic, KvStore } from "../../kv/kv-store.js";
import { type Clock, systemClock } from "../../time/clock.js";
import { assertEqual } from "../runner/assertions.js";
import { registerCases, type SuiteOptions } from "../runner/test-runner.js";
import { checkSteps, type FastCheck, type StepNumbers } from "./fast-check.js";
import { KvModel } from "./kv-model.js";

/** How to run {@link kvModelTest}. */
export interface KvModelTestOptions extends SuiteOptions {
  /** The module `fast-check`, which is the caller's. */
  readonly fastCheck: FastCheck;
  /** Opens a fresh ordered store; each name is opened once. Names are as those of {@link kvConformance}. */
  readonly open: (place: string) => Promise<KvDriver>;
  /** Makes the sequences reproducible. Default: fast-check's own, which it reports when it fails. */
  readonly seed?: number | undefined;
  /** Sequences. Default: 50. */
  readonly runs?: number | undefined;
  /** Longest sequence. Default: 40. */
  readonly steps?: number | undefined;
  readonly remove?: ((place: string) => Promise<void>) | undefined;
}

/**
 * Random sequences of commits and reads, on the driver and on a simple model, must give the same; a sequence on which they
 * differ is shrunk to a short one.
 *
 * @example
 * ```ts
 * import { test } from "node:test";
 * import fastCheck from "fast-check";
 * import { memoryKv } from "@millwright/core/memory";
 * import { kvModelTest } from "@millwright/core/testing";
 *
 * kvModelTest({ test, fastCheck, open: async () => memoryKv(), seed: 7 });
 * ```
 */
export function kvModelTest(options: KvModelTestOptions): void {
  const { seed, runs = 50, steps = 40 } = options;
  const one = {
    name: "model: any sequence of commits and reads does what a sorted array would do",
    run: () => checkSteps(options.fastCheck, { seed, runs, steps }, (sequence) => compare(options, sequence)),
  };
  registerCases<undefined>("KvModel", [one], options, (run) => run(undefined));
}

async function compare(options: KvModelTestOptions, steps: readonly StepNumbers[]): Promise<void> {
  const place = `case_${createIdentifierHex().slice(-16)}`;
  const clock = steppedClock();
  const kv = createKvStore(await options.open(place), { namespace: "model", clock });
  try {
    const run: Run = { kv, model: new KvModel(), clock, versions: [] };
    for (const step of steps) await take(run, step);
    await compareAll(run);
  } finally {
    await kv.close();
    await options.remove?.(place);
  }
}

interface Run {
  readonly kv: KvStore;
  readonly model: KvModel;
  readonly clock: Clock & { advance(microseconds: number): void };
  /** Versions that were given so far: checks are made with them, whether they still hold or not. */
  readonly versions: string[];
}

const minute = 60_000_000;
const keys: readonly Key[] = [
  ["a"],
  ["a", 1],
  ["a", 1, "x"],
  ["a\u0000"],
  ["b", -1],
  ["b", 2n],
  [Uint8Array.of(0)],
  ["log", 1],
];

async function take(run: Run, [kind, first, second, third]: StepNumbers): Promise<void> {
  const key = keys[first]!;
  switch (kind) {
    case 0:
      return assertEqual(await seen(run, key), expected(run, key), "get");
    case 1:
      return compareRange(run, first, second, third);
    case 2:
      return run.clock.advance(third * minute);
    case 3:
      return commit(run, [{ kind: "append", key: ["log"], value: second, minutes: third }], undefined);
    case 4:
      return commit(run, [{ kind: "delete", key, value: 0, minutes: 0 }], undefined);
    case 5:
      return commit(run, [{ kind: "setIfNewer", key, value: second, minutes: third }], undefined);
    case 6:
      return commit(run, [{ kind: "set", key, value: second, minutes: third }], {
        key: keys[second]!,
        version: run.versions.at(-third) ?? null,
      });
    case 7:
      return commit(run, changesOf(first, second, third), {
        key,
        version: run.model.get(key, run.clock.now())?.version ?? null,
      });
    case 8:
      return commit(run, changesOf(first, second, third), undefined);
    default:
      return commit(run, [{ kind: "set", key, value: second, minutes: third }], undefined);
  }
}

interface Change {
  readonly kind: "set" | "delete" | "setIfNewer" | "append";
  readonly key: Key;
  /** The value, and the order of a setIfNewer. */
  readonly value: number;
  /** Until the entry ends; 0 for never. */
  readonly minutes: number;
}

/**
 * Several changes, of different keys. None names an entry of a log that the same commit appends to: it could be the one that
 * the append makes, and no two changes of a commit name the same key.
 */
function changesOf(first: number, second: number, third: number): Change[] {
  const kinds = ["set", "delete", "setIfNewer", "append"] as const;
  const changes = Array.from({ length: 1 + third }, (_, index) => {
    const kind = kinds[(second + index) % 4]!;
    const key =
      kind === "append"
        ? [(first + index) % 2 === 0 ? "log" : "other"]
        : keys[(first + index) % keys.length]!;
    return { kind, key, value: (second + index) % 8, minutes: (first + second) % 3 };
  });
  const logs = changes.flatMap(({ kind, key }) => (kind === "append" ? [key[0]] : []));
  return changes.filter(({ kind, key }) => kind === "append" || !logs.includes(key[0]));
}

async function commit(
  run: Run,
  changes: readonly Change[],
  check: { key: Key; version: string | null } | undefined,
): Promise<void> {
  const now = run.clock.now();
  let atomic = run.kv.atomic();
  if (check !== undefined) atomic = atomic.check(check.key, check.version);
  for (const change of changes) atomic = add(atomic, change, now);
  const result = await atomic.commit();
  const holds = check === undefined || (run.model.get(check.key, now)?.version ?? null) === check.version;
  if (!holds) return assertEqual(result, { ok: false, failed: [check!.key] }, "a check that does not hold");
  const version = result.ok ? result.version : "";
  const sequences: number[] = [];
  const stale: Key[] = [];
  for (const { kind, key, value, minutes } of changes) {
    const expiresAt = minutes === 0 ? undefined : now + minutes * minute;
    if (kind === "append") {
      const log = key[0] as string;
      const sequence = run.model.nextSequence(log);
      sequences.push(sequence);
      run.model.set({ key: [log, sequence], value, version, expiresAt, order: undefined });
    } else if (kind === "delete") run.model.delete(key);
    else if (kind === "setIfNewer" && (run.model.get(key, now)?.order ?? -1) > value) stale.push(key);
    else run.model.set({ key, value, version, expiresAt, order: kind === "setIfNewer" ? value : undefined });
  }
  assertEqual(result, { ok: true, version, sequences, stale }, "the outcome of a commit");
  run.versions.push(version);
}

function add(atomic: KvAtomic, { kind, key, value, minutes }: Change, now: number): KvAtomic {
  const expiry = minutes === 0 ? undefined : { expiresAt: now + minutes * minute };
  if (kind === "append") return atomic.append(key, value, expiry);
  if (kind === "delete") return atomic.delete(key);
  return kind === "set" ? atomic.set(key, value, expiry) : atomic.setIfNewer(key, value, [value], expiry);
}

async function seen({ kv }: Run, key: Key): Promise<unknown> {
  return kv.get(key);
}

function expected({ model, clock }: Run, key: Key): unknown {
  const entry = model.get(key, clock.now());
  return entry && { key, value: entry.value, version: entry.version, expiresAt: entry.expiresAt };
}

async function compareRange(run: Run, first: number, second: number, third: number): Promise<void> {
  const reverse = (first + second) % 2 === 1;
  const limit = third === 0 ? undefined : third;
  const found: unknown[] = [];
  const prefix = ["a", "b", "log", "other"][second % 4]!;
  for await (const entry of run.kv.list({ prefix: [prefix] }, { reverse, limit, pageSize: 1 + first }))
    found.push(entry);
  const entries = run.model
    .list(run.clock.now())
    .filter((entry) => entry.key.length > 1 && entry.key[0] === prefix);
  if (reverse) entries.reverse();
  assertEqual(found, entries.slice(0, limit).map(shown), "a listing");
}

async function compareAll(run: Run): Promise<void> {
  const found: unknown[] = [];
  for await (const entry of run.kv.list({ prefix: [] })) found.push(entry);
  assertEqual(found, run.model.list(run.clock.now()).map(shown), "all entries at the end");
}

function shown({
  key,
  value,
  version,
  expiresAt,
}: {
  key: Key;
  value: number;
  version: string;
  expiresAt: number | undefined;
}): unknown {
  return { key, value, version, expiresAt };
}

/** Stands still between steps, so that model and store see one time; pauses between tries are real. */
function steppedClock(): Clock & { advance(microseconds: number): void } {
  const host = systemClock();
  let now = host.now();
  return {
    ...host,
    now: () => now,
    advance(microseconds) {
      now += microseconds;
    },
  };
}
