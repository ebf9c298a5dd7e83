import type { CallOptions } from "@millwright/core";
import { invalidArgument, trackingError } from "../errors.js";
import { checkDownsampling, downsample } from "../metrics/downsample.js";
import { type MetricHistory, type RunMetricHistory, readHistories, readHistory } from "../metrics/history.js";
import { assertName } from "../names.js";
import { pointsTable, type RunInfo } from "../runs/run-record.js";
import type { RunStore } from "../runs/run-store.js";
import type { HistoriesOptions, HistoryOptions } from "./reader.js";

/** Runs whose points are read at once: as many are in memory in full. */
const runsAtOnce = 8;
/** Runs looked up together. */
const readTogether = 1_000;

/** Checks how a history is to be thinned, and gives what thins it. @throws {MillwrightError} `INVALID_ARGUMENT` */
function thinning({ points, method }: HistoryOptions): (history: MetricHistory) => MetricHistory {
  checkDownsampling(points, method);
  return points === undefined ? (history) => history : (history) => downsample(history, points, method);
}

/** The history of one metric of one run. This file is loaded when the first history is asked for. */
export async function getHistory(
  runs: RunStore,
  id: string,
  key: string,
  options: HistoryOptions,
  upToDate: (options: CallOptions) => Promise<void>,
): Promise<MetricHistory> {
  const { signal } = options;
  assertName(key, "key");
  const thin = thinning(options);
  await upToDate({ signal });
  await runs.get(id, { signal });
  return thin(await readHistory(runs.storage.tables, pointsTable(id), key, { signal }));
}

/** The histories of several metrics of several runs. */
export async function getHistories(
  runs: RunStore,
  options: HistoriesOptions,
  upToDate: (options: CallOptions) => Promise<void>,
): Promise<RunMetricHistory[]> {
  const { keys, signal } = options ?? {};
  const ids = distinct("runs", options?.runs);
  const wanted = keys === undefined ? undefined : distinct("keys", keys);
  for (const [index, key] of (wanted ?? []).entries()) assertName(key, `keys[${index}]`);
  const thin = thinning(options);
  await upToDate({ signal });
  const found = await findAll(runs, ids, signal);

  async function historiesOf(run: RunInfo): Promise<RunMetricHistory[]> {
    const names = wanted ?? Object.keys(run.metrics).sort();
    // What the run says it has is what is read: a run without the metrics costs nothing.
    const there = names.filter((key) => Object.hasOwn(run.metrics, key));
    if (there.length === 0) return [];
    const histories = await readHistories(runs.storage.tables, pointsTable(run.id), new Set(there), {
      signal,
    });
    return there.flatMap((key) => {
      const history = histories.get(key);
      return history === undefined ? [] : [{ run: run.id, ...thin(history) }];
    });
  }

  const read: RunMetricHistory[][] = [];
  await inTurn(found, async (run, place) => {
    read[place] = await historiesOf(run);
  });
  return read.flat();
}

function distinct(path: string, values: unknown): string[] {
  if (!Array.isArray(values) || values.length === 0)
    throw invalidArgument(
      path,
      path === "runs" ? "name at least one run" : "name at least one, or leave it out",
    );
  for (const [index, value] of values.entries())
    if (typeof value !== "string" || value === "") throw invalidArgument(`${path}[${index}]`, "must be text");
  return [...new Set<string>(values)];
}

/** All of them, or an error that names those that are not there. */
async function findAll(
  runs: RunStore,
  ids: readonly string[],
  signal: AbortSignal | undefined,
): Promise<RunInfo[]> {
  const found: RunInfo[] = [];
  const missing: string[] = [];
  for (let start = 0; start < ids.length; start += readTogether) {
    const some = ids.slice(start, start + readTogether);
    const entries = await runs.getMany(some, { signal });
    for (const id of some) {
      const run = entries.get(id)?.value;
      if (run === undefined) missing.push(id);
      else found.push(run);
    }
  }
  if (missing.length === 0) return found;
  const shown =
    missing.slice(0, 5).join(", ") + (missing.length > 5 ? ` and ${missing.length - 5} more` : "");
  throw trackingError("RUN_NOT_FOUND", `there is no run ${shown}`, { details: { runs: missing } });
}

/** Works on all items, some at once. After a failure none is begun; it is thrown when those that were begun have ended. */
async function inTurn<Item>(
  items: readonly Item[],
  work: (item: Item, place: number) => Promise<void>,
): Promise<void> {
  const queue = items.entries();
  let failed = false;
  const workers = Array.from({ length: Math.min(runsAtOnce, items.length) }, async () => {
    for (const [place, item] of queue) {
      if (failed) return;
      try {
        await work(item, place);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  });
  const ended = await Promise.allSettled(workers);
  for (const one of ended) if (one.status === "rejected") throw one.reason;
}
