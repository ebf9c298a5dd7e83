import { composeStorage, createRandom, type Storage } from "@millwright/core";
import { memoryBlobs, memoryKv } from "@millwright/core/memory";
import { compareDocuments, matches, parseOrder, parseSearch } from "@millwright/core/search";
import { beforeEach, describe, expect, test } from "vitest";
import { type RunInfo, searchPrefix } from "../runs/run-record.js";
import { RunStore } from "../runs/run-store.js";
import { createTracker, type Tracker } from "../tracker/create-tracker.js";
import { documentOf } from "./run-document.js";
import type { RunSearchOptions } from "./search-options.js";
import { runVocabulary } from "./vocabulary.js";

let storage: Storage;
let tracker: Tracker;
let now = 0;

beforeEach(() => {
  now = 1_800_000_000_000_000;
  const clock = { now: () => (now += 1_000), monotonic: () => now, sleep: () => new Promise<void>(() => {}) };
  storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs(), clock });
  tracker = createTracker({ storage, capture: false });
});

async function record(name: string, auc: number, depth: number, experiment = "e"): Promise<string> {
  return tracker.run({ experiment, name, params: { depth }, tags: { team: name } }, (run) => {
    run.logMetric("auc", auc, { step: 7 });
    return run.id;
  });
}

const namesOf = async (options: RunSearchOptions): Promise<(string | undefined)[]> =>
  (await tracker.searchRuns(options)).runs.map(({ name }) => name);

