import type { Tensor, Tensors } from "@millwright/core";
import { invalidInput } from "../errors.js";
import { elementWriter } from "../rows/elements.js";
import { datatypeOf, protocolName } from "./datatypes.js";

/** An inference request of the Open Inference Protocol, checked. */
export interface InferenceRequest {
  readonly id: string | undefined;
  readonly tensors: Tensors;
  /** Names of the outputs that are wanted; `undefined` for all. */
  readonly outputs: readonly string[] | undefined;
}

const maximumElements = 2 ** 31;

/** A shape without elements costs a caller nothing, and a model perhaps a lot: its other dimensions have at most this product. */
const maximumEmptyExtent = 2 ** 20;

/** Deepest nesting of data; a tensor has as many dimensions at most. */
const maximumRank = 32;

/** @throws {MillwrightError} `INVALID_ARGUMENT` with the path of the field, such as `inputs[2].data[0]` */
export function readInferenceRequest(body: string): InferenceRequest {
  const request = objectAt(parseJson(body), "body");
  const { id } = request;
  if (id !== undefined && typeof id !== "string") throw invalidInput("id", "must be a string");
  refuseBinary(request.parameters, "parameters");
  const tensors = new Map<string, Tensor>();
  for (const [index, item] of arrayAt(request.inputs, "inputs").entries()) {
    const [name, tensor] = readInput(objectAt(item, `inputs[${index}]`), `inputs[${index}]`);
    if (tensors.has(name)) throw invalidInput(`inputs[${index}].name`, "there are two inputs of this name");
    tensors.set(name, tensor);
  }
  return { id, tensors: Object.fromEntries(tensors), outputs: readOutputs(request.outputs) };
}

function readInput(input: Record<string, unknown>, path: string): [string, Tensor] {
  const { name, datatype: type } = input;
  if (typeof name !== "string") throw invalidInput(`${path}.name`, "must be a string");
  const datatype = typeof type === "string" ? datatypeOf(type) : undefined;
  if (datatype === undefined)
    throw invalidInput(`${path}.datatype`, "must be a datatype of the protocol, such as FP32 or BYTES");
  if (datatype === "float16" || datatype === "bfloat16") {
    throw invalidInput(`${path}.datatype`, `${protocolName(datatype)} has no JSON form in the protocol`);
  }
  refuseBinary(input.parameters, `${path}.parameters`);
  const shape = readShape(input.shape, `${path}.shape`);
  const elements = shape.reduce((product, dimension) => product * dimension, 1);
  const extent = shape.reduce((product, dimension) => product * Math.max(dimension, 1), 1);
  if (extent > (elements === 0 ? maximumEmptyExtent : maximumElements))
    throw invalidInput(`${path}.shape`, "is larger than this server takes");
  const data = arrayAt(input.data, `${path}.data`).flat(maximumRank) as unknown[];
  if (data.length !== elements) {
    throw invalidInput(`${path}.data`, `${data.length} elements, and the shape [${shape}] has ${elements}`);
  }
  const writer = elementWriter({ kind: "tensor", name, datatype, shape, nullable: true }, elements);
  for (const [index, value] of data.entries())
    writer.write(numberOf(value, datatype), `${path}.data[${index}]`);
  return [name, writer.finish(shape)];
}

/**
 * Non-finite floats travel as strings, and so do 64-bit integers that a JSON number would not carry whole; `null` is what
 * JSON.stringify makes of NaN.
 */
function numberOf(value: unknown, datatype: string): unknown {
  if (typeof value !== "string") return value;
  if (datatype === "int64" || datatype === "uint64")
    return /^-?\d{1,20}$/.test(value) ? BigInt(value) : value;
  if (!datatype.startsWith("float")) return value;
  if (value === "NaN" || value === "Infinity" || value === "-Infinity") return Number(value);
  return value;
}

function readShape(shape: unknown, path: string): number[] {
  if (Array.isArray(shape) && shape.length > maximumRank)
    throw invalidInput(path, `has more than ${maximumRank} dimensions`);
  return arrayAt(shape, path).map((dimension, index) => {
    if (Number.isSafeInteger(dimension) && (dimension as number) >= 0) return dimension as number;
    throw invalidInput(`${path}[${index}]`, "must be a whole number, zero or more");
  });
}

function readOutputs(outputs: unknown): readonly string[] | undefined {
  if (outputs === undefined || outputs === null) return undefined;
  const names = arrayAt(outputs, "outputs").map((item, index) => {
    const output = objectAt(item, `outputs[${index}]`);
    if (typeof output.name !== "string") throw invalidInput(`outputs[${index}].name`, "must be a string");
    refuseBinary(output.parameters, `outputs[${index}].parameters`);
    return output.name;
  });
  return names.length === 0 ? undefined : [...new Set(names)];
}

function refuseBinary(parameters: unknown, path: string): void {
  if (typeof parameters !== "object" || parameters === null) return;
  for (const name of ["binary_data_size", "binary_data", "binary_data_output"]) {
    const value = (parameters as Record<string, unknown>)[name];
    if (value !== undefined && value !== false) {
      throw invalidInput(`${path}.${name}`, "this server speaks JSON tensors; send binary_data false");
    }
  }
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw invalidInput("body", "is not JSON");
  }
}

function objectAt(value: unknown, path: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw invalidInput(path, "must be an object");
}

function arrayAt(value: unknown, path: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw invalidInput(path, "must be an array");
}
