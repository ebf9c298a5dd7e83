import {
  abortable,
  type CallOptions,
  type Column,
  type ColumnBatch,
  createIdentifier,
  createLifecycle,
  type DurationInput,
  formatGuard,
  type Key,
  type PredictionRecord,
  type PredictionValue,
  type Storage,
  type TimeInput,
  toDuration,
  toMicros,
} from "@millwright/core";
import { type CompareOptions, compareSamples } from "../drift/compare-samples.js";
import type { DriftReport } from "../drift/drift-report.js";
import { invalidArgument, monitoringError } from "../errors.js";
import { sampleOf } from "../samples/sample.js";
import { featureColumn, RecordBuffer } from "./record-buffer.js";
import { featuresOf } from "./stored-features.js";

/** What a monitor needs. */
export interface MonitorOptions {
  readonly storage: Storage;
  /** The rows that later ones are compared with. Its columns are the features: inputs and outputs of the model by name. */
  readonly reference: ColumnBatch;
  /** Names the monitor: those of one name share their records. Default: `"default"`. */
  readonly name?: string | undefined;
  /** Rows kept in memory while storage is away; more are dropped and counted. Default: 65,536. */
  readonly capacity?: number | undefined;
  /** Hears of what could not be stored in the background. It is stored again at the next flush. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** A prediction to watch. A whole `PredictionRecord` fits; `id` and `time` are filled in where they are absent. */
export type Observation = Pick<PredictionRecord, "input" | "output"> &
  Partial<Pick<PredictionRecord, "id" | "time" | "outcome">>;

/** What to check. */
export interface CheckOptions extends CallOptions, CompareOptions {
  /** The last so long, or from one time (inclusive) to another (exclusive). */
  readonly window: DurationInput | { readonly from: TimeInput; readonly to: TimeInput };
}

/** Collects predictions and compares windows of them with the reference. */
export interface Monitor extends AsyncDisposable {
  /**
   * Keeps the values of one prediction. Costs about a microsecond, never waits and never throws; failed predictions are left
   * out. Rows are stored within a second, in the background.
   */
  observe(observation: Observation): void;
  /** Rows that were dropped because the buffer was full or a value could not be read. */
  readonly dropped: number;
  /** Resolves once everything that was observed before is stored. */
  flush(options?: CallOptions): Promise<void>;
  /** Compares the predictions of a window, of all processes, with the reference. */
  check(options: CheckOptions): Promise<DriftReport>;
  /** Takes nothing more, flushes, then stops. Idempotent; if it rejects because rows could not be stored, call it again. */
  close(): Promise<void>;
}

const flushMicros = 1_000_000;
const batchRows = 8_192;

/**
 * A monitor over a storage.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT`
 *
 * @example
 * ```ts
 * import { batchFromColumns, columnFrom } from "@millwright/core/columns";
 * import { openLocalStorage } from "@millwright/core/local";
 * import { createMonitor } from "@millwright/monitoring";
 *
 * const storage = await openLocalStorage("./millwright");
 * const reference = batchFromColumns({ income: columnFrom("float64", [1_000, 2_000, null]) });
 * const monitor = createMonitor({ storage, reference });
 * monitor.observe({ input: { income: 1_500 }, output: {} });
 * const report = await monitor.check({ window: "1h" });
 * console.log(report.features.income?.verdict); // insufficient
 * await monitor.close();
 * await storage.close();
 * ```
 */
export function createMonitor(options: MonitorOptions): Monitor {
  const { storage, reference, name = "default", capacity = 65_536, onError } = options;
  if (typeof storage?.tables?.append !== "function")
    throw invalidArgument("storage", "give a Storage, such as openLocalStorage(directory)");
  if (!/^[A-Za-z0-9._-]{1,100}$/.test(name))
    throw invalidArgument("name", `${JSON.stringify(name)} is not 1 to 100 of A-Z a-z 0-9 . _ -`);
  if (!Number.isSafeInteger(capacity) || capacity < 1)
    throw invalidArgument("capacity", `must be a whole number from 1, got ${capacity}`);
  const { clock, tables } = storage;
  const columns = Object.entries(reference.columns).map(
    ([column, values]) => [column, kindOf(column, values, reference.rows)] as const,
  );
  const table: Key = ["monitoring", 1, "predictions", name];
  const format = formatGuard(storage, { package: "monitoring", reader: 1, writer: 1 });
  const lifecycle = createLifecycle(`the monitor ${name}`);
  const stop = new AbortController();
  let buffer = new RecordBuffer(columns);
  /** Batches that are not stored yet, with the names that make storing them again harmless. */
  const waiting: { readonly id: string; readonly batch: ColumnBatch }[] = [];
  let waitingRows = 0;
  let dropped = 0;
  let timer = false;
  let closing = false;
  let flushing: Promise<void> = Promise.resolve();

  function flush(call: CallOptions = {}): Promise<void> {
    if (buffer.rows > 0) {
      waiting.push({ id: createIdentifier(), batch: buffer.toBatch() });
      waitingRows += buffer.rows;
      buffer = new RecordBuffer(columns);
    }
    const result = flushing.then(async () => {
      for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
        await format.assertWritable(call);
        await tables.append(table, next.batch, { id: next.id, signal: call.signal });
        waiting.shift();
        waitingRows -= next.batch.rows;
      }
    });
    flushing = result.catch(() => {});
    return abortable(result, call.signal);
  }

