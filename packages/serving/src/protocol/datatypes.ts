import type { TensorDataType } from "@millwright/core";

const names: Readonly<Record<TensorDataType, string>> = {
  bool: "BOOL",
  uint8: "UINT8",
  uint16: "UINT16",
  uint32: "UINT32",
  uint64: "UINT64",
  int8: "INT8",
  int16: "INT16",
  int32: "INT32",
  int64: "INT64",
  float16: "FP16",
  bfloat16: "BF16",
  float32: "FP32",
  float64: "FP64",
  string: "BYTES",
};

const types = new Map(Object.entries(names).map(([type, name]) => [name, type as TensorDataType]));

/** The name of a type in the Open Inference Protocol; the type's own name where the protocol has none. */
export function protocolName(type: string): string {
  return names[type as TensorDataType] ?? type.toUpperCase();
}

/** The type of a name of the Open Inference Protocol. */
export function datatypeOf(name: string): TensorDataType | undefined {
  return types.get(name);
}
