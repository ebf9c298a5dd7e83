import type { Storage } from "@millwright/core";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { createTracker, type Tracker } from "../../index.js";
import type { RunInfo } from "../../runs/run-record.js";
import { bundleChild } from "../backends/bundled-child.js";
import { type FollowedChild, followChild } from "../backends/followed-child.js";
import type { TestBackend } from "../backends/test-backend.js";
import type { WritingInput } from "../writing.child.js";
import { arbitraryQuery, expectSameAsNaive, foundRuns, type RunQuery, runsNow } from "./naive-search.js";

const progress = { entity: "metric", key: "progress" } as const;

/** How many write how much. */
export interface ConcurrencySize {
  readonly processes: number;
  /** Active runs of each process. */
  readonly runs: number;
  readonly rounds: number;
  readonly steps: number;
}

/** Writers in several processes and searches beside them. The backend must be one that other processes can open. */
export function concurrencyCases(create: () => Promise<TestBackend>, size: ConcurrencySize): void {
  const { processes, runs, rounds, steps } = size;
  test(`${processes * runs} live runs of ${processes} processes, and one that all write to, lose nothing, and searches beside them see all that is stored`, async () => {
    const backend = await create();
    onTestFinished(() => backend.remove());
    const storage = await backend.open();
    const searcher = createTracker({ storage: await backend.open(), capture: false });
    const shared = await createTracker({ storage, capture: false }).run(
      { experiment: "shared" },
      (run) => run.id,
    );
    const start = await bundleChild(new URL("../writing.child.ts", import.meta.url));
    const children = Array.from({ length: processes }, (_, writer) => {
      const input: WritingInput = {
        place: backend.place!,
        writer,
        seed: writer + 1,
        runs,
        rounds,
        steps,
        shared,
      };
      const child = start({ ...input });
      onTestFinished(() => void child.kill("SIGKILL"));
      return followChild(child);
    });
    await Promise.all(children.map((child) => child.said("ready")));
    let searches = 0;
    for (let round = 1; round <= rounds; round++) {
      await storage.kv.atomic().set(["test", "round"], round).commit();
      let resting = false;
      const rest = Promise.all(children.map((child) => child.said(`round ${round}`))).finally(() => {
        resting = true;
      });
      rest.catch(() => {});
      while (!resting) {
        await searchBesideWriters(searcher, children, searches);
        searches++;
        // A store that answers without waiting would leave the children's lines unread.
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await rest;
      await expectExact(searcher, storage, 12);
    }
    await storage.kv
      .atomic()
      .set(["test", "round"], rounds + 1)
      .commit();
    await Promise.all(children.map(({ ended }) => ended));
    expect(searches).toBeGreaterThanOrEqual(rounds);
    await expectExact(searcher, storage, 12);
    await expectEverything(searcher, shared, size);
    const left = (await storage.journals.list()).filter((name) => name.startsWith("tracking."));
    expect(left).toEqual([]);
    await searcher.close();
  });
}

/** The last step of each run that its writer has said to be stored. */
function storedSteps(children: readonly FollowedChild[]): Map<string, number> {
  const steps = new Map<string, number>();
  for (const { lines } of children)
    for (const line of lines) {
      const [what, run, step] = line.split(" ");
      if (what === "stored") steps.set(run!, Number(step));
    }
  return steps;
}

/** A search sees at least what was stored when it began, and each run whole. */
async function searchBesideWriters(
  tracker: Tracker,
  children: readonly FollowedChild[],
  turn: number,
): Promise<void> {
  const stored = storedSteps(children);
  // Half of the time what only the newest points meet.
  const least = turn % 2 === 0 ? Math.max(0, ...stored.values()) : turn % 4;
  const query: RunQuery = {
    filter: { kind: "compare", field: progress, operator: ">=", value: least },
    order: turn % 2 === 0 ? [{ field: progress, descending: true }] : [],
    deleted: "exclude",
    asText: turn % 3 === 0,
    limit: 1_000,
  };
  const found = new Map((await foundRuns(tracker, query)).map((run) => [run.id, run]));
  for (const [id, step] of stored) {
    if (step < least) continue;
    const run = found.get(id);
    expect(run, `run ${id}, stored up to ${step}`).toBeDefined();
    expectWhole(run!, step);
  }
  for (const run of found.values()) expectWhole(run, least);
}

/** What is logged by one call is stored by one commit, and the tag of a step not without its points. */
function expectWhole({ metrics, params, tags }: RunInfo, least: number): void {
  const last = Number(metrics.progress!.latest.step);
  expect(last).toBeGreaterThanOrEqual(least);
  expect([metrics.twin!.latest.value, metrics.noise!.latest.step]).toEqual([last, BigInt(last)]);
  expect(Number(tags.step ?? 0)).toBeLessThanOrEqual(last);
  expect(Number(tags.step ?? 0)).toBeGreaterThanOrEqual(Math.max(least, last - 1));
  expect(Object.keys(params).sort()).toEqual(["index", "writer"]);
}

/** While nobody writes, a search gives what looking at every run gives, whoever searches. */
async function expectExact(tracker: Tracker, storage: Storage, queries: number): Promise<void> {
  const runs = await runsNow(storage);
  const fresh = createTracker({ storage, capture: false });
  for (const [index, query] of fc.sample(arbitraryQuery, queries).entries())
    await expectSameAsNaive(index % 3 === 0 ? fresh : tracker, runs, query);
  for (const value of [1, 2, 3])
    await expectSameAsNaive(tracker, runs, {
      filter: { kind: "compare", field: { entity: "metric", key: "noise" }, operator: ">=", value },
      order: [{ field: progress, descending: true }],
      ...{ deleted: "exclude", asText: true, limit: 7 },
    });
  await fresh.close();
}

/** Every point, tag and file of every writer is there, once. */
async function expectEverything(tracker: Tracker, shared: string, size: ConcurrencySize): Promise<void> {
  const { processes, runs, rounds, steps } = size;
  const all = Array.from({ length: rounds * steps }, (_, index) => index + 1);
  const run = await tracker.getRun(shared);
  expect(run?.status).toBe("FINISHED");
  expect(Object.keys(run!.artifacts)).toHaveLength(processes * all.length);
  for (let writer = 0; writer < processes; writer++) {
    expect([...(await tracker.getHistory(shared, `progress.${writer}`)).values]).toEqual(all);
    expect(run!.tags[`writer.${writer}`]).toBe(`${all.length}`);
  }
  let count = 0;
  for await (const { id, status, tags } of tracker.listRuns("live")) {
    count++;
    expect([status, tags.step]).toEqual(["FINISHED", `${all.length}`]);
    expect([...(await tracker.getHistory(id, "progress")).values]).toEqual(all);
  }
  expect(count).toBe(processes * runs);
}
