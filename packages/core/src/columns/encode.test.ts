import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MillwrightError } from "../errors/millwright-error.js";
import { fromHex, toHex } from "../identity/bytes.js";
import { batchFromColumns, columnFrom } from "./build.js";
import type { ColumnBatch } from "./column.js";
import { decodeBatch } from "./decode.js";
import { dictionaryOf } from "./dictionary.js";
import { encodeBatch } from "./encode.js";
import { arbitraryBatch } from "./testdata/arbitrary-batch.js";
import golden from "./testdata/encoded-batches.json" with { type: "json" };
import { rowsOf, valuesOf } from "./values.js";

const goldens: Record<string, ColumnBatch> = {
  empty: { rows: 0, columns: {} },
  numbers: batchFromColumns({
    loss: Float64Array.of(0.5, -0, Number.NEGATIVE_INFINITY),
    step: BigInt64Array.of(-(2n ** 63n), 0n, 2n ** 63n - 1n),
    time: columnFrom("timestamp", [0, 1, 1_700_000_000_000_000]),
    hit: columnFrom("bool", [true, null, false]),
  }),
  texts: batchFromColumns({
    name: columnFrom("string", ["a", null, "ä🙂"]),
    raw: columnFrom("bytes", [Uint8Array.of(0, 255), new Uint8Array(), null]),
    region: columnFrom("dictionary", ["north", "south", "north"]),
  }),
};

describe("the bytes of format version 1 never change", () => {
  test.each(Object.entries(goldens))("%s", (name, batch) => {
    const expected = golden[name as keyof typeof golden];
    expect(toHex(encodeBatch(batch))).toBe(expected);
    expect([...rowsOf(decodeBatch(fromHex(expected)!))]).toEqual([...rowsOf(batch)]);
  });
});

test("every value of every type survives", () => {
  fc.assert(
    fc.property(arbitraryBatch, (batch) => {
      const bytes = encodeBatch(batch);
      const decoded = decodeBatch(bytes);
      expect([...rowsOf(decoded)]).toEqual([...rowsOf(batch)]);
      expect(Object.keys(decoded.columns)).toEqual(Object.keys(batch.columns));
      expect(encodeBatch(decoded)).toEqual(bytes);
    }),
    { numRuns: 100 },
  );
});

test("the bits of NaN survive", () => {
  const bits = BigUint64Array.of(
    0x7ff8000000000001n,
    0xfff0000000000001n,
    0x7ff800000000dead7n & 0xffffffffffffffffn,
  );
  const decoded = decodeBatch(encodeBatch(batchFromColumns({ x: new Float64Array(bits.buffer) }))).columns.x!;
  const values = (decoded as { values: Float64Array }).values;
  expect(new BigUint64Array(values.buffer, values.byteOffset, 3)).toEqual(bits);
});

test("a column of nothing but null, and one of no rows, survive", () => {
  for (const type of ["float64", "int64", "string", "bytes", "dictionary", "bool"] as const) {
    const nulls = batchFromColumns({
      x: columnFrom(
        type,
        Array.from({ length: 9 }, () => null),
      ),
    });
    expect(valuesOf(decodeBatch(encodeBatch(nulls)).columns.x!)).toEqual(
      Array.from({ length: 9 }, () => null),
    );
    const none = batchFromColumns({ x: columnFrom(type, []) });
    expect(decodeBatch(encodeBatch(none))).toMatchObject({ rows: 0, columns: { x: { type } } });
  }
});

test("numbers are views on the bytes where these are aligned, and copies where not", () => {
  const bytes = encodeBatch(
    batchFromColumns({ x: Float64Array.of(1, 2, 3), name: columnFrom("string", ["a", "b", "c"]) }),
  );
  const shifted = new Uint8Array(bytes.length + 1);
  shifted.set(bytes, 1);
  const aligned = decodeBatch(bytes).columns.x as { values: Float64Array };
  const copied = decodeBatch(shifted.subarray(1)).columns.x as { values: Float64Array };
  expect(aligned.values.buffer).toBe(bytes.buffer);
  expect(copied.values.buffer).not.toBe(shifted.buffer);
  expect(copied.values).toEqual(aligned.values);
});

test("a Node Buffer is read at any offset, and nothing of the batch is changed by encoding it", () => {
  const bytes = encodeBatch(goldens.texts!);
  const buffer = Buffer.alloc(bytes.length + 3);
  buffer.set(bytes, 3);
  expect([...rowsOf(decodeBatch(buffer.subarray(3)))]).toEqual([...rowsOf(goldens.texts!)]);
  const validity = Buffer.from([0xff]);
  encodeBatch({ rows: 1, columns: { x: { type: "bool", values: Buffer.from([1]), validity } } });
  expect(validity[0]).toBe(0xff);
});

