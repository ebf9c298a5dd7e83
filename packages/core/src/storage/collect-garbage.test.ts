import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { condemnationLease, condemnedKey } from "../blobs/condemned.js";
import type { BlobDriver } from "../blobs/driver.js";
import { digestOf } from "../identity/hasher.js";
import type { KvDriver } from "../kv/driver.js";
import { memoryBlobs, memoryKv } from "../memory/index.js";
import type { Clock } from "../time/clock.js";
import { collectGarbage } from "./collect-garbage.js";
import { composeStorage } from "./compose.js";
import { addReference, dropReference, listReferences } from "./references.js";
import type { Storage } from "./storage.js";

const hour = 3_600_000_000;
const contents = ["alpha"];

/** A clock that moves when it is told to, and when somebody sleeps. */
function manualClock(): Clock & { advance(micros: number): void } {
  let now = 1_000 * hour;
  return {
    now: () => now,
    monotonic: () => now,
    advance: (micros) => {
      now += micros;
    },
    sleep: async (micros) => {
      now += micros;
    },
  };
}

function memoryStorage(): { storage: Storage; clock: ReturnType<typeof manualClock> } {
  const clock = manualClock();
  return { storage: composeStorage({ kv: memoryKv(), blobs: memoryBlobs({ clock }), clock }), clock };
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe("collectGarbage", () => {
  it("removes old blobs without a reference, and nothing else", async () => {
    const { storage, clock } = memoryStorage();
    const used = await storage.blobs.put("used");
    const unused = await storage.blobs.put("unused");
    await addReference(storage.kv.atomic(), used.digest, ["record"]).commit();
    clock.advance(25 * hour);
    const young = await storage.blobs.put("young");
    const report = await collectGarbage(storage);
    expect(report).toEqual({
      examined: 3,
      collected: 1,
      collectedBytes: unused.size,
      spared: 1,
      missing: [],
    });
    expect(await storage.blobs.has(unused.digest)).toBe(false);
    expect(await storage.blobs.has(used.digest)).toBe(true);
    expect(await storage.blobs.has(young.digest)).toBe(true);
  });

  it("only counts in a dry run", async () => {
    const { storage, clock } = memoryStorage();
    const { digest } = await storage.blobs.put("unused");
    clock.advance(25 * hour);
    expect((await collectGarbage(storage, { dryRun: true })).collected).toBe(1);
    expect(await storage.blobs.has(digest)).toBe(true);
  });

  it("leaves the blobs of other namespaces alone", async () => {
    const { storage, clock } = memoryStorage();
    const { digest } = await storage.namespace("team-a").blobs.put("unused");
    clock.advance(25 * hour);
    expect((await collectGarbage(storage)).examined).toBe(0);
    expect(await storage.namespace("team-a").blobs.has(digest)).toBe(true);
    expect((await collectGarbage(storage.namespace("team-a"))).collected).toBe(1);
  });

  it("keeps a blob for readers for a day after its reference was dropped", async () => {
    const { storage, clock } = memoryStorage();
    const { digest } = await storage.blobs.put("content");
    await addReference(storage.kv.atomic(), digest, ["record"]).commit();
    clock.advance(100 * hour);
    await dropReference(storage.kv.atomic(), digest, ["record"]).commit();
    expect((await collectGarbage(storage)).collected).toBe(0);
    clock.advance(25 * hour);
    expect((await collectGarbage(storage)).collected).toBe(1);
  });

  it("spares a blob that is put again, or renewed, until its grace is over", async () => {
    const { storage, clock } = memoryStorage();
    const { digest } = await storage.blobs.put("content");
    clock.advance(30 * hour);
    expect(await storage.blobs.renew(digest)).toBe(true);
    clock.advance(23 * hour);
    expect((await collectGarbage(storage)).spared).toBe(1);
    await storage.blobs.put("content");
    clock.advance(23 * hour);
    expect((await collectGarbage(storage)).spared).toBe(1);
    clock.advance(2 * hour);
    expect((await collectGarbage(storage)).collected).toBe(1);
  });

  it("reports a reference whose blob is not there", async () => {
    const { storage } = memoryStorage();
    const missing = digestOf("never put");
    await storage.blobs.put("another");
    await addReference(storage.kv.atomic(), missing, ["record"]).commit();
    expect((await collectGarbage(storage)).missing).toEqual([missing]);
  });

  it("collects thousands of blobs in batches and reports its progress", async () => {
    const { storage, clock } = memoryStorage();
    for (let index = 0; index < 150; index++) await storage.blobs.put(`content ${index}`);
    clock.advance(25 * hour);
    const seen: number[] = [];
    const { collected } = await collectGarbage(storage, {
      onProgress: (report) => seen.push(report.collected),
    });
    expect(collected).toBe(150);
    expect(seen).toEqual([64, 128, 150]);
  });

  it("is refused by an unordered store before anything is done", async () => {
    const storage = composeStorage({ kv: memoryKv({ ordered: false }), blobs: memoryBlobs() });
    await expect(collectGarbage(storage)).rejects.toMatchObject({ code: "UNSUPPORTED" });
  });

  it("stops when its signal aborts, and leaves no blob condemned", async () => {
    const { storage, clock } = memoryStorage();
    for (let index = 0; index < 100; index++) await storage.blobs.put(`content ${index}`);
    clock.advance(25 * hour);
    const stop = new AbortController();
    const reason = new Error("enough");
    const run = collectGarbage(storage, { signal: stop.signal, onProgress: () => stop.abort(reason) });
    await expect(run).rejects.toBe(reason);
    const marks = await all(storage.kv.list({ prefix: ["ref", "condemned"] }));
    expect(marks.filter((mark) => mark.value === "condemned")).toEqual([]);
  });
});

describe("a collector that died between condemning and deleting", () => {
  it("delays the writers of the blob by one lease, no more, and loses nothing", async () => {
    const { storage, clock } = memoryStorage();
    const { digest } = await storage.blobs.put("content");
    await storage.kv.atomic().set(condemnedKey(digest), "condemned", { expireIn: "1h" }).commit();
    const before = clock.monotonic();
    await storage.blobs.put("content");
    expect(clock.monotonic() - before).toBeGreaterThanOrEqual(condemnationLease);
    expect(clock.monotonic() - before).toBeLessThan(2 * condemnationLease);
    expect(await storage.blobs.has(digest)).toBe(true);
    expect(await storage.kv.get(condemnedKey(digest))).toBeUndefined();
  });

  it("is passed over by other collectors until its traces have expired", async () => {
    const { storage, clock } = memoryStorage();
    const { digest } = await storage.blobs.put("content");
    clock.advance(25 * hour);
    await storage.kv.atomic().set(condemnedKey(digest), "condemned", { expireIn: "1h" }).commit();
    expect((await collectGarbage(storage)).collected).toBe(0);
    clock.advance(2 * hour);
    expect((await collectGarbage(storage)).collected).toBe(1);
  });

  it("does not delete any more when it comes back after its lease", async () => {
    const clock = manualClock();
    const blobs = memoryBlobs({ clock });
    // Between the announcement and the look at the blob, the collector's process stands still for two minutes.
    let pause = false;
    const stat: BlobDriver["stat"] = async (...call) => {
      if (pause) clock.advance(2 * condemnationLease);
      return blobs.stat(...call);
    };
    const storage = composeStorage({ kv: memoryKv(), blobs: { ...blobs, stat }, clock });
    const { digest } = await storage.blobs.put("content");
    clock.advance(25 * hour);
    pause = true;
    expect((await collectGarbage(storage)).collected).toBe(0);
    pause = false;
    expect(await storage.blobs.has(digest)).toBe(true);
  });
});

describe("collection beside writers", () => {
  it("does not lose a blob that is put between the collector's last look and its deletion", async () => {
    const clock = manualClock();
    const [kv, blobs] = [memoryKv(), memoryBlobs({ clock })];
    let release: (() => void) | undefined;
    const collected = new Promise<void>((resolve) => (release = resolve));
    // The writer touches the blob, and looks for a condemnation only when the collector has come to its end.
    const writer = composeStorage({
      kv: { ...kv, read: async (request) => collected.then(() => kv.read(request)) },
      blobs,
      clock,
    });
    let put: Promise<unknown> = Promise.resolve();
    const collector = composeStorage({
      kv,
      blobs: {
        ...blobs,
        async delete(scope, digest) {
          put = writer.blobs.put("content");
          await new Promise((resolve) => setTimeout(resolve, 1));
          return blobs.delete(scope, digest);
        },
      },
      clock,
    });
    const { digest } = await collector.blobs.put("content");
    clock.advance(25 * hour);
    expect((await collectGarbage(collector)).collected).toBe(1);
    release?.();
    await put;
    expect(await collector.blobs.has(digest)).toBe(true);
  });

  // Every call of a driver takes effect, and returns, at a moment that fast-check picks.
  function interleaved(scheduler: fc.Scheduler, clock: Clock, kv: KvDriver, blobs: BlobDriver): Storage {
    const step = <T>(label: string, call: () => Promise<T>): Promise<T> =>
      scheduler
        .schedule(Promise.resolve(), `${label} begins`)
        .then(call)
        .then((result) => scheduler.schedule(Promise.resolve(result), `${label} ends`));
    return composeStorage({
      clock: {
        ...clock,
        sleep: (micros) => scheduler.schedule(Promise.resolve(), "sleep").then(() => clock.sleep(micros)),
      },
      kv: {
        ...kv,
        read: (request) => step("read", () => kv.read(request)),
        commit: (commit) => step("commit", () => kv.commit(commit)),
      },
      blobs: {
        ...blobs,
        put: (upload) => step("put", () => blobs.put(upload)),
        stat: (scope, digest) => step("stat", () => blobs.stat(scope, digest)),
        renew: (scope, digest) => step("renew", () => blobs.renew(scope, digest)),
        delete: (scope, digest) => step("delete", () => blobs.delete(scope, digest)),
      },
    });
  }

  async function write(
    storage: Storage,
    content: string,
    owner: string,
    how: "put" | "renew",
  ): Promise<void> {
    const digest = digestOf(content);
    if (how === "put") await storage.blobs.put(content);
    else if (!(await storage.blobs.renew(digest))) return;
    await addReference(storage.kv.atomic(), digest, [owner]).commit();
  }

  const action = fc.record({
    kind: fc.constantFrom("put", "renew", "drop", "collect", "collect"),
    content: fc.constantFrom(...contents),
    owner: fc.constantFrom("a", "b"),
  });

  it("never leaves a reference without its blob, whatever comes between", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(action, { minLength: 2, maxLength: 6 }),
        async (scheduler, actions) => {
          const clock = manualClock();
          const [kv, blobs] = [memoryKv(), memoryBlobs({ clock })];
          const plain = composeStorage({ kv, blobs, clock });
          for (const content of contents) await plain.blobs.put(content);
          clock.advance(25 * hour);
          const storage = interleaved(scheduler, clock, kv, blobs);
          const work = actions.map(({ kind, content, owner }) => {
            if (kind === "collect") return collectGarbage(storage);
            if (kind !== "drop") return write(storage, content, owner, kind as "put" | "renew");
            return dropReference(storage.kv.atomic(), digestOf(content), [owner], { keepFor: 0 }).commit();
          });
          await scheduler.waitFor(Promise.all(work));
          for (const content of contents) {
            const owners = await all(listReferences(plain, digestOf(content)));
            if (owners.length > 0) expect(await plain.blobs.has(digestOf(content))).toBe(true);
          }
          const marks = await all(plain.kv.list({ prefix: ["ref", "condemned"] }));
          expect(marks.filter((mark) => mark.value === "condemned")).toEqual([]);
        },
      ),
      { numRuns: 600 },
    );
  });
});
