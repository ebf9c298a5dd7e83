import type { Tensor, Tensors } from "@millwright/core";
import { servingError } from "../errors.js";
import { protocolName } from "./datatypes.js";

/** What goes into an answer beside the tensors. */
export interface ResponseFields {
  readonly modelName: string;
  readonly modelVersion: string;
  readonly id: string | undefined;
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
}

/**
 * The JSON of an inference response. Non-finite floats are strings; int64 are JSON numbers, exact to the last digit.
 *
 * @throws {MillwrightError} `UNSUPPORTED` for 16-bit floats, which have no JSON form in the protocol
 */
export function writeInferenceResponse(fields: ResponseFields, outputs: Tensors): string {
  const head = {
    model_name: fields.modelName,
    model_version: fields.modelVersion,
    ...(fields.id === undefined ? {} : { id: fields.id }),
    parameters: fields.parameters,
  };
  const tensors = Object.entries(outputs).map(([name, tensor]) => writeTensor(name, tensor));
  return `${JSON.stringify(head).slice(0, -1)},"outputs":[${tensors.join(",")}]}`;
}

function writeTensor(name: string, tensor: Tensor): string {
  if (tensor.datatype === "float16" || tensor.datatype === "bfloat16") {
    throw servingError(
      "UNSUPPORTED",
      `the output ${name} is ${protocolName(tensor.datatype)}, which has no JSON form in the protocol; ask for other outputs`,
      { details: { path: name } },
    );
  }
  const head = { name, datatype: protocolName(tensor.datatype), shape: tensor.shape };
  return `${JSON.stringify(head).slice(0, -1)},"data":[${elements(tensor).join(",")}]}`;
}

function elements({ datatype, data }: Tensor): string[] {
  const text: string[] = new Array(data.length);
  for (let index = 0; index < data.length; index++) text[index] = element(datatype, data[index]!);
  return text;
}

function element(datatype: string, value: number | bigint | string): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (datatype === "bool") return value === 1 ? "true" : "false";
  if (typeof value === "bigint") return value.toString();
  return Number.isFinite(value) ? String(value) : `"${value}"`;
}
