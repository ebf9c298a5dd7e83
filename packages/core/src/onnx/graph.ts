import type { ValueSpec } from "../signature/signature.js";
import type { LabelledNode } from "./class-labels.js";
import type { ExternalDataCollector } from "./external-data.js";
import { maxEntries, maxInitializers, maxLabels, maxNameBytes, maxOperators } from "./limits.js";
import { inside, type Location, malformed } from "./location.js";
import {
  afterwards,
  type ByteRange,
  type ProtobufField,
  type ProtobufReader,
  type Wait,
  wire,
} from "./protobuf.js";
import { type OnnxInitializer, readSparseTensor, readTensor } from "./tensors.js";
import { readValueInfo } from "./value-info.js";

/** What is collected from all graphs of a model. */
export interface GraphContext {
  readonly reader: ProtobufReader;
  readonly external: ExternalDataCollector;
  /** Counts of operators inside subgraphs and functions. */
  readonly nestedOperators: Map<string, number>;
}

/** The main graph as it is being read. */
export interface GraphDraft {
  name: string;
  readonly inputs: ValueSpec[];
  readonly outputs: ValueSpec[];
  readonly initializers: OnnxInitializer[];
  readonly operators: Map<string, number>;
  readonly observe: (node: LabelledNode) => void;
}

const nameText = { bytes: maxNameBytes, strict: true };

/** `GraphProto`. A subgraph has no draft: only its operators and external data count. */
export function readGraph(
  context: GraphContext,
  range: ByteRange,
  location: Location,
  draft: GraphDraft | undefined,
): Wait {
  const { reader, external } = context;
  let nodes = 0;
  let constants = 0;
  let sparse = 0;
  const addConstant = (tensor: OnnxInitializer): void => {
    if (draft !== undefined) push(draft.initializers, tensor, maxInitializers, location, "initializers");
  };
  return reader.fields(range, location, (field) => {
    if (field.wireType !== wire.bytes) return undefined;
    switch (field.number) {
      case 1:
        return readNode(context, field, inside(location, "node", nodes++), draft);
      case 2:
        if (draft === undefined) return undefined;
        return reader.text(field, location, { bytes: maxNameBytes, strict: false }, (text) => {
          draft.name = text;
        });
      case 5:
        return readTensor(reader, field, inside(location, "initializer", constants++), external, addConstant);
      case 15:
        return readSparseTensor(
          reader,
          field,
          inside(location, "sparse_initializer", sparse++),
          external,
          addConstant,
        );
      case 11:
      case 12: {
        if (draft === undefined) return undefined;
        const [name, values] =
          field.number === 11 ? (["input", draft.inputs] as const) : (["output", draft.outputs] as const);
        const at = inside(location, name, values.length);
        return readValueInfo(reader, field, at, (spec) =>
          push(values, spec, maxEntries, location, `${name}s`),
        );
      }
      default:
        return undefined;
    }
  });
}

/** `NodeProto`, wherever it stands; `draft` for a node of the main graph. */
export function readNode(
  context: GraphContext,
  range: ByteRange,
  location: Location,
  draft: GraphDraft | undefined,
): Wait {
  const { reader } = context;
  let domain = "";
  let type = "";
  let input: string | undefined;
  const outputs: string[] = [];
  let labels: (string | number)[] | undefined;
  let attributes = 0;
  const wait = reader.fields(range, location, (field) => {
    if (field.wireType !== wire.bytes) return undefined;
    switch (field.number) {
      case 1:
        if (draft === undefined || input !== undefined) return undefined;
        return reader.text(field, location, nameText, (text) => {
          input = text;
        });
      case 2:
        if (draft === undefined || outputs.length >= 2) return undefined;
        return reader.text(field, location, nameText, (text) => {
          outputs.push(text);
        });
      case 4:
        return reader.text(field, location, nameText, (text) => {
          type = text;
        });
      case 5: {
        const at = inside(location, "attribute", attributes++);
        return readAttribute(context, field, at, (found) => {
          if (found.length > 0) labels = found;
        });
      }
      case 7:
        return reader.text(field, location, nameText, (text) => {
          domain = text;
        });
      default:
        return undefined;
    }
  });
  return afterwards(wait, () => {
    const operator = `${domain || "ai.onnx"}.${type}`;
    count(draft?.operators ?? context.nestedOperators, operator, location);
    draft?.observe({ operator, input: input ?? "", outputs, labels });
    return undefined;
  });
}

/** `AttributeProto`: class labels, and the graphs and tensors inside it. */
export function readAttribute(
  context: GraphContext,
  range: ByteRange,
  location: Location,
  acceptLabels: (labels: (string | number)[]) => void,
): Wait {
  const { reader, external } = context;
  let name = "";
  let index = 0;
  const ignore = (): void => {};
  const wait = reader.fields(range, location, (field) => {
    if (field.wireType !== wire.bytes) return undefined;
    switch (field.number) {
      case 1:
        return reader.text(field, location, nameText, (text) => {
          name = text;
        });
      case 5:
      case 10:
        return readTensor(reader, field, inside(location, "tensor", index++), external, ignore);
      case 6:
      case 11:
        return readGraph(context, field, inside(location, "graph", index++), undefined);
      case 22:
      case 23:
        return readSparseTensor(reader, field, inside(location, "sparse_tensor", index++), external, ignore);
      default:
        return undefined;
    }
  });
  // The name may stand after the values; so the few attributes that matter are read a second time.
  return afterwards(wait, () =>
    name.startsWith("classlabels_") ? readLabels(reader, range, location, acceptLabels) : undefined,
  );
}

/** The integers (8) or strings (9) of an attribute; none where there are too many or one is no exact number. */
function readLabels(
  reader: ProtobufReader,
  range: ByteRange,
  location: Location,
  accept: (labels: (string | number)[]) => void,
): Wait {
  const labels: (string | number)[] = [];
  let complete = true;
  const add = (label: string | number | bigint): void => {
    if (typeof label === "bigint" || labels.length >= maxLabels) complete = false;
    else labels.push(label);
  };
  const wait = reader.fields(range, location, (field: ProtobufField) => {
    if (field.number === 9) return reader.text(field, location, nameText, add);
    if (field.number !== 8) return undefined;
    if (field.end - field.start > maxLabels * 10) {
      complete = false;
      return undefined;
    }
    return reader.integers(field, location, maxLabels * 10, add);
  });
  return afterwards(wait, () => {
    if (complete) accept(labels);
    return undefined;
  });
}

function count(counts: Map<string, number>, operator: string, location: Location): void {
  counts.set(operator, (counts.get(operator) ?? 0) + 1);
  if (counts.size > maxOperators)
    throw malformed(location, `the model has more than ${maxOperators} different operators`);
}

function push<Value>(values: Value[], value: Value, limit: number, location: Location, what: string): void {
  if (values.length >= limit) throw malformed(location, `more than ${limit} ${what}`);
  values.push(value);
}
