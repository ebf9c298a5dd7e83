import { expect, test } from "vitest";
import { fromBfloat16, fromFloat16 } from "./half.js";
import { rowsFromTensors } from "./rows-from-tensors.js";

// Values of IEEE 754-2019, table 3.5, and the examples of its interchange formats.
test.each([
  [0x0000, 0],
  [0x8000, -0],
  [0x3c00, 1],
  [0xc000, -2],
  [0x3555, 0.333251953125],
  [0x0001, 2 ** -24],
  [0x03ff, 1023 * 2 ** -24],
  [0x0400, 2 ** -14],
  [0x7bff, 65_504],
  [0x7c00, Number.POSITIVE_INFINITY],
  [0xfc00, Number.NEGATIVE_INFINITY],
  [0x7e00, Number.NaN],
])("the float16 %i is %d", (bits, value) => {
  expect(fromFloat16(bits)).toBe(value);
});

test.each([
  [0x3f80, 1],
  [0xc000, -2],
  [0x4049, 3.140625],
  [0x7f80, Number.POSITIVE_INFINITY],
])("the bfloat16 %i is %d", (bits, value) => {
  expect(fromBfloat16(bits)).toBe(value);
});

test("a row has the numbers of a float16 output, not its bits", () => {
  const y = { datatype: "float16", shape: [2], data: Uint16Array.of(0x3c00, 0xc000) } as const;
  expect(rowsFromTensors({ y }, 2, "number")).toEqual([{ y: 1 }, { y: -2 }]);
});
