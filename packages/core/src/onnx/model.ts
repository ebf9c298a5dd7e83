import type { CallOptions } from "../cancellation/abort.js";
import { invalidArgument } from "../errors/create.js";
import type { ModelSignature, ValueSpec } from "../signature/signature.js";
import { ByteWindow, type RandomAccessSource } from "./byte-window.js";
import { ClassLabels } from "./class-labels.js";
import { isFloat } from "./element-types.js";
import { ExternalDataCollector, type ExternalDataFile } from "./external-data.js";
import { foreignFile } from "./foreign-files.js";
import type { GraphContext, GraphDraft } from "./graph.js";
import { type Location, malformed, rootLocation } from "./location.js";
import { type ModelDraft, readModelFields } from "./model-fields.js";
import { ProtobufReader } from "./protobuf.js";
import type { OnnxInitializer } from "./tensors.js";

/** Options of {@link readOnnxModel}. */
export interface ReadOnnxOptions extends CallOptions {
  /** How messages call the model, such as its path. Default: `"model"`. */
  readonly name?: string | undefined;
}

/** What an ONNX file says about itself. Text that the file leaves out is `""`. */
export interface OnnxModel {
  readonly signature: ModelSignature;
  readonly irVersion: number;
  readonly producerName: string;
  readonly producerVersion: string;
  readonly domain: string;
  /** `bigint` beyond 2^53. */
  readonly modelVersion: number | bigint;
  readonly documentation: string;
  readonly graphName: string;
  /** Version of each operator set that the model imports, by domain; the default domain is `"ai.onnx"`. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Number of nodes of the main graph by operator, such as `"ai.onnx.MatMul"`. */
  readonly operators: Readonly<Record<string, number>>;
  /** The same for nodes inside branches and loop bodies of the graph, and inside functions of the model. */
  readonly nestedOperators: Readonly<Record<string, number>>;
  /** Constants of the main graph, without their payload. */
  readonly initializers: readonly OnnxInitializer[];
  /** Files that the model needs beside itself; look at `escapes` before you open one. */
  readonly externalData: readonly ExternalDataFile[];
}

/**
 * Reads what an ONNX file takes and gives, and what it says about itself. Weights are passed over: from a
 * {@link RandomAccessSource}, only the bytes around them are read, so that time and memory depend on the number of
 * nodes and tensors and not on the size of the file. Only the trees of a tree ensemble, which stand in the file value
 * by value, are walked over; they are not kept.
 *
 * The signature has the inputs and outputs in the order of the graph. An input whose value the file also holds as an
 * initializer is `optional` (before IR version 4 it is a constant and no input). A float tensor input is `nullable`,
 * since a null can be given to it as NaN. `labels` of an output are read from `LinearClassifier`, `SVMClassifier`,
 * `TreeEnsembleClassifier` or `ZipMap`, followed through operators that keep the columns in place; for a ZipMap they
 * stand on the value of its map. They are absent where they cannot be told, or where an integer label is beyond 2^53.
 *
 * Nothing is validated that a description does not need: a model that is read here can still be refused by a runtime.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` when the bytes are not an ONNX file, damaged, cut off or past a sane
 * limit; `details` has the `path` inside the file and, where it is known, the byte `offset`. `UNSUPPORTED` for an
 * input or output whose type a signature cannot express. `CORRUPT` when a source gives fewer bytes than its `size`
 * promises.
 *
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { readOnnxModel } from "@millwright/core/onnx";
 *
 * const model = await readOnnxModel(await readFile("model.onnx"), { name: "model.onnx" });
 * for (const input of model.signature.inputs) console.log(input.name, input.kind);
 * if (model.externalData.some((file) => file.escapes)) throw new Error("refusing a model that reads other folders");
 * ```
 */
export async function readOnnxModel(
  source: Uint8Array | RandomAccessSource,
  options: ReadOnnxOptions = {},
): Promise<OnnxModel> {
  options.signal?.throwIfAborted();
  checkSource(source);
  const location = rootLocation(options.name ?? "model");
  const window = new ByteWindow(source, location, options.signal);
  if (window.size === 0) throw malformed(location, "is empty");
  const start = Math.min(32, window.size);
  await window.need(0, start);
  const foreign = foreignFile(window.view(0, start));
  if (foreign !== undefined) throw malformed(location, `is not an ONNX file but ${foreign}`, 0);

  const labels = new ClassLabels();
  const context: GraphContext = {
    reader: new ProtobufReader(window),
    external: new ExternalDataCollector(),
    nestedOperators: new Map(),
  };
  const graph: GraphDraft = {
    name: "",
    inputs: [],
    outputs: [],
    initializers: [],
    operators: new Map(),
    observe: (node) => labels.observe(node),
  };
  const draft = await readModelFields(context, { start: 0, end: window.size }, location, graph);
  return {
    signature: signatureOf(graph, draft, labels, location),
    irVersion: draft.irVersion,
    producerName: draft.producerName,
    producerVersion: draft.producerVersion,
    domain: draft.domain,
    modelVersion: draft.modelVersion,
    documentation: draft.documentation,
    graphName: graph.name,
    opsets: recordOf(draft.opsets),
    metadata: recordOf(draft.metadata),
    operators: recordOf(graph.operators),
    nestedOperators: recordOf(context.nestedOperators),
    initializers: graph.initializers,
    externalData: context.external.files(),
  };
}

function checkSource(source: unknown): void {
  if (source instanceof Uint8Array) return;
  const { size, read } = (source ?? {}) as Partial<RandomAccessSource>;
  if (typeof read !== "function") {
    throw invalidArgument(
      "source",
      "give the bytes as a Uint8Array, or an object with size and read(offset, length)",
    );
  }
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) {
    throw invalidArgument("source.size", `${String(size)} is not a number of bytes`);
  }
}

function signatureOf(
  graph: GraphDraft,
  model: ModelDraft,
  labels: ClassLabels,
  location: Location,
): ModelSignature {
  refuseDuplicates(graph.inputs, "input", location);
  refuseDuplicates(graph.outputs, "output", location);
  const constants = new Set(graph.initializers.map(({ name }) => name));
  const inputs: ValueSpec[] = [];
  for (const input of graph.inputs) {
    const hasDefault = constants.has(input.name);
    if (hasDefault && model.irVersion < 4) continue;
    if (input.kind !== "tensor") inputs.push(input);
    else {
      inputs.push({
        ...input,
        ...(isFloat(input.datatype) ? { nullable: true } : {}),
        ...(hasDefault ? { optional: true } : {}),
      });
    }
  }
  return { inputs, outputs: graph.outputs.map((output) => labels.label(output)) };
}

function refuseDuplicates(values: readonly ValueSpec[], what: string, location: Location): void {
  const names = new Set<string>();
  for (const { name } of values) {
    if (names.has(name))
      throw malformed(location, `two ${what}s have the name ${JSON.stringify(name.slice(0, 200))}`);
    names.add(name);
  }
}

/** A record without a prototype, since the keys come from the file and may be `__proto__`. */
function recordOf<Value>(entries: ReadonlyMap<string, Value>): Record<string, Value> {
  const record = Object.create(null) as Record<string, Value>;
  for (const [key, value] of entries) record[key] = value;
  return record;
}
