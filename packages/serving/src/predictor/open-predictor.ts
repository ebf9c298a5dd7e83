import {
  abortable,
  type CallOptions,
  createLifecycle,
  type InferenceContext,
  type Model,
  type ModelSignature,
  type ModelState,
  type StandardSchema,
  type Tensors,
} from "@millwright/core";
import { readOnnxModel } from "@millwright/core/onnx";
import type { Backend, BackendSession } from "../backends/backend.js";
import { defaultBackend } from "../backends/onnxruntime.js";
import { invalidInput, servingError } from "../errors.js";
import { type ModelSource, type ResolvedModel, resolveSource } from "../references/model-source.js";
import { type Int64Policy, type RowValue, rowsFromTensors } from "../rows/rows-from-tensors.js";
import { tensorOutputs, tensorSpecs } from "../rows/shapes.js";
import { tensorsFromRows } from "../rows/tensors-from-rows.js";
import { checkTensors } from "./check-tensors.js";
import { createCounters } from "./counters.js";
import { validateRow } from "./schema.js";

/** How to open a predictor. */
export interface PredictorOptions<Input, Output> extends CallOptions {
  /** Checks and types the rows that go in. What it gives back must have the inputs of the model by name. */
  readonly input?: StandardSchema<Input, unknown> | undefined;
  /** Checks and types the rows that come out. */
  readonly output?: StandardSchema<unknown, Output> | undefined;
  /** The runtime. Default: `onnxruntime-node`, loaded when the first predictor is opened. */
  readonly backend?: Backend | undefined;
  /** How int64 outputs are given. Default: `"number"`, refused if one is not safe. */
  readonly int64?: Int64Policy | undefined;
  /** Overrides the name of the source. */
  readonly name?: string | undefined;
}

/** A model that answers rows and tensors. */
export interface Predictor<Input, Output> extends Model {
  /** The outputs of each row, in order. No row is computed if one is refused. */
  predict(rows: readonly Input[], context?: InferenceContext): Promise<Output[]>;
}

/** A row before it is typed: values by the names of the signature. */
export type UntypedRow = Readonly<Record<string, unknown>>;

/**
 * Loads a model and gives a predictor for it. An alias is resolved now: the predictor stays with that version.
 *
 * @throws {MillwrightError} `NOT_FOUND`, `MODEL_INVALID` if the file is no model that the runtime can load,
 *   `MISSING_DEPENDENCY`
 *
 * @example
 * ```ts
 * import { openPredictor } from "@millwright/serving";
 * import { z } from "zod";
 *
 * const predictor = await openPredictor("credit.onnx", {
 *   input: z.object({ income: z.number().nullable(), region: z.string() }),
 *   output: z.object({ label: z.int(), probabilities: z.array(z.number()) }),
 * });
 * const [decision] = await predictor.predict([{ income: 41_000, region: "north" }]);
 * console.log(decision?.label);
 * await predictor.close();
 * ```
 */
export async function openPredictor<Input = UntypedRow, Output = Record<string, RowValue>>(
  source: ModelSource,
  options: PredictorOptions<Input, Output> = {},
): Promise<Predictor<Input, Output>> {
  const resolved = await resolveSource(source, options);
  const signature = resolved.signature ?? (await readOnnxModel(resolved.bytes, options)).signature;
  const backend = options.backend ?? (await defaultBackend());
  // What cannot be served is refused before it takes memory.
  tensorSpecs(signature.inputs, "input");
  options.signal?.throwIfAborted();
  const session = await backend.load(resolved.bytes);
  if (options.signal?.aborted) {
    await session.release();
    throw options.signal.reason;
  }
  return createPredictor(resolved, signature, session, options);
}

function createPredictor<Input, Output>(
  resolved: ResolvedModel,
  signature: ModelSignature,
  session: BackendSession,
  options: PredictorOptions<Input, Output>,
): Predictor<Input, Output> {
  const name = options.name ?? resolved.name;
  const lifecycle = createLifecycle(`the predictor ${name}`);
  const counters = createCounters();
  const inputs = tensorSpecs(signature.inputs, "input");
  const outputs = tensorOutputs(signature).map((spec) => spec.name);
  let state: ModelState = "ready";

  let last: Promise<unknown> = Promise.resolve();

  /** Calls of a session must not overlap. */
  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  }

  async function compute(tensors: Tensors, context: InferenceContext): Promise<Tensors> {
    let started = 0;
    try {
      checkTensors(inputs, tensors);
      const wanted = wantedOutputs(outputs, context);
      const results = await inTurn(() => {
        context.signal?.throwIfAborted();
        started = performance.now();
        return session.run(tensors, wanted);
      });
      counters.succeeded(rowsOf(tensors), Math.round((performance.now() - started) * 1000));
      return results;
    } catch (error) {
      counters.failed();
      throw error;
    }
  }

  const infer = (tensors: Tensors, context: InferenceContext = {}): Promise<Tensors> =>
    abortable(
      lifecycle.run(context.signal, () => compute(tensors, context)),
      context.signal,
    );

  const close = (): Promise<void> => {
    if (state === "ready") state = "draining";
    return lifecycle.close(async () => {
      await session.release();
      state = "closed";
    });
  };

  return {
    name,
    version: resolved.version,
    digest: resolved.digest,
    signature,
    get state() {
      return state;
    },
    infer,
    async predict(rows, context = {}) {
      if (!Array.isArray(rows)) throw invalidInput("rows", "an array of rows is needed");
      if (rows.length === 0) return lifecycle.run(context.signal, async () => []);
      const schema = options.input;
      const checked =
        schema === undefined ? rows : rows.map((row, index) => validateRow(schema, row, `rows[${index}]`));
      const results = await infer(tensorsFromRows(signature, checked as UntypedRow[]), context);
      const untyped = rowsFromTensors(results, rows.length, options.int64 ?? "number");
      const output = options.output;
      if (output === undefined) return untyped as Output[];
      return untyped.map((row, index) => validateRow(output, row, `outputs[${index}]`));
    },
    statistics: () => counters.read(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function wantedOutputs(outputs: readonly string[], context: InferenceContext): readonly string[] {
  if (context.outputs === undefined) return outputs;
  for (const name of context.outputs) {
    if (!outputs.includes(name)) {
      throw servingError(
        "INVALID_ARGUMENT",
        `${name}: the model has no such output; it gives ${outputs.join(", ")}`,
        { details: { path: name } },
      );
    }
  }
  return context.outputs;
}

function rowsOf(tensors: Tensors): number {
  return Object.values(tensors)[0]?.shape[0] ?? 1;
}
