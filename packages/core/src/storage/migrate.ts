import type { CallOptions } from "../cancellation/abort.js";
import { coreError } from "../errors/create.js";
import type { Key } from "../kv/key.js";
import type { RecordDefinition } from "../records/define-record.js";
import { type RecordEntry, type RecordStore, recordStore } from "../records/record-store.js";
import type { Storage } from "./storage.js";

/** Ten records of the largest value fit into one commit. */
const batchSize = 10;
const maximumAttempts = 16;

/** Where records of a kind lie. A `RecordStore` is one. */
export interface RecordPlace {
  readonly definition: RecordDefinition;
  readonly prefix: Key;
}

/** How to migrate. */
export interface MigrateOptions extends CallOptions {
  readonly records: readonly RecordPlace[];
  /** Upgrades and checks every record, and writes none. Default: false. */
  readonly dryRun?: boolean | undefined;
  /** Called after each batch. */
  readonly onProgress?: ((report: MigrationReport) => void) | undefined;
}

/** What a migration found and did. */
export interface MigrationReport {
  /** Records looked at. */
  readonly examined: number;
  /** Records rewritten in the current version; with `dryRun`, those that would be. */
  readonly upgraded: number;
}

/**
 * Rewrites the records of this namespace that older programs wrote, in the current version. Records are upgraded whenever
 * they are read, so this is needed only before a step of an upgrade, or an old program, is given up. It runs beside readers
 * and writers, and can be stopped and begun again.
 *
 * @throws {MillwrightError} `CORRUPT` or `FORMAT_TOO_NEW` for a record that cannot be read: nothing of it is changed
 *
 * @example
 * ```ts
 * import { composeStorage, defineRecord, migrate, recordStore } from "@millwright/core";
 * import { memoryBlobs, memoryKv } from "@millwright/core/memory";
 * import { z } from "zod";
 *
 * const storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
 * const runRecord = defineRecord({ name: "run", version: 1, schema: z.object({ name: z.string() }) });
 * const runs = recordStore(storage, runRecord, ["tracking", 1, "runs"]);
 * const { upgraded } = await migrate(storage, { records: [runs], dryRun: true });
 * console.log(`${upgraded} records are of an older version`);
 * ```
 */
export async function migrate(storage: Storage, options: MigrateOptions): Promise<MigrationReport> {
  const { signal, dryRun = false, onProgress } = options;
  signal?.throwIfAborted();
  const report = { examined: 0, upgraded: 0 };
  for (const { definition, prefix } of options.records) {
    const records = recordStore(storage, definition, prefix);
    let batch: RecordEntry<unknown>[] = [];
    const flush = async (): Promise<void> => {
      if (!dryRun) await rewrite(storage, records, batch, signal);
      report.upgraded += batch.length;
      batch = [];
      onProgress?.({ ...report });
    };
    for await (const record of records.list({}, { signal })) {
      report.examined++;
      if (record.stored.recordVersion < definition.version) batch.push(record);
      if (batch.length >= batchSize) await flush();
    }
    await flush();
  }
  return report;
}

async function rewrite(
  storage: Storage,
  records: RecordStore<RecordDefinition>,
  batch: readonly RecordEntry<unknown>[],
  signal: AbortSignal | undefined,
): Promise<void> {
  let open = batch;
  for (let attempt = 1; open.length > 0; attempt++) {
    const atomic = storage.kv.atomic();
    for (const previous of open) {
      const { key, value, expiresAt } = previous;
      await records.write(atomic, key, value, { previous, expiresAt, signal });
    }
    if ((await atomic.commit({ signal })).ok) return;
    if (attempt === maximumAttempts) {
      throw coreError(
        "CONFLICT",
        "other writers came first in every attempt to migrate some records; migrate again",
        { retryable: true },
      );
    }
    const current = await records.getMany(
      open.map((record) => record.key),
      { signal },
    );
    open = current.filter(
      (record) => record !== undefined && record.stored.recordVersion < records.definition.version,
    ) as typeof open;
  }
}
