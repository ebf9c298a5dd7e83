import {
  createIdentifier,
  type Model,
  type PredictionRecord,
  type PredictionValues,
  type Tensor,
  type Tensors,
} from "@millwright/core";
import { fromBfloat16, fromFloat16 } from "../rows/half.js";

/** Takes prediction records, one a row. It must not block; what it throws is ignored. */
export type PredictionSink = (record: PredictionRecord) => void;

/** One request as it went. */
export interface Outcome {
  readonly requestId: string | undefined;
  readonly endpoint: string;
  /** Admission, in microseconds since the epoch. */
  readonly time: number;
  readonly computeMicros: number;
  readonly inputs: Tensors;
  /** Empty if the request failed. */
  readonly outputs: Tensors;
  readonly outcome: string;
}

/** Identifiers for the rows of a request. */
export function rowIdentifiers(inputs: Tensors, time: number): string[] {
  return Array.from({ length: rowsOf(inputs) }, () => createIdentifier({ time }));
}

/** Hands one record a row to the sink. */
export function recordPredictions(
  sink: PredictionSink,
  model: Model,
  ids: readonly string[],
  outcome: Outcome,
): void {
  const { requestId, endpoint, time, computeMicros } = outcome;
  const identity = { name: model.name, version: model.version, digest: model.digest };
  for (const [row, id] of ids.entries()) {
    const input = rowValues(outcome.inputs, row, ids.length);
    const output = rowValues(outcome.outputs, row, ids.length);
    try {
      const recorded: unknown = sink({
        id,
        requestId,
        time,
        model: identity,
        endpoint,
        input,
        output,
        queueMicros: 0,
        computeMicros,
        outcome: outcome.outcome,
      });
      // A sink may be an async function all the same.
      if (recorded instanceof Promise) recorded.catch(() => {});
    } catch {
      // A record is never worth a prediction.
    }
  }
}

function rowsOf(inputs: Tensors): number {
  const first = Object.values(inputs)[0];
  // Rows of no values cost a caller nothing, however many: they are not named.
  return first?.data.length === 0 ? 0 : (first?.shape[0] ?? 1);
}

function rowValues(tensors: Tensors, row: number, rows: number): PredictionValues {
  const values: Record<string, PredictionValues[string]> = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    const size = tensor.data.length / rows;
    // An output that is not one row for each input row belongs to the request, and to no record.
    if (tensor.shape[0] !== rows || !Number.isInteger(size)) continue;
    const elements = Array.from({ length: size }, (_, index) => valueAt(tensor, row * size + index));
    values[name] = size === 1 ? elements[0]! : elements;
  }
  return values;
}

function valueAt({ datatype, data }: Tensor, index: number): number | bigint | string | boolean {
  const value = data[index]!;
  if (datatype === "bool") return value === 1;
  if (datatype === "float16") return fromFloat16(value as number);
  if (datatype === "bfloat16") return fromBfloat16(value as number);
  return typeof value === "bigint" && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}
