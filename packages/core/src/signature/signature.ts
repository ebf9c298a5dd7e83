/**
 * Element types of tensors and columns, by their ONNX names in lowercase. `bfloat16` and the 8-bit floats are
 * recognised so that a model that uses them can be described, not so that they can be computed with.
 */
export type DataType =
  | "float16"
  | "float32"
  | "float64"
  | "bfloat16"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "uint8"
  | "uint16"
  | "uint32"
  | "uint64"
  | "bool"
  | "string"
  | "complex64"
  | "complex128"
  | "float8e4m3fn"
  | "float8e4m3fnuz"
  | "float8e5m2"
  | "float8e5m2fnuz"
  | "uint4"
  | "int4";

/** A fixed size, the name of a symbolic size, or `null` where the file says nothing. */
export type Dimension = number | string | null;

/** The sizes of a tensor from the outermost dimension; `null` where not even the rank is declared. */
export type Shape = readonly Dimension[] | null;

/** A tensor that a model takes or gives. */
export interface TensorSpec {
  readonly kind: "tensor";
  readonly name: string;
  readonly datatype: DataType;
  readonly shape: Shape;
  /** Whether a null is acceptable; a float input takes it as NaN. Default: false. */
  readonly nullable?: boolean | undefined;
  /** Whether the input may be left out, because the model has a default for it. */
  readonly optional?: boolean | undefined;
  /** For an output of a classifier: the class labels in the order of the last dimension. */
  readonly labels?: readonly (string | number)[] | undefined;
}

/** A sequence, map or optional value, as scikit-learn's ZipMap gives; `of` describes the elements. */
export interface ContainerSpec {
  readonly kind: "sequence" | "map" | "optional";
  readonly name: string;
  readonly of: ValueSpec;
  /** For a map: the type of its keys. */
  readonly key?: DataType | undefined;
}

/** Anything that a model takes or gives. */
export type ValueSpec = TensorSpec | ContainerSpec;

/**
 * What a model takes and gives, independent of the file format and of the runtime. The order of inputs and
 * outputs is that of the model.
 */
export interface ModelSignature {
  readonly inputs: readonly ValueSpec[];
  readonly outputs: readonly ValueSpec[];
}