test("only the columns that are asked for are decoded", () => {
  const batch = decodeBatch(encodeBatch(goldens.texts!), { columns: ["region", "unknown"] });
  expect(Object.keys(batch.columns)).toEqual(["region"]);
  expect(batch.rows).toBe(3);
});

test("what lies behind the rows does not reach the bytes", () => {
  const validity = Uint8Array.of(0b1111_0101, 0xff);
  const batch: ColumnBatch = {
    rows: 3,
    columns: { x: { type: "int8", values: Int8Array.of(1, 0, 3), validity } },
  };
  expect(encodeBatch(batch)).toEqual(encodeBatch(batchFromColumns({ x: columnFrom("int8", [1, null, 3]) })));
});

test("arrays that do not fit together are not encoded", () => {
  const text = { type: "string", offsets: Int32Array.of(0, 2), data: Uint8Array.of(0xc3, 0x28) } as const;
  expect(() => encodeBatch({ rows: 1, columns: { text } })).toThrow(/not UTF-8/);
  const half = { type: "string", offsets: Int32Array.of(0, 1, 2), data: Uint8Array.of(0xc3, 0xa4) } as const;
  expect(() => encodeBatch({ rows: 2, columns: { half } })).toThrow(/not UTF-8/);
  expect(() =>
    encodeBatch({
      rows: 1,
      columns: { x: { type: "dictionary", codes: Int32Array.of(1), dictionary: ["a"] } },
    }),
  ).toThrow(/not in the dictionary/);
});

describe("hostile bytes are CORRUPT and nothing else", () => {
  const isRefusal = (action: () => unknown): boolean => {
    try {
      action();
      return false;
    } catch (error) {
      if (MillwrightError.is(error, "CORRUPT") || MillwrightError.is(error, "FORMAT_TOO_NEW")) return true;
      throw error;
    }
  };

  test("cut short anywhere, or with something behind", () => {
    const bytes = encodeBatch(goldens.texts!);
    for (let length = 0; length < bytes.length; length++)
      expect(isRefusal(() => decodeBatch(bytes.subarray(0, length)))).toBe(true);
    expect(isRefusal(() => decodeBatch(new Uint8Array([...bytes, 0, 0, 0, 0, 0, 0, 0, 0])))).toBe(true);
  });

  test("with any bytes changed: refused, or a batch whose every value can be read", () => {
    const dictionary = dictionaryOf(columnFrom("string", ["north", "south", "north", null]));
    const original = encodeBatch(
      batchFromColumns({
        d: dictionary,
        s: columnFrom("string", ["ä", null, "b", ""]),
        b: columnFrom("bool", [true, false, null, true]),
      }),
    );
    const change = fc.tuple(fc.nat({ max: original.length - 1 }), fc.nat({ max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = original.slice();
        for (const [position, byte] of changes) bytes[position] = byte;
        isRefusal(() => [...rowsOf(decodeBatch(bytes))]);
      }),
      { numRuns: 3_000 },
    );
  });

  test("with any bytes at all, or any header", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => isRefusal(() => decodeBatch(bytes))));
    const rows = fc.oneof(fc.nat(), fc.constantFrom(-1, 2 ** 31, 2 ** 53, 1e300, null, "1"));
    const type = fc.constantFrom("float64", "string", "dictionary", "bool", "no such type", "toString");
    const column = fc.record({
      name: fc.constantFrom("a", "b", 7),
      type,
      validity: fc.anything(),
      bytes: rows,
      entries: rows,
    });
    fc.assert(
      fc.property(rows, fc.array(column, { maxLength: 3 }), (count, columns) => {
        const header = new TextEncoder().encode(JSON.stringify({ rows: count, columns }) ?? "");
        const size = Math.ceil(header.length / 8) * 8;
        const bytes = new Uint8Array(16 + size + 64).fill(0x20, 16, 16 + size);
        bytes.set(encodeBatch(goldens.empty!).subarray(0, 8));
        new DataView(bytes.buffer).setUint32(8, size, true);
        bytes.set(header, 16);
        isRefusal(() => [...rowsOf(decodeBatch(bytes))].length);
      }),
      { numRuns: 500 },
    );
  });

  test("from a newer release: says so", () => {
    const bytes = encodeBatch(goldens.numbers!);
    bytes[4] = 2;
    expect(() => decodeBatch(bytes)).toThrow(expect.objectContaining({ code: "FORMAT_TOO_NEW" }));
  });
});
