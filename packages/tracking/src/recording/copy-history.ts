import type { CallOptions, ColumnBatch } from "@millwright/core";
import { filterRows } from "@millwright/core/columns";
import { pointColumns } from "../metrics/summarise.js";
import { pointsTable } from "../runs/run-record.js";
import type { RunStore } from "../runs/run-store.js";

/** The points of a run up to a step, batch by batch; all without one. */
export async function* historyUpTo(
  runs: RunStore,
  id: string,
  lastStep: bigint | undefined,
  { signal }: CallOptions,
): AsyncGenerator<ColumnBatch, void, void> {
  for await (const { batch } of runs.storage.tables.scan(pointsTable(id), { signal })) {
    const { steps } = pointColumns(batch);
    const kept =
      lastStep === undefined
        ? batch
        : filterRows(
            batch,
            Uint8Array.from(steps, (step) => (step <= lastStep ? 1 : 0)),
          );
    if (kept.rows > 0) yield kept;
  }
}