  function flushInBackground(): void {
    timer = false;
    flush().catch((error: unknown) => {
      schedule();
      try {
        onError?.(error);
      } catch {
        // A listener's own mistakes harm nobody.
      }
    });
  }

  function schedule(): void {
    if (timer || closing) return;
    timer = true;
    clock.sleep(flushMicros, stop.signal).then(flushInBackground, () => {});
  }

  function observe(observation: Observation): void {
    if (closing || buffer.rows + waitingRows >= capacity) {
      dropped++;
      return;
    }
    try {
      if (observation.outcome !== undefined && observation.outcome !== "ok") return;
      const { input, output } = observation;
      const time = toMicros(observation.time ?? clock.now());
      const id = observation.id ?? createIdentifier({ time });
      buffer.add({ id, time, value: (column) => ownValue(input, column) ?? ownValue(output, column) });
    } catch {
      dropped++;
      return;
    }
    if (buffer.rows >= batchRows) {
      flushInBackground();
      return;
    }
    schedule();
  }

  async function check({ window, signal, ...compare }: CheckOptions): Promise<DriftReport> {
    const { from, to } = boundsOf(window, clock.now());
    await flush({ signal });
    await format.assertReadable({ signal });
    const names = columns.map(([column]) => featureColumn(column));
    const batches: ColumnBatch[] = [];
    // The end of a window is outside of it; a scan includes its bounds.
    const range = { column: "time", from, to: to - 1 };
    for await (const { batch } of tables.scan(table, { columns: names, range, signal })) batches.push(batch);
    const current = featuresOf(batches, columns);
    return { ...compareSamples(reference, current, compare), window: { from, to } };
  }

  async function close(): Promise<void> {
    closing = true;
    stop.abort(new DOMException("The monitor is closed.", "AbortError"));
    // It stays open if that fails: the rows are still here, and another close may store them.
    await flush();
    await lifecycle.close(async () => {});
  }

  return {
    observe,
    get dropped() {
      return dropped;
    },
    flush: (call = {}) => lifecycle.run(call.signal, () => flush(call)),
    check: (call) => lifecycle.run(call.signal, () => check(call)),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function kindOf(name: string, column: Column, rows: number): "numeric" | "categorical" {
  const sample = sampleOf(column, Math.min(rows, 1));
  if (sample === undefined)
    throw monitoringError(
      "INVALID_ARGUMENT",
      `reference.${name}: a column of ${column.type} has no drift; leave it out`,
    );
  return sample.kind;
}

function ownValue(values: Observation["input"], name: string): PredictionValue | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

function boundsOf(window: CheckOptions["window"], now: number): { from: number; to: number } {
  if (typeof window !== "object" || window === null)
    return { from: now - toDuration(window, "window"), to: now + 1 };
  const [from, to] = [toMicros(window.from, "window.from"), toMicros(window.to, "window.to")];
  if (from >= to) throw invalidArgument("window", "ends before it begins");
  return { from, to };
}
