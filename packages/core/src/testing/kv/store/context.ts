import { createKvStore, type KvStoreOptions } from "../../../kv/create-kv-store.js";
import type { KvDriver } from "../../../kv/driver.js";
import type { Key } from "../../../kv/key.js";
import type { KvEntry, KvListOptions, KvSelector, KvStore, KvValue } from "../../../kv/kv-store.js";
import { type Clock, systemClock } from "../../../time/clock.js";
import { assert, assertEqual } from "../../runner/assertions.js";
import type { KvCase } from "../case-context.js";

/** The host's clock, ahead of it by what it was advanced. */
export interface OffsetClock extends Clock {
  advance(microseconds: number): void;
}

/** What a case about the store works with: the user's port over the driver under test. */
export interface StoreCase {
  readonly kv: KvStore;
  readonly clock: OffsetClock;
  readonly driver: KvDriver;
  readonly writers: number;
  readonly rounds: number;
  /** A store of the same namespace over a driver: by default the one under test. */
  over(driver?: KvDriver, options?: KvStoreOptions): KvStore;
  /** Stores of the same namespace to spread concurrent work over: over two drivers, where the data is shared. */
  spread(): Promise<readonly KvStore[]>;
  /** The store after a restart of a durable driver; over the same driver otherwise. */
  restart(): Promise<KvStore>;
}

const neighbours = ["team", "team-", "team-b", "team-a0"];

/** Runs a case with a store of no namespace, or of one among others that must stay as they were. */
export async function withStoreCase(
  context: KvCase,
  namespace: string | undefined,
  run: (context: StoreCase) => Promise<void>,
): Promise<void> {
  const clock = offsetClock();
  const over = (driver = context.driver, options: KvStoreOptions = {}): KvStore =>
    createKvStore(driver, { namespace, clock, ownsDriver: false, ...options });
  const others = namespace === undefined ? [] : neighbours;
  const before = await Promise.all(
    others.map((other) => fillNeighbour(createKvStore(context.driver, { namespace: other }))),
  );
  let current = context.driver;
  await run({
    kv: over(),
    clock,
    driver: context.driver,
    writers: context.writers,
    rounds: context.rounds,
    over,
    spread: async () => (await context.spread()).map((driver) => over(driver)),
    async restart() {
      if (context.capabilities.durable) current = await context.restart();
      return over(current);
    },
  });
  for (const [index, other] of others.entries()) {
    const after = await stateOf(createKvStore(current, { namespace: other }));
    assertEqual(after, before[index], `the namespace ${other} is as it was`);
  }
}

async function fillNeighbour(kv: KvStore): Promise<unknown> {
  for (const key of ["a", "b", "counter", "log"]) await kv.atomic().set([key], "neighbour").commit();
  if (kv.ordered) await kv.atomic().append(["log"], "neighbour").commit();
  return stateOf(kv);
}

async function stateOf(kv: KvStore): Promise<unknown> {
  if (kv.ordered) return collect(kv, { prefix: [] });
  return kv.getMany([["a"], ["b"], ["counter"], ["log"]]);
}

function offsetClock(): OffsetClock {
  const host = systemClock();
  let offset = 0;
  return {
    ...host,
    now: () => host.now() + offset,
    advance(microseconds) {
      offset += microseconds;
    },
  };
}

/** All entries of a listing. */
export async function collect(
  kv: KvStore,
  selector: KvSelector,
  options?: KvListOptions,
): Promise<KvEntry[]> {
  const entries: KvEntry[] = [];
  for await (const entry of kv.list(selector, options)) entries.push(entry);
  return entries;
}

/** The keys of a listing. */
export async function keysOf(kv: KvStore, selector: KvSelector, options?: KvListOptions): Promise<Key[]> {
  return (await collect(kv, selector, options)).map((entry) => entry.key);
}

/** Sets keys, in commits of 200. */
export async function setAll(kv: KvStore, keys: readonly Key[], value: KvValue = 1): Promise<void> {
  for (let first = 0; first < keys.length; first += 200) {
    const atomic = kv.atomic();
    for (const key of keys.slice(first, first + 200)) atomic.set(key, value);
    assert((await atomic.commit()).ok, "a commit without checks is applied");
  }
}
