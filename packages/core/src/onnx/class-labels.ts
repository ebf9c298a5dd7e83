import type { Shape, ValueSpec } from "../signature/signature.js";
import { isFloat } from "./element-types.js";

/** What the search for class labels needs to know of a node. */
export interface LabelledNode {
  /** Domain and name, such as `"ai.onnx.ml.ZipMap"`. */
  readonly operator: string;
  /** Name of the first input; `""` if there is none. */
  readonly input: string;
  /** Names of the first outputs. */
  readonly outputs: readonly string[];
  /** The attribute `classlabels_…` where the node has one that can be told. */
  readonly labels: readonly (string | number)[] | undefined;
}

/** Operators with class labels, and which of their outputs has one column for each label. */
const classifiers: Readonly<Record<string, number>> = {
  "ai.onnx.ml.LinearClassifier": 1,
  "ai.onnx.ml.SVMClassifier": 1,
  "ai.onnx.ml.TreeEnsembleClassifier": 1,
  "ai.onnx.ml.ZipMap": 0,
};

/** Operators after which each column still belongs to the same label as in their first input. */
const keepsColumns: ReadonlySet<string> = new Set([
  "ai.onnx.Add",
  "ai.onnx.Cast",
  "ai.onnx.Clip",
  "ai.onnx.Div",
  "ai.onnx.Identity",
  "ai.onnx.LogSoftmax",
  "ai.onnx.Mul",
  "ai.onnx.Sigmoid",
  "ai.onnx.Softmax",
  "ai.onnx.Sub",
  "ai.onnx.ml.Normalizer",
]);

/** Follows the scores of classifiers to the outputs of the graph. Nodes stand in topological order in a file. */
export class ClassLabels {
  readonly #byValue = new Map<string, readonly (string | number)[]>();

  observe(node: LabelledNode): void {
    const classifier = Object.hasOwn(classifiers, node.operator) ? classifiers[node.operator] : undefined;
    const labels = classifier === undefined ? this.#kept(node) : node.labels;
    const output = node.outputs[classifier ?? 0];
    if (labels !== undefined && labels.length > 0 && output !== undefined && output !== "") {
      this.#byValue.set(output, labels);
    }
  }

  /** The output with its labels, if it has any and they fit. Those of a ZipMap are on the values of its map. */
  label(output: ValueSpec): ValueSpec {
    const labels = this.#byValue.get(output.name);
    return labels === undefined ? output : labelled(output, labels);
  }

  #kept(node: LabelledNode): readonly (string | number)[] | undefined {
    return keepsColumns.has(node.operator) ? this.#byValue.get(node.input) : undefined;
  }
}

function labelled(spec: ValueSpec, labels: readonly (string | number)[], inMap = false): ValueSpec {
  if (spec.kind !== "tensor") return { ...spec, of: labelled(spec.of, labels, inMap || spec.kind === "map") };
  if (!isFloat(spec.datatype) || !(inMap || fits(spec.shape, labels.length))) return spec;
  return { ...spec, labels };
}

function fits(shape: Shape, columns: number): boolean {
  if (shape === null) return true;
  const last = shape.at(-1);
  return shape.length >= 2 && (typeof last !== "number" || last === columns);
}
