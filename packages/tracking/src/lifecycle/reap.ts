import { type CallOptions, type DurationInput, toDuration } from "@millwright/core";
import type { RunStore } from "../runs/run-store.js";
import { isStale, staleAfter } from "./staleness.js";

/** Which runs to end. */
export interface ReapOptions extends CallOptions {
  /**
   * Silence after which the process of a run counts as gone, where it cannot be looked at from here. A run says that it is there
   * every 30 s. Default: `"90s"`.
   */
  readonly after?: DurationInput | undefined;
}

/** Ends runs that say RUNNING though their processes are gone; `only` some of them. Gives their ids. */
export async function reapRuns(
  runs: RunStore,
  { after = staleAfter, signal }: ReapOptions,
  only?: readonly string[],
): Promise<string[]> {
  const silence = toDuration(after, "after");
  const reaped: string[] = [];
  for (const id of only ?? (await idsOf(runs, signal)))
    if (await reapRun(runs, id, silence, signal)) reaped.push(id);
  return reaped;
}

async function idsOf(runs: RunStore, signal: AbortSignal | undefined): Promise<string[]> {
  const ids: string[] = [];
  for await (const { value } of runs.list({ signal })) if (value.status === "RUNNING") ids.push(value.id);
  return ids;
}

async function reapRun(
  runs: RunStore,
  id: string,
  silence: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const { clock } = runs.storage;
  return runs.transact(
    async (atomic) => {
      const entry = await runs.find(id, { signal });
      if (entry === undefined || !isStale(entry.value, clock.now(), silence)) return false;
      const { lastSeen, startTime } = entry.value;
      const end = { status: "FAILED", reason: "its process ended without a word", reaped: true } as const;
      await runs.write(atomic, { ...entry.value, ...end, endTime: lastSeen ?? startTime }, entry, { signal });
      return true;
    },
    { signal },
  );
}