describe("a search", () => {
  test("filters and orders by metrics, parameters, tags and attributes", async () => {
    await record("a", 0.7, 3);
    await record("b", 0.9, 4);
    await record("c", Number.NaN, 12);
    await tracker.run({ experiment: "other", name: "d" }, () => {});
    expect(await namesOf({})).toEqual(["d", "c", "b", "a"]);
    expect(await namesOf({ filter: "metrics.auc > 0.5", orderBy: "metrics.auc DESC" })).toEqual(["b", "a"]);
    expect(await namesOf({ orderBy: ["metrics.auc"] })).toEqual(["a", "b", "c", "d"]);
    expect(await namesOf({ filter: "params.depth >= 4", orderBy: "params.depth" })).toEqual(["b", "c"]);
    expect(await namesOf({ filter: "tags.team LIKE 'b%' OR run_name = 'a'" })).toEqual(["b", "a"]);
    expect(await namesOf({ experiments: ["other"], filter: "status = 'FINISHED'" })).toEqual(["d"]);
    expect(await namesOf({ filter: "steps = 7 AND NOT metrics.auc IS NULL", limit: 2 })).toEqual(["c", "b"]);
    expect(
      await namesOf({ filter: "duration < 3600 and start_time > 1700000000000", experiments: ["e"] }),
    ).toEqual(["c", "b", "a"]);
  });

  test("pages by cursors, and says how many there are", async () => {
    for (let index = 0; index < 25; index++) await record(`run ${index}`, index, 1);
    const found: (string | undefined)[] = [];
    let cursor: string | undefined;
    do {
      const page = await tracker.searchRuns({ orderBy: "metrics.auc", limit: 10, cursor });
      expect(page.total).toBe(25);
      found.push(...page.runs.map(({ name }) => name));
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(found).toEqual(Array.from({ length: 25 }, (_, index) => `run ${index}`));
    const { cursor: other } = await tracker.searchRuns({ limit: 1 });
    await expect(tracker.searchRuns({ orderBy: "metrics.auc", cursor: other })).rejects.toMatchObject({
      code: "INVALID_CURSOR",
    });
  });

  test("sees what other trackers record, delete and restore, at once", async () => {
    expect(await namesOf({})).toEqual([]);
    const other = createTracker({ storage, capture: false });
    const id = await other.run({ experiment: "e", name: "x" }, (run) => run.id);
    expect(await namesOf({})).toEqual(["x"]);
    await other.deleteRun(id);
    expect(await namesOf({})).toEqual([]);
    expect(await namesOf({ deleted: "only" })).toEqual(["x"]);
    expect(await namesOf({ deleted: "include" })).toEqual(["x"]);
    await other.restoreRun(id);
    expect(await namesOf({})).toEqual(["x"]);
    await other.removeRun(id);
    expect(await namesOf({ deleted: "include" })).toEqual([]);
  });

  test("finds runs by what data they used: one of a run's datasets has to fit", async () => {
    const digestOf = (digit: string) => `sha256:${digit.repeat(64)}` as const;
    const use = (name: string, ...data: [name: string, digit: string, role?: string][]): Promise<void> =>
      tracker.run({ experiment: "e", name }, (run) => {
        for (const [dataset, digit, role] of data)
          run.logDataset({ name: dataset, digest: digestOf(digit) }, role === undefined ? {} : { role });
      });
    await use("a", ["loans", "1", "train"], ["holidays", "2", "train"]);
    await use("b", ["loans", "1", "test"]);
    await use("c", ["loans", "3", "test"], ["clients", "4", "train"]);
    await use("d");
    await use("f", ["clients", "4"]);
    const found = async (filter: string): Promise<(string | undefined)[]> =>
      (await namesOf({ filter })).sort();
    expect(await found("dataset.name = 'loans'")).toEqual(["a", "b", "c"]);
    expect(await found(`datasets.digest = '${digestOf("1")}'`)).toEqual(["a", "b"]);
    // As in MLflow, each condition looks for a dataset of its own: in c the loans were for the test.
    expect(await found("dataset.name = 'loans' AND dataset.context = 'train'")).toEqual(["a", "c"]);
    expect(await found("dataset.role IN ('train', 'validation')")).toEqual(["a", "c"]);
    // "Some other", and "none of this name".
    expect(await found("dataset.name != 'loans'")).toEqual(["a", "c", "f"]);
    expect(await found("NOT dataset.name = 'loans'")).toEqual(["f"]);
    expect(await found("dataset.name IS NULL OR NOT dataset.name = 'loans'")).toEqual(["d", "f"]);
    expect(await found("dataset.name IS NOT NULL AND dataset.context IS NULL")).toEqual(["f"]);
    expect(await found("dataset.name LIKE 'cl%' AND dataset.name NOT IN ('clients')")).toEqual(["c"]);
    const refused = "dataset.name has several";
    for (const orderBy of [
      "dataset.name",
      ["metrics.auc", "datasets.name DESC"],
      [{ field: { entity: "dataset", key: "name" }, descending: true }],
    ])
      await expect(tracker.searchRuns({ orderBy })).rejects.toMatchObject({
        code: "INVALID_ARGUMENT",
        message: expect.stringContaining(refused),
      });
  });

  test("refuses what it does not understand, and says where", async () => {
    await expect(tracker.searchRuns({ filter: "metrics.auc >" })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringContaining("14"),
    });
    await expect(tracker.searchRuns({ filter: "color = 'red'" })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
    await expect(tracker.searchRuns({ orderBy: "metrics" })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
    await expect(
      tracker.searchRuns({ orderBy: ["status", "metrics.a", "status DESC"] }),
    ).rejects.toMatchObject({
      message: "orderBy[2]: expected a field that is not in the order already at character 1, found status",
    });
    await expect(tracker.searchRuns({ experiments: [] })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(tracker.searchRuns({ deleted: "no" as never })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });
});

test("whoever writes runs keeps the log of the search bounded while nobody searches", async () => {
  const log = [...searchPrefix, "log"];
  const id = await record("a", 1, 1);
  // As if 65,536 + 4,096 commits had been made, and the one that comes were the last of them: it cuts.
  const last = 65_536 + 4_096;
  const atomic = storage.kv.atomic();
  for (const sequence of [2_000, 4_096, 4_097, last]) atomic.set([...log, sequence], id);
  await atomic.commit();
  const kv: Storage["kv"] = {
    ...storage.kv,
    atomic() {
      const one = storage.kv.atomic();
      const commit = one.commit.bind(one);
      one.commit = async (options) => {
        const result = await commit(options);
        return result.ok && result.sequences.length > 0 ? { ...result, sequences: [last] } : result;
      };
      return one;
    },
  };
  await createTracker({ storage: { ...storage, kv }, capture: false }).deleteRun(id);
  const places: unknown[] = [];
  for await (const { key } of storage.kv.list({ prefix: log })) places.push(key.at(-1));
  expect(places).toEqual([4_097, last]);
});

test("a search finds what a walk over all runs finds, whatever is asked", async () => {
  const random = createRandom(7);
  const runs = new RunStore(storage);
  const all: RunInfo[] = [];
  for (let index = 0; index < 120; index++)
    await record(
      `n${random.integer(4)}`,
      random.integer(8) === 0 ? Number.NaN : random.next(),
      random.integer(5),
    );
  // Some of them used data: one or two of three sets.
  const used = await tracker.searchRuns({ filter: "params.depth != 0", limit: 1_000 });
  for (const { id } of used.runs) {
    const run = await tracker.resumeRun(id);
    for (let count = 1 + random.integer(2); count > 0; count--) {
      const data = { name: `d${random.integer(3)}`, digest: `sha256:${"0".repeat(64)}` } as const;
      run.logDataset(data, { role: ["train", "test"][random.integer(2)] });
    }
    await run.end();
  }
  for await (const { value } of runs.list()) all.push(value);
  const filters = [
    "metrics.auc > 0.5",
    "metrics.auc != 0.5 OR params.depth = 3",
    "NOT (params.depth IN (1, 2)) AND tags.team ILIKE 'N%'",
    "tags.team = 'n1' AND metrics.auc BETWEEN 0.2 AND 0.8",
    "metrics.none IS NULL",
    "params.depth > '2'",
    "dataset.name = 'd1' AND NOT dataset.context = 'test'",
    "dataset.name != 'd1' OR dataset.context IS NULL",
  ];
  const orders = [["metrics.auc DESC"], ["tags.team", "metrics.auc"], ["params.depth DESC", "start_time"]];
  for (const filter of filters) {
    for (const orderBy of orders) {
      const expression = parseSearch(filter, runVocabulary)!;
      const order = [
        ...parseOrder(orderBy, runVocabulary),
        ...(orderBy.includes("start_time") ? [] : parseOrder(["start_time DESC"], runVocabulary)),
      ];
      const expected = all
        .map(documentOf)
        .filter((document) => matches(expression, document))
        .sort((left, right) => compareDocuments(left, right, order));
      const page = await tracker.searchRuns({ filter, orderBy, limit: 1_000 });
      expect(page.runs.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
    }
  }
});
