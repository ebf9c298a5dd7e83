import { type GraphContext, type GraphDraft, readAttribute, readGraph, readNode } from "./graph.js";
import { maxEntries, maxNameBytes, maxTextBytes, maxTotalTextBytes } from "./limits.js";
import { inside, type Location, malformed } from "./location.js";
import { afterwards, type ByteRange, type ProtobufField, type Wait, wire } from "./protobuf.js";
import { readEntry } from "./tensors.js";

/** The fields of a model beside its graph. */
export interface ModelDraft {
  irVersion: number;
  producerName: string;
  producerVersion: string;
  domain: string;
  modelVersion: number | bigint;
  documentation: string;
  readonly opsets: Map<string, number>;
  readonly metadata: Map<string, string>;
}

/** `ModelProto`. Fills `graph` with the main graph; refuses a file without one. */
export async function readModelFields(
  context: GraphContext,
  range: ByteRange,
  location: Location,
  graph: GraphDraft,
): Promise<ModelDraft> {
  const draft: ModelDraft = {
    irVersion: 0,
    producerName: "",
    producerVersion: "",
    domain: "",
    modelVersion: 0,
    documentation: "",
    opsets: new Map(),
    metadata: new Map(),
  };
  let hasGraph = false;
  let functions = 0;
  let textBytes = 0;
  const { reader } = context;
  await reader.fields(range, location, (field) => {
    if (field.number === 6 || field.number === 14) {
      textBytes += field.end - field.start;
      if (textBytes > maxTotalTextBytes) {
        throw malformed(
          location,
          `more than ${maxTotalTextBytes} bytes of documentation and metadata`,
          field.offset,
        );
      }
    }
    if (field.number === 7 && field.wireType === wire.bytes) {
      if (hasGraph) throw malformed(location, "has two graphs where one is allowed", field.offset);
      hasGraph = true;
      return readGraph(context, field, inside(location, "graph"), graph);
    }
    if (field.number === 25 && field.wireType === wire.bytes) {
      return readFunction(context, field, inside(location, "functions", functions++));
    }
    return readProperty(context, field, location, draft);
  });
  if (!hasGraph) throw malformed(location, "has no graph; this is not an ONNX model");
  if (draft.irVersion < 1)
    throw malformed(location, "has no IR version; this is not an ONNX model, or a damaged one");
  return draft;
}

function readProperty(
  context: GraphContext,
  field: ProtobufField,
  location: Location,
  draft: ModelDraft,
): Wait {
  const { reader } = context;
  const text = (limit: number, accept: (text: string) => void): Wait =>
    reader.text(field, location, { bytes: limit, strict: false }, accept);
  switch (field.number) {
    case 1:
      if (field.wireType === wire.varint) draft.irVersion = versionOf(field, location, "IR version");
      return undefined;
    case 2:
      return text(maxNameBytes, (value) => {
        draft.producerName = value;
      });
    case 3:
      return text(maxNameBytes, (value) => {
        draft.producerVersion = value;
      });
    case 4:
      return text(maxNameBytes, (value) => {
        draft.domain = value;
      });
    case 5:
      if (field.wireType === wire.varint) draft.modelVersion = field.value;
      return undefined;
    case 6:
      return text(maxTextBytes, (value) => {
        draft.documentation = value;
      });
    case 8:
      return field.wireType === wire.bytes ? readOperatorSet(context, field, location, draft) : undefined;
    case 14: {
      if (field.wireType !== wire.bytes) return undefined;
      const at = inside(location, "metadata_props", draft.metadata.size);
      return readEntry(reader, field, at, maxTextBytes, (key, value) =>
        setEntry(draft.metadata, key, value, at),
      );
    }
    default:
      return undefined;
  }
}

/** `OperatorSetIdProto` */
function readOperatorSet(context: GraphContext, range: ByteRange, model: Location, draft: ModelDraft): Wait {
  const { reader } = context;
  const location = inside(model, "opset_import", draft.opsets.size);
  let domain = "";
  let version = 0;
  const wait = reader.fields(range, location, (field) => {
    if (field.number === 2 && field.wireType === wire.varint) version = versionOf(field, location, "version");
    if (field.number !== 1) return undefined;
    return reader.text(field, location, { bytes: maxNameBytes, strict: true }, (text) => {
      domain = text;
    });
  });
  return afterwards(wait, () => {
    setEntry(draft.opsets, domain || "ai.onnx", version, location);
    return undefined;
  });
}

/** `FunctionProto`: the operators that it uses, and tensors in the defaults of its attributes. */
function readFunction(context: GraphContext, range: ByteRange, location: Location): Wait {
  let nodes = 0;
  let attributes = 0;
  return context.reader.fields(range, location, (field) => {
    if (field.wireType !== wire.bytes) return undefined;
    if (field.number === 7) return readNode(context, field, inside(location, "node", nodes++), undefined);
    if (field.number === 11)
      return readAttribute(context, field, inside(location, "attribute", attributes++), () => {});
    return undefined;
  });
}

function versionOf(field: ProtobufField, location: Location, what: string): number {
  if (typeof field.value === "number" && field.value >= 0) return field.value;
  throw malformed(location, `${field.value} is no ${what}`, field.offset);
}

function setEntry<Value>(entries: Map<string, Value>, key: string, value: Value, location: Location): void {
  entries.set(key, value);
  if (entries.size > maxEntries) throw malformed(location, `more than ${maxEntries} entries`);
}
