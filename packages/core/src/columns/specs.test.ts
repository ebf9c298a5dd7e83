import { expect, test } from "vitest";
import type { ValueSpec } from "../signature/signature.js";
import { batchFromColumns, columnFrom } from "./build.js";
import { columnSpecsFrom, columnSpecsOf, tensorSpecsFrom } from "./specs.js";

test("a batch says its columns", () => {
  const batch = batchFromColumns({
    x: Float64Array.of(1),
    region: columnFrom("dictionary", ["n"]),
    s: columnFrom("string", [null]),
  });
  expect(columnSpecsOf(batch)).toEqual([
    { name: "x", type: "float64", nullable: false },
    { name: "region", type: "string", nullable: false },
    { name: "s", type: "string", nullable: true },
  ]);
});

test("tensors with one value a row become columns, and columns tensors", () => {
  const inputs: ValueSpec[] = [
    { kind: "tensor", name: "income", datatype: "float32", shape: [null, 1], nullable: true },
    { kind: "tensor", name: "region", datatype: "string", shape: ["N"] },
    { kind: "tensor", name: "age", datatype: "int64", shape: null },
  ];
  const specs = columnSpecsFrom(inputs);
  expect(specs).toEqual([
    { name: "income", type: "float32", nullable: true },
    { name: "region", type: "string", nullable: false },
    { name: "age", type: "int64", nullable: false },
  ]);
  expect(columnSpecsFrom(tensorSpecsFrom(specs))).toEqual(specs);
  expect(tensorSpecsFrom([{ name: "t", type: "timestamp", nullable: false }])[0]).toMatchObject({
    datatype: "int64",
    shape: [null, 1],
  });
});

test("what is not one column is refused with its path", () => {
  const refused = (value: ValueSpec): unknown => {
    try {
      return columnSpecsFrom([value]);
    } catch (error) {
      return (error as { details: { path: string } }).details.path;
    }
  };
  expect(refused({ kind: "tensor", name: "x", datatype: "float32", shape: [null, 4] })).toBe("inputs[0]");
  expect(refused({ kind: "tensor", name: "x", datatype: "float32", shape: [] })).toBe("inputs[0]");
  expect(refused({ kind: "tensor", name: "x", datatype: "float16", shape: [null] })).toBe("inputs[0]");
  const map: ValueSpec = {
    kind: "map",
    name: "x",
    of: { kind: "tensor", name: "", datatype: "float32", shape: null },
  };
  expect(refused({ kind: "sequence", name: "x", of: map })).toBe("inputs[0]");
  expect(() => tensorSpecsFrom([{ name: "raw", type: "bytes", nullable: false }])).toThrow(/no tensor holds/);
});
