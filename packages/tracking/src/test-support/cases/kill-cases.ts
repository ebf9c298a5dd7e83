import { expect } from "vitest";
import { type KillReport, killRounds } from "../../../../core/src/testing/test-support/kill/kill-rounds.js";
import type { PrivateServer } from "../../../../core/src/testing/test-support/servers/private-redis.js";
import { createTracker, type Tracker } from "../../index.js";
import { bundleChild } from "../backends/bundled-child.js";
import { newServerPlace, openPlace, removePlace, type StoragePlace } from "../backends/storage-place.js";
import type { DrainingInput } from "../draining.child.js";
import { expectedIds, foundRuns, type RunQuery, runsNow } from "./naive-search.js";

/** How to kill what. */
export interface TrackingKillOptions {
  readonly kind: "redis" | "postgres";
  readonly server: PrivateServer;
  readonly victim: "client" | "server";
  readonly kills: number;
  readonly seed: number;
}

/** Files keep to this machine: what is killed here is the store of keys, and what writes to it. */
export async function trackingKillRounds(options: TrackingKillOptions): Promise<KillReport> {
  const { kind, server, victim, kills, seed } = options;
  const start = await bundleChild(new URL("../draining.child.ts", import.meta.url));
  const place = await newServerPlace(kind, server.url, undefined);
  let isDown = false;
  try {
    return await killRounds({
      kills,
      seed,
      window: 200,
      work: 20,
      start({ random }) {
        const writers = [1, 2].map(() => {
          const input: DrainingInput = { place, seed: random.integer(2 ** 31) };
          return start({ ...input });
        });
        if (victim === "client") return { writers };
        const comesBack = random.integer(2) === 0;
        return {
          writers,
          async kill() {
            await server.kill();
            isDown = !comesBack;
            if (!comesBack) return;
            await new Promise((resolve) => setTimeout(resolve, random.integer(100)));
            await server.restart();
            // The writers go on by themselves.
            for (let line = 0; line < 3; line++)
              await Promise.all(
                writers.map(({ stdout }) => new Promise((resolve) => stdout!.once("data", resolve))),
              );
          },
        };
      },
      async verify(acknowledged) {
        if (isDown) await server.restart();
        isDown = false;
        await verify(place, acknowledged.flat());
      },
    });
  } finally {
    if (!isDown) await removePlace(place);
  }
}

/** Drains what the journals hold, by two trackers at once, and looks for everything that was acknowledged. */
async function verify(place: StoragePlace, acknowledged: readonly string[]): Promise<void> {
  const storages = [await openPlace(place), await openPlace(place)];
  const errors: unknown[] = [];
  const trackers = storages.map((storage) =>
    createTracker({ storage, capture: false, onError: (error) => errors.push(error) }),
  );
  try {
    await Promise.all(trackers.map((tracker) => tracker.recover()));
    expect(errors.map(String)).toEqual([]);
    const journals = await storages[0]!.journals.list();
    expect(journals.filter((name) => name.startsWith("tracking."))).toEqual([]);
    for (const [id, { stored, ended }] of saidOf(acknowledged))
      await expectStored(trackers[0]!, id, stored, ended);
    const runs = await runsNow(storages[0]!);
    for (const status of ["FINISHED", "FAILED"]) {
      const query: RunQuery = {
        filter: {
          kind: "compare",
          field: { entity: "attribute", key: "status" },
          operator: "=",
          value: status,
        },
        order: [{ field: { entity: "metric", key: "loss" }, descending: true }],
        ...{ deleted: "exclude", asText: true, limit: 1_000 },
      };
      const found = await foundRuns(trackers[1]!, query);
      expect(found.map(({ id }) => id)).toEqual(expectedIds(runs, query));
    }
  } finally {
    for (const tracker of trackers) await tracker.close();
    for (const storage of storages) await storage.close();
  }
}

/** How many points of each run were acknowledged, and whether its end was. A run of which nothing was is not looked for. */
function saidOf(lines: readonly string[]): Map<string, { stored: number; ended: boolean }> {
  const runs = new Map<string, { stored: number; ended: boolean }>();
  for (const line of lines) {
    const [what, id, count] = line.split(" ");
    if (what !== "run") runs.set(id!, { stored: Number(count), ended: what === "ended" });
  }
  return runs;
}

async function expectStored(tracker: Tracker, id: string, stored: number, ended: boolean): Promise<void> {
  const run = await tracker.getRun(id);
  expect(run, `run ${id}, acknowledged up to ${stored}`).toBeDefined();
  // Of a process that is gone, unless it came to the end.
  expect(ended ? ["FINISHED"] : ["FINISHED", "FAILED"]).toContain(run!.status);
  const [loss, twin] = await Promise.all([tracker.getHistory(id, "loss"), tracker.getHistory(id, "twin")]);
  const count = loss.values.length;
  expect(count).toBeGreaterThanOrEqual(stored);
  if (ended) expect(count).toBe(stored);
  const steps = Array.from({ length: count }, (_, step) => step);
  expect([...loss.values]).toEqual(steps);
  expect([...twin.values]).toEqual(steps.map((step) => -step));
  expect(run!.metrics.loss?.latest.value).toBe(count - 1);
  expect(Number(run!.tags.last ?? 0)).toBeLessThan(count);
  for (const path of Object.keys(run!.artifacts))
    expect(await (await tracker.getArtifact(id, path))!.text()).toBe(`file ${/\d+/.exec(path)![0]}`);
}
