import { type ColumnBatch, formatGuard, type KvStore, toIso } from "@millwright/core";
import type { FeatureView } from "../definitions/feature-view.js";
import { invalidArgument } from "../errors.js";
import { entityFrame } from "../offline/entity-frame.js";
import { joinHistorical } from "../offline/historical-features.js";
import { ingest, type RowsInput } from "../offline/ingest.js";
import { conform, offlineTable, tableSpecs, timeColumns } from "../offline/offline-table.js";
import { timesOf } from "../offline/times.js";
import { createOnlineFeatures } from "../online/online-features.js";
import { onlineWritesOf } from "../online/online-rows.js";
import { readOnline } from "../online/read-online.js";
import { writeOnline } from "../online/write-online.js";
import type {
  FeatureStore,
  FeatureStoreOptions,
  MaterializeOptions,
  MaterializeReport,
  PushReport,
  WriteOptions,
  WriteReport,
} from "./feature-store.js";
import { entitiesOf, resolveSelection, viewNotFound } from "./selection.js";

/** How far the clock of a writer may be ahead of ours. */
const maximumAhead = 300_000_000;

/**
 * A feature store over a storage.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` if two views have one name, or declare one entity differently
 *
 * @example
 * ```ts
 * import { openLocalStorage } from "@millwright/core/local";
 * import { createFeatureStore, defineEntity, defineFeatureView } from "@millwright/features";
 * import { z } from "zod";
 *
 * const customer = defineEntity({ name: "customer", key: z.string() });
 * const spending = defineFeatureView({
 *   name: "spending",
 *   entities: [customer],
 *   schema: z.object({ total30d: z.number(), purchases30d: z.int() }),
 *   ttl: "90d",
 * });
 * const storage = await openLocalStorage("./millwright");
 * const store = createFeatureStore({ storage, views: [spending] });
 * await store.push(spending, [{ customer: "c-17", total30d: 250, purchases30d: 3, eventTime: new Date() }]);
 * const live = await store.getOnlineFeatures({
 *   entities: [{ customer: "c-17" }],
 *   select: { spending: ["total30d"] },
 * });
 * console.log(live.row(0).spending.total30d); // 250
 * await storage.close();
 * ```
 */
export function createFeatureStore<const Views extends readonly FeatureView[]>(
  options: FeatureStoreOptions<Views>,
): FeatureStore<Views> {
  const { storage, views, online = storage?.kv } = options;
  if (typeof storage?.tables?.append !== "function")
    throw invalidArgument("storage", "give a Storage, such as openLocalStorage(directory)");
  if (typeof online?.getMany !== "function") throw invalidArgument("online", "give a KvStore");
  const byName = indexViews(views);
  const { tables, clock } = storage;
  const guard = (kv: KvStore) =>
    formatGuard({ ...storage, kv }, { package: "features", reader: 1, writer: 1 });
  const offlineFormat = guard(storage.kv);
  const onlineFormat = online === storage.kv ? offlineFormat : guard(online);

  function assertKnown(view: FeatureView): void {
    const known = byName.get(view?.name);
    if (known === undefined) throw viewNotFound(byName, view?.name, "view");
    if (known !== view)
      throw invalidArgument(
        "view",
        `the store was made with another view of the name ${view.name}; give that one`,
      );
  }

  async function write(view: FeatureView, rows: RowsInput, call: WriteOptions = {}): Promise<WriteReport> {
    assertKnown(view);
    return append(view, ingest(view, rows), call);
  }

  async function append(view: FeatureView, batch: ColumnBatch, call: WriteOptions): Promise<WriteReport> {
    await offlineFormat.assertWritable(call);
    const position = await tables.append(offlineTable(view), batch, { id: call.id, signal: call.signal });
    return { rows: batch.rows, position };
  }

  async function push(view: FeatureView, rows: RowsInput, call: WriteOptions = {}): Promise<PushReport> {
    assertKnown(view);
    const batch = ingest(view, rows);
    const now = clock.now();
    const latest = now + maximumAhead;
    assertPast(view, batch, latest);
    const { writes, expired } = onlineWritesOf(view, batch, { now, latest });
    await onlineFormat.assertWritable(call);
    const written = await append(view, batch, call);
    const stale = await writeOnline(online, writes, { position: written.position, signal: call.signal });
    return { ...written, written: writes.length - stale, stale, expired };
  }

  async function materialize(view: FeatureView, call: MaterializeOptions = {}): Promise<MaterializeReport> {
    assertKnown(view);
    const specs = tableSpecs(view);
    const columns = specs.map(({ name }) => name);
    await offlineFormat.assertReadable(call);
    await onlineFormat.assertWritable(call);
    const report = { written: 0, stale: 0, expired: 0, future: 0, position: call.after ?? 0 };
    for await (const { position, batch } of tables.scan(offlineTable(view), { columns, ...call })) {
      const now = clock.now();
      const latest = now + maximumAhead;
      const found = onlineWritesOf(view, conform(view, batch, specs), { now, latest });
      const stale = await writeOnline(online, found.writes, { position, signal: call.signal });
      report.written += found.writes.length - stale;
      report.stale += stale;
      report.expired += found.expired;
      report.future += found.future;
      report.position = position;
    }
    return report;
  }

  return {
    views,
    write,
    push,
    materialize,
    async getHistoricalFeatures(query) {
      const selected = resolveSelection(byName, query.select);
      const eventTime: string = query.eventTime ?? "eventTime";
      const frame = entityFrame(query.entities as RowsInput, entitiesOf(selected), eventTime);
      await offlineFormat.assertReadable(query);
      return joinHistorical(tables, frame, selected, query);
    },
    async getOnlineFeatures(query) {
      const selected = resolveSelection(byName, query.select);
      if (!Array.isArray(query.entities))
        throw invalidArgument("entities", "give an array of rows with join keys");
      await onlineFormat.assertReadable(query);
      const found = await readOnline(online, query.entities, selected, { signal: query.signal });
      return createOnlineFeatures(query.entities.length, found, clock.now()) as never;
    },
  };
}

function indexViews(views: readonly FeatureView[]): ReadonlyMap<string, FeatureView> {
  if (!Array.isArray(views) || views.length === 0) throw invalidArgument("views", "give at least one view");
  const byName = new Map<string, FeatureView>();
  const entities = new Map<string, unknown>();
  for (const [index, view] of views.entries()) {
    const path = `views[${index}]`;
    if (typeof view?.name !== "string" || !(view.features instanceof Map))
      throw invalidArgument(path, "give a view, of defineFeatureView");
    if (byName.has(view.name))
      throw invalidArgument(
        `${path}.name`,
        `there is a view of the name ${JSON.stringify(view.name)} already`,
      );
    byName.set(view.name, view);
    for (const entity of view.entities) {
      const known = entities.get(entity.name) ?? entity;
      if (known !== entity)
        throw invalidArgument(
          path,
          `its entity ${entity.name} is another one than that of the views before; define it once`,
        );
      entities.set(entity.name, entity);
    }
  }
  return byName;
}

/** A row that does not hold yet would hide the ones that do. */
function assertPast(view: FeatureView, batch: ColumnBatch, latest: number): void {
  const times = timesOf(batch.columns[timeColumns.event]!, timeColumns.event);
  const row = times.findIndex((time) => time > latest);
  if (row === -1) return;
  throw invalidArgument(
    `rows[${row}].${view.source.eventTime}`,
    `${toIso(times[row]!)} is in the future. Only rows that hold already are pushed; write others and materialize them in time`,
  );
}
