import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ValueSpec } from "../signature/signature.js";
import type { RandomAccessSource } from "./byte-window.js";
import { readOnnxModel } from "./index.js";

/** A value as `onnx` describes it; see testdata/README.md. */
interface GoldenValue {
  name?: string;
  kind: "tensor" | "sequence" | "map" | "optional";
  dtype?: string;
  key_dtype?: string;
  shape?: (number | string | null)[] | null;
  element?: GoldenValue;
  value?: GoldenValue;
}

interface Golden {
  inputs: GoldenValue[];
  overridable_initializers: GoldenValue[];
  outputs: GoldenValue[];
  initializers: { name: string; dtype: string; shape: number[] }[];
  [property: string]: unknown;
}

const root = new URL("testdata/", import.meta.url);
const folders = ["", "credit/", "graphs/"].flatMap((group) =>
  readdirSync(new URL(group, root)).map((name) => `${group}${name}`),
);
const described = folders.filter((folder) => existsSync(new URL(`${folder}/signature.json`, root)));
const bytesOf = (folder: string): Uint8Array => readFileSync(new URL(`${folder}/model.onnx`, root));
const goldenOf = (folder: string): Golden =>
  JSON.parse(readFileSync(new URL(`${folder}/signature.json`, root), "utf8")) as Golden;

/** Our value in the golden's words: without what we add (`nullable`, `optional`, `labels`). */
function inGoldenWords(spec: ValueSpec, name?: string): GoldenValue {
  const named = name === undefined ? {} : { name };
  if (spec.kind === "tensor") {
    return {
      ...named,
      kind: "tensor",
      dtype: spec.datatype,
      shape: spec.shape as GoldenValue["shape"] & object,
    };
  }
  if (spec.kind === "map")
    return { ...named, kind: "map", key_dtype: spec.key!, value: inGoldenWords(spec.of) };
  return { ...named, kind: spec.kind, element: inGoldenWords(spec.of) };
}

const isOptional = (spec: ValueSpec): boolean => spec.kind === "tensor" && spec.optional === true;

it("has every model that onnx describes", () => {
  expect(described).toHaveLength(77);
});

describe.each(described)("%s", (folder) => {
  it("is described as onnx describes it", async () => {
    const golden = goldenOf(folder);
    const model = await readOnnxModel(bytesOf(folder));
    const words = (specs: readonly ValueSpec[]) => specs.map((spec) => inGoldenWords(spec, spec.name));
    expect({
      inputs: words(model.signature.inputs.filter((spec) => !isOptional(spec))),
      overridable_initializers: words(model.signature.inputs.filter(isOptional)),
      outputs: words(model.signature.outputs),
      opset_imports: model.opsets,
      ir_version: model.irVersion,
      producer_name: model.producerName,
      producer_version: model.producerVersion,
      domain: model.domain,
      model_version: model.modelVersion,
      doc_string: model.documentation,
      graph_name: model.graphName,
      metadata_props: model.metadata,
      operators: model.operators,
      initializers: model.initializers.map(({ name, datatype, shape }) => ({ name, dtype: datatype, shape })),
    }).toEqual(Object.fromEntries(Object.entries(golden).filter(([key]) => key !== "onnxruntime")));
  });

  it("is described alike when it is read piece by piece", async () => {
    const bytes = bytesOf(folder);
    const source: RandomAccessSource = {
      size: bytes.length,
      read: async (offset, length) => {
        expect(length).toBeGreaterThan(0);
        expect(offset + length).toBeLessThanOrEqual(bytes.length);
        return bytes.slice(offset, offset + length);
      },
    };
    expect(await readOnnxModel(source)).toEqual(await readOnnxModel(bytes));
  });

  it("takes nulls exactly in float inputs", async () => {
    for (const input of (await readOnnxModel(bytesOf(folder))).signature.inputs) {
      if (input.kind !== "tensor") continue;
      expect(input.nullable ?? false).toBe(
        ["float16", "float32", "float64", "bfloat16"].includes(input.datatype),
      );
    }
  });
});

describe("class labels", () => {
  const labelsOf = async (folder: string): Promise<Record<string, readonly (string | number)[]>> => {
    const found: Record<string, readonly (string | number)[]> = {};
    const search = (name: string, spec: ValueSpec): void => {
      if (spec.kind !== "tensor") search(name, spec.of);
      else if (spec.labels !== undefined) found[name] = spec.labels;
    };
    const { signature } = await readOnnxModel(bytesOf(folder));
    for (const output of signature.outputs) search(output.name, output);
    return found;
  };

  it.each([
    ["iris_xgboost", { probabilities: [0, 1, 2] }],
    ["iris_logreg_tensor", { probabilities: [0, 1, 2] }],
    ["iris_logreg_names", { output_probability: ["setosa", "versicolor", "virginica"] }],
    ["iris_lightgbm", { probabilities: [0, 1, 2] }],
    ["breast_cancer_lightgbm_missing", { probabilities: [0, 1] }],
    ["credit/v1_baseline", { probabilities: [0, 1] }],
    ["credit/v2_better", { probabilities: [0, 1] }],
    ["graphs/zipmap_int64", { probabilities: [7, -1, 3] }],
    ["graphs/zipmap_string", { probabilities: ["no", "maybe", "yes"] }],
  ])("of %s are those of its classifier", async (folder, labels) => {
    expect(await labelsOf(folder)).toEqual(labels);
  });

  it.each([
    ["diabetes_gbdt", "a regressor"],
    ["iris_logreg_columns", "one output for each class"],
    ["digits_mlp", "labels that only an initializer holds"],
  ])("of %s are not told: %s", async (folder) => {
    expect(await labelsOf(folder)).toEqual({});
  });
});

it("counts the operators of loop bodies apart", async () => {
  const model = await readOnnxModel(bytesOf("graphs/slow_by_input"));
  expect(model.operators).not.toHaveProperty(["ai.onnx.MatMul"]);
  expect(model.nestedOperators).toEqual({ "ai.onnx.MatMul": 1, "ai.onnx.Identity": 1 });
});

it.each([
  ["external_data", { location: "weights.bin", escapes: false, tensors: 1, minimumSize: 128 }],
  ["external_data_missing", { location: "absent.bin", escapes: false, tensors: 1, minimumSize: 128 }],
  [
    "external_data_escape",
    { location: "../external_data/weights.bin", escapes: true, tensors: 1, minimumSize: 128 },
  ],
])("reports the files that graphs/%s needs", async (folder, file) => {
  expect((await readOnnxModel(bytesOf(`graphs/${folder}`))).externalData).toEqual([file]);
});

it.each([
  ["empty_file", /^some\.onnx: is empty/],
  ["not_onnx", /^some\.onnx: is not an ONNX file but HTML/],
  ["truncated", /^some\.onnx: field 7 claims 1117 bytes where 662 are left; the file is cut off/],
])("refuses graphs/%s with the reason", async (folder, message) => {
  const reading = readOnnxModel(bytesOf(`graphs/${folder}`), { name: "some.onnx" });
  await expect(reading).rejects.toMatchObject({
    code: "INVALID_ARGUMENT",
    message: expect.stringMatching(message),
  });
});
