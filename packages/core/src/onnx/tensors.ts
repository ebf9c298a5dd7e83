import type { DataType } from "../signature/signature.js";
import { dataTypeOf } from "./element-types.js";
import type { ExternalDataCollector } from "./external-data.js";
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

/** A constant of the main graph. */
export interface OnnxInitializer {
  readonly name: string;
  /** `undefined` for an element type that this release does not know. */
  readonly datatype: DataType | undefined;
  readonly shape: readonly number[];
  /** Whether only the non-zero elements are stored. Default: false. */
  readonly sparse?: boolean | undefined;
}

/** The specification has five keys. */
const maxExternalEntries = 16;

const nameText = { bytes: maxNameBytes, strict: true };

/** `TensorProto`: everything but the payload, which is passed over. */
export function readTensor(
  reader: ProtobufReader,
  range: ByteRange,
  location: Location,
  external: ExternalDataCollector,
  accept: (tensor: OnnxInitializer) => void,
): Wait {
  let name = "";
  let datatype: DataType | undefined;
  let isExternal = false;
  const shape: number[] = [];
  const entries = new Map<string, string>();
  const wait = reader.fields(range, location, (field) => {
    switch (field.number) {
      case 1:
        return readDimensions(reader, field, location, shape);
      case 2:
        if (field.wireType === wire.varint) datatype = dataTypeOf(int32Of(field));
        return undefined;
      case 8:
        return reader.text(field, location, nameText, (text) => {
          name = text;
        });
      case 13: {
        if (field.wireType !== wire.bytes) return undefined;
        return readEntry(reader, field, inside(location, "external_data"), maxNameBytes, (key, value) => {
          // Readers differ in which of two entries they take.
          if (entries.has(key) || entries.size >= maxExternalEntries) {
            throw malformed(location, "external_data repeats a key or has too many", field.offset);
          }
          entries.set(key, value);
        });
      }
      case 14:
        if (field.wireType === wire.varint) isExternal = int32Of(field) === 1;
        return undefined;
      default:
        return undefined;
    }
  });
  return afterwards(wait, () => {
    if (isExternal) external.add(entries, location);
    accept({ name, datatype, shape });
    return undefined;
  });
}

/** `SparseTensorProto`: named and typed by its values, shaped by its own dimensions. */
export function readSparseTensor(
  reader: ProtobufReader,
  range: ByteRange,
  location: Location,
  external: ExternalDataCollector,
  accept: (tensor: OnnxInitializer) => void,
): Wait {
  let values: OnnxInitializer | undefined;
  const shape: number[] = [];
  const wait = reader.fields(range, location, (field) => {
    if (field.number === 3) return readDimensions(reader, field, location, shape);
    if (field.wireType !== wire.bytes || (field.number !== 1 && field.number !== 2)) return undefined;
    const part = inside(location, field.number === 1 ? "values" : "indices");
    return readTensor(reader, field, part, external, (tensor) => {
      if (field.number === 1) values = tensor;
    });
  });
  return afterwards(wait, () => {
    accept({ name: values?.name ?? "", datatype: values?.datatype, shape, sparse: true });
    return undefined;
  });
}

/** `StringStringEntryProto` and everything else that is a key (1) and a value (2) of text. */
export function readEntry(
  reader: ProtobufReader,
  range: ByteRange,
  location: Location,
  valueBytes: number,
  accept: (key: string, value: string) => void,
): Wait {
  let key = "";
  let value = "";
  const wait = reader.fields(range, location, (field) => {
    if (field.number === 1) {
      return reader.text(field, location, nameText, (text) => {
        key = text;
      });
    }
    if (field.number !== 2) return undefined;
    return reader.text(field, location, { bytes: valueBytes, strict: false }, (text) => {
      value = text;
    });
  });
  return afterwards(wait, () => {
    accept(key, value);
    return undefined;
  });
}

function readDimensions(
  reader: ProtobufReader,
  field: ProtobufField,
  location: Location,
  shape: number[],
): Wait {
  return reader.integers(field, location, maxRank * 10, (size) => {
    if (typeof size !== "number" || size < 0)
      throw malformed(location, `${size} is not the size of a dimension`, field.offset);
    if (shape.length >= maxRank) throw malformed(location, `more than ${maxRank} dimensions`, field.offset);
    shape.push(size);
  });
}
