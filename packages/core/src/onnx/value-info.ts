import type { DataType, Dimension, ValueSpec } from "../signature/signature.js";
import { dataTypeOf } from "./element-types.js";
import { maxNameBytes, maxRank } from "./limits.js";
import { inside, type Location, malformed } from "./location.js";
import {
  afterwards,
  type ByteRange,
  int32Of,
  type ProtobufField,
  type ProtobufReader,
  type Wait,
  wire,
} from "./protobuf.js";

/** A type as the file has it; everything may be missing until the whole message has been read. */
interface TypeDraft {
  kind?: "tensor" | "sequence" | "map" | "optional" | "sparse tensor" | "opaque";
  elementType: number;
  keyType: number;
  shape: Dimension[] | null;
  of: TypeDraft | undefined;
}

/** Fields of the one-of of `TypeProto`. */
const kinds: Readonly<Record<number, NonNullable<TypeDraft["kind"]>>> = {
  1: "tensor",
  4: "sequence",
  5: "map",
  7: "opaque",
  8: "sparse tensor",
  9: "optional",
};

const nameText = { bytes: maxNameBytes, strict: true };

/** `ValueInfoProto`: the name and type of an input or output. */
export function readValueInfo(
  reader: ProtobufReader,
  range: ByteRange,
  location: Location,
  accept: (spec: ValueSpec) => void,
): Wait {
  let name = "";
  let type: TypeDraft | undefined;
  const wait = reader.fields(range, location, (field) => {
    if (field.number === 1) {
      return reader.text(field, location, nameText, (text) => {
        name = text;
      });
    }
    if (field.number !== 2 || field.wireType !== wire.bytes) return undefined;
    if (type !== undefined) throw repeated(field, location);
    type = newDraft();
    return readType(reader, field, inside(location, "type"), type);
  });
  return afterwards(wait, () => {
    if (name === "") throw malformed(location, "has no name", range.start);
    accept(specOf(name, type, location));
    return undefined;
  });
}

function newDraft(): TypeDraft {
  return { elementType: 0, keyType: 0, shape: null, of: undefined };
}

function readType(reader: ProtobufReader, range: ByteRange, location: Location, draft: TypeDraft): Wait {
  return reader.fields(range, location, (field) => {
    const kind = kinds[field.number];
    if (kind === undefined || field.wireType !== wire.bytes) return undefined;
    if (draft.kind !== undefined) throw repeated(field, location);
    draft.kind = kind;
    const content = inside(location, kind);
    return reader.fields(field, content, (part) => readTypeContent(reader, part, content, draft));
  });
}

function readTypeContent(
  reader: ProtobufReader,
  field: ProtobufField,
  location: Location,
  draft: TypeDraft,
): Wait {
  const isMessage = field.wireType === wire.bytes;
  const isTensor = draft.kind === "tensor" || draft.kind === "sparse tensor";
  if (isTensor && field.number === 1 && !isMessage) draft.elementType = int32Of(field);
  else if (draft.kind === "map" && field.number === 1 && !isMessage) draft.keyType = int32Of(field);
  else if (isTensor && field.number === 2 && isMessage) {
    if (draft.shape !== null) throw repeated(field, location);
    draft.shape = [];
    return readShape(reader, field, inside(location, "shape"), draft.shape);
  } else if (
    !isTensor &&
    field.number === (draft.kind === "map" ? 2 : 1) &&
    isMessage &&
    draft.kind !== "opaque"
  ) {
    if (draft.of !== undefined) throw repeated(field, location);
    draft.of = newDraft();
    return readType(reader, field, inside(location, draft.kind === "map" ? "value" : "element"), draft.of);
  }
  return undefined;
}

function readShape(reader: ProtobufReader, range: ByteRange, location: Location, shape: Dimension[]): Wait {
  return reader.fields(range, location, (field) => {
    if (field.number !== 1 || field.wireType !== wire.bytes) return undefined;
    if (shape.length >= maxRank) throw malformed(location, `more than ${maxRank} dimensions`, field.offset);
    const index = shape.push(null) - 1;
    const dimension = inside(location, "dim", index);
    return reader.fields(field, dimension, (part) => {
      if (part.number === 1 && part.wireType === wire.varint) {
        if (typeof part.value !== "number")
          throw malformed(dimension, `${part.value} is too large`, part.offset);
        // Older exporters write -1 for a size that they do not know.
        shape[index] = part.value < 0 ? null : part.value;
      } else if (part.number === 2) {
        return reader.text(part, dimension, nameText, (text) => {
          shape[index] = text === "" ? null : text;
        });
      }
      return undefined;
    });
  });
}

function specOf(name: string, type: TypeDraft | undefined, location: Location): ValueSpec {
  if (type?.kind === undefined) {
    throw malformed(
      location,
      `${JSON.stringify(name)} declares no type; run onnx.shape_inference over the model`,
    );
  }
  switch (type.kind) {
    case "tensor":
      return { kind: "tensor", name, datatype: known(type.elementType, name, location), shape: type.shape };
    case "map": {
      const key = known(type.keyType, name, location);
      return { kind: "map", name, key, of: specOf(name, type.of, location) };
    }
    case "sequence":
    case "optional":
      return { kind: type.kind, name, of: specOf(name, type.of, location) };
    default:
      throw malformed(
        location,
        `${JSON.stringify(name)} is a value of type ${type.kind}, which has no place in a signature`,
        undefined,
        "UNSUPPORTED",
      );
  }
}

function known(code: number, name: string, location: Location): DataType {
  const datatype = dataTypeOf(code);
  if (datatype !== undefined) return datatype;
  if (code === 0) throw malformed(location, `${JSON.stringify(name)} declares no element type`);
  throw malformed(
    location,
    `${JSON.stringify(name)} has the element type ${code}, which this release does not know`,
    undefined,
    "UNSUPPORTED",
  );
}

/** Readers differ in how they merge a message that stands twice where one is allowed. */
function repeated(field: ProtobufField, location: Location): Error {
  return malformed(location, `field ${field.number} stands twice where one is allowed`, field.offset);
}
