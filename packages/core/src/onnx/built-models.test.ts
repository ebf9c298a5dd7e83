import { describe, expect, it } from "vitest";
import type { RandomAccessSource } from "./byte-window.js";
import { readOnnxModel } from "./index.js";

type Bytes = readonly number[];

const text = (value: string): Bytes => Array.from(new TextEncoder().encode(value));

function varint(value: number | bigint): Bytes {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

const integer = (number: number, value: number | bigint): Bytes => [...varint(number * 8), ...varint(value)];
const bytes = (number: number, content: Bytes | string): Bytes => {
  const payload = typeof content === "string" ? text(content) : content;
  return [...varint(number * 8 + 2), ...varint(payload.length), ...payload];
};

const tensorType = (datatype: number, ...dimensions: (number | string)[]): Bytes => {
  const shape = dimensions.flatMap((size) =>
    bytes(1, typeof size === "number" ? integer(1, size) : bytes(2, size)),
  );
  return bytes(1, [...integer(1, datatype), ...bytes(2, shape)]);
};
const value = (name: string, type: Bytes): Bytes => [...bytes(1, name), ...bytes(2, type)];
const input = (name: string, type: Bytes = tensorType(1, "N")): Bytes => bytes(11, value(name, type));
const output = (name: string, type: Bytes = tensorType(1, "N")): Bytes => bytes(12, value(name, type));
const initializer = (name: string, ...more: Bytes[]): Bytes =>
  bytes(5, [...integer(1, 1), ...integer(2, 1), ...bytes(8, name), ...more.flat()]);
const external = (entries: Record<string, string>, location: number | bigint = 1): Bytes => [
  ...Object.entries(entries).flatMap(([key, entry]) => bytes(13, [...bytes(1, key), ...bytes(2, entry)])),
  ...integer(14, location),
];
const model = (graph: Bytes, ...more: Bytes[]): Uint8Array =>
  Uint8Array.from([...integer(1, 8), ...bytes(7, graph), ...more.flat()]);

const refused = (source: Uint8Array, message: RegExp, code = "INVALID_ARGUMENT"): Promise<void> =>
  expect(readOnnxModel(source)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });

describe("inputs with a default", () => {
  const graph = [...input("x"), ...input("scale"), ...initializer("scale")];

  it("are optional from IR version 4", async () => {
    const { signature } = await readOnnxModel(model(graph, integer(1, 4)));
    expect(signature.inputs).toEqual([
      { kind: "tensor", name: "x", datatype: "float32", shape: ["N"], nullable: true },
      { kind: "tensor", name: "scale", datatype: "float32", shape: ["N"], nullable: true, optional: true },
    ]);
  });

  it("are constants before", async () => {
    const { signature } = await readOnnxModel(model(graph, integer(1, 3)));
    expect(signature.inputs.map(({ name }) => name)).toEqual(["x"]);
  });
});

describe("values at the edges of the format", () => {
  it("reads packed dimensions and 64-bit integers", async () => {
    const packed = bytes(5, [
      ...bytes(1, [...varint(3), ...varint(2 ** 40)]),
      ...integer(2, 7),
      ...bytes(8, "w"),
    ]);
    const read = await readOnnxModel(model(packed, integer(5, 2n ** 63n - 1n)));
    expect(read.initializers).toEqual([{ name: "w", datatype: "int64", shape: [3, 2 ** 40] }]);
    expect(read.modelVersion).toBe(2n ** 63n - 1n);
    expect((await readOnnxModel(model([], integer(5, -2)))).modelVersion).toBe(-2);
  });

  it("reads a producer whose name begins like an ORT file", async () => {
    const file = Uint8Array.from([...integer(1, 8), ...bytes(2, "ORTMaker"), ...bytes(7, [])]);
    expect((await readOnnxModel(file)).producerName).toBe("ORTMaker");
  });

  it("takes a negative size and an empty symbol for unknown", async () => {
    const { signature } = await readOnnxModel(model(input("x", tensorType(7, -1, "", 0))));
    expect(signature.inputs[0]).toMatchObject({ shape: [null, null, 0] });
  });

  it("keeps __proto__ as a plain key", async () => {
    const entry = [...bytes(1, "__proto__"), ...bytes(2, "value")];
    const { metadata } = await readOnnxModel(model([], bytes(14, entry)));
    expect(Object.entries(metadata)).toEqual([["__proto__", "value"]]);
  });

  it("describes a sparse initializer", async () => {
    const values = [...integer(1, 2), ...integer(2, 11), ...bytes(8, "s")];
    const sparse = bytes(15, [...bytes(1, values), ...bytes(2, integer(2, 7)), ...integer(3, 100)]);
    const { initializers } = await readOnnxModel(model(sparse));
    expect(initializers).toEqual([{ name: "s", datatype: "float64", shape: [100], sparse: true }]);
  });

  it("does not tell labels that are no exact numbers", async () => {
    const zipMap = (label: number | bigint) => {
      const labels = [...integer(8, 1), ...integer(8, label), ...bytes(1, "classlabels_int64s")];
      const type = bytes(4, bytes(1, bytes(5, [...integer(1, 7), ...bytes(2, tensorType(1))])));
      const node = [...bytes(2, "p"), ...bytes(4, "ZipMap"), ...bytes(5, labels), ...bytes(7, "ai.onnx.ml")];
      return model([...bytes(1, node), ...output("p", type)]);
    };
    const told = (labels?: number[]) => [
      { of: { of: labels === undefined ? { kind: "tensor" } : { labels } } },
    ];
    expect((await readOnnxModel(zipMap(2))).signature.outputs).toMatchObject(told([1, 2]));
    const [hidden] = (await readOnnxModel(zipMap(2n ** 60n))).signature.outputs;
    expect(JSON.stringify(hidden)).not.toContain("labels");
  });
});

describe("external data", () => {
  const filesOf = async (graph: Bytes, ...more: Bytes[]) =>
    (await readOnnxModel(model(graph, ...more))).externalData;

  it.each([
    "a/../b",
    "..",
    "..\\b",
    "/etc/passwd",
    "\\\\host\\share",
    "C:\\x",
    "c:x",
    "*/_ORT_MEM_ADDR_/*",
    "a\0b",
  ])("that leaves the folder is reported: %j", async (location) => {
    expect(await filesOf(initializer("w", external({ location })))).toMatchObject([
      { location, escapes: true },
    ]);
  });

  it.each(["weights.bin", "./weights.bin", "a/b/..c", "a...b"])(
    "below the folder is fine: %j",
    async (location) => {
      expect(await filesOf(initializer("w", external({ location })))).toMatchObject([
        { location, escapes: false },
      ]);
    },
  );

  it("is found in subgraphs, in attributes and in functions", async () => {
    const tensor = (location: string): Bytes => external({ location });
    const node = (attribute: Bytes): Bytes => [...bytes(4, "If"), ...bytes(5, attribute)];
    const subgraph = bytes(6, bytes(1, node(bytes(10, tensor("b")))));
    const files = await filesOf(
      [
        ...bytes(1, node(bytes(5, tensor("a")))),
        ...bytes(1, node(subgraph)),
        ...bytes(15, bytes(2, tensor("c"))),
      ],
      bytes(25, [...bytes(7, node(bytes(22, bytes(1, tensor("d"))))), ...bytes(11, bytes(5, tensor("e")))]),
    );
    expect(files.map(({ location }) => location).sort()).toEqual(["a", "b", "c", "d", "e"]);
  });

  it("adds up tensors in one file", async () => {
    const at = (offset: number, length: number) =>
      initializer(`w${offset}`, external({ location: "w", offset: String(offset), length: String(length) }));
    expect(await filesOf([...at(4096, 100), ...at(0, 400)])).toEqual([
      { location: "w", escapes: false, tensors: 2, minimumSize: 4196 },
    ]);
  });

  it("is seen where a long enumeration value is cut to the same 32 bits", async () => {
    expect(await filesOf(initializer("w", external({ location: "../w" }, 2n ** 32n + 1n)))).toHaveLength(1);
  });

  it("must be told unambiguously", async () => {
    const twice = [...external({ location: "a" }), ...external({ location: "../b" })];
    await refused(model(initializer("w", twice)), /initializer\[0\].*repeats a key/);
    await refused(model(initializer("w", external({ offset: "0" }))), /does not name the file/);
    await refused(
      model(initializer("w", external({ location: "a", offset: "-1" }))),
      /offset is not a number/,
    );
  });
});

describe("a malformed file", () => {
  const named = (type: Bytes) => model(input("x", type));

  it.each([
    ["a varint without end", Uint8Array.from([8, ...Array(10).fill(0xff), 1]), /longer than 64 bits/],
    ["a varint of 65 bits", Uint8Array.from([8, ...Array(9).fill(0xff), 2]), /longer than 64 bits/],
    ["a varint that is cut off", Uint8Array.from([8, 0x80]), /ends within an integer/],
    [
      "a length beyond the end",
      Uint8Array.from([...integer(1, 8), 0x3a, 0x7f]),
      /claims 127 bytes where 0 are left/,
    ],
    ["a negative length", Uint8Array.from([0x3a, ...varint(-1)]), /claims -1 bytes/],
    ["a huge length", Uint8Array.from([0x3a, ...varint(2n ** 62n)]), /claims 4611686018427387904 bytes/],
    [
      "a child longer than its parent",
      model([0x5a, 0x05, 1]),
      /^model\.graph: field 11 claims 5 bytes where 1 /,
    ],
    ["field number 0", Uint8Array.from([0, 0]), /is no tag/],
    ["a group", Uint8Array.from([0x0b, 0x0c]), /wire type 3/],
    ["half a float", Uint8Array.from([0x0d, 1, 2]), /field 1 is cut off/],
    ["no graph", Uint8Array.from(integer(1, 8)), /has no graph/],
    ["no IR version", Uint8Array.from(bytes(7, [])), /has no IR version/],
    ["two graphs", model([], bytes(7, [])), /two graphs/],
    [
      "a Git LFS pointer",
      Uint8Array.from(text("version https://git-lfs.github.com/spec/v1\n")),
      /git lfs pull/,
    ],
    ["a zip archive", Uint8Array.from([0x50, 0x4b, 3, 4, 0, 0]), /zip archive/],
    ["a pickle", Uint8Array.from([0x80, 4, 0x95, 0]), /pickle/],
    ["an ORT file", Uint8Array.from([24, 0, 0, 0, ...text("ORTM"), 0, 0]), /onnxruntime's own format/],
    ["an input without a name", model(bytes(11, [])), /graph\.input\[0\]: has no name/],
    ["an input without a type", model(bytes(11, bytes(1, "x"))), /"x" declares no type/],
    ["an input without an element type", named(bytes(1, [])), /"x" declares no element type/],
    [
      "two types of one input",
      model(bytes(11, [...value("x", tensorType(1)), ...bytes(2, tensorType(7))])),
      /twice/,
    ],
    ["two members of a one-of", named([...tensorType(1), ...tensorType(7)]), /twice/],
    ["two inputs of one name", model([...input("x"), ...input("x")]), /two inputs have the name "x"/],
    ["a name that is not UTF-8", model(bytes(11, bytes(1, [0xff, 0xfe]))), /not UTF-8/],
    ["a negative dimension of a constant", model(bytes(5, integer(1, -3))), /-3 is not the size/],
    ["too many dimensions", named(tensorType(1, ...Array(1025).fill(1))), /more than 1024 dimensions/],
    ["a dimension beyond 2^53", named(bytes(1, bytes(2, bytes(1, integer(1, 2n ** 60n))))), /too large/],
    ["a negative opset", model([], bytes(8, integer(2, -1))), /opset_import\[0\]: -1 is no version/],
  ] as const)("is refused: %s", async (_, source, message) => {
    await refused(source, message);
  });

  it("is refused where types or graphs are nested without end", async () => {
    let type = tensorType(1);
    for (let depth = 0; depth < 200; depth++) type = bytes(4, bytes(1, type));
    await refused(named(type), /more than 100 messages are nested/);
    let graph: Bytes = [];
    for (let depth = 0; depth < 200; depth++) graph = bytes(1, bytes(5, bytes(6, graph)));
    await refused(model(graph), /more than 100 messages are nested/);
  });

  it("is refused where it has more entries than memory should hold", async () => {
    const inputs = Array.from({ length: 65_537 }, (_, index) => input(String(index), tensorType(1)));
    await refused(model(inputs.flat()), /more than 65536 inputs/);
    const nodes = Array.from({ length: 65_537 }, (_, index) => bytes(1, bytes(4, String(index))));
    await refused(model(nodes.flat()), /more than 65536 different operators/);
  });

  it.each([
    ["an unknown element type", tensorType(99), /element type 99/],
    ["a sparse tensor", bytes(8, integer(1, 1)), /type sparse tensor/],
    ["an opaque value", bytes(7, []), /type opaque/],
  ])("is not described where an input is %s", async (_, type, message) => {
    await refused(named(type), message, "UNSUPPORTED");
  });

  it("says where it went wrong", async () => {
    const graph = [...bytes(1, []), ...bytes(1, bytes(5, [0x2a, 0x7f]))];
    await expect(readOnnxModel(model(graph), { name: "credit.onnx" })).rejects.toMatchObject({
      details: { path: "credit.onnx.graph.node[1].attribute[0]", offset: 10 },
    });
  });
});

describe("a source", () => {
  const gigabytes = 3 * 2 ** 30;

  /** A model whose one initializer has a payload of 3 GB that exists only as a length. */
  function hugeSource(reads: number[]): RandomAccessSource {
    const tail = [...bytes(8, "w"), ...integer(1, gigabytes)];
    const before = [...integer(2, 2), ...varint(9 * 8 + 2), ...varint(gigabytes)];
    const constant = before.length + gigabytes + tail.length;
    const front = [...varint(5 * 8 + 2), ...varint(constant), ...before];
    const back = [...tail, ...input("x"), ...output("y")];
    const graph = front.length + gigabytes + back.length;
    const head = Uint8Array.from([...integer(1, 8), ...varint(7 * 8 + 2), ...varint(graph), ...front]);
    const end = Uint8Array.from([...back, ...bytes(2, "a producer")]);
    const size = head.length + gigabytes + end.length;
    const at = (position: number): number =>
      position < head.length ? head[position]! : (end[position - head.length - gigabytes] ?? 0);
    return {
      size,
      read: async (offset, length) => {
        reads.push(length);
        return Uint8Array.from({ length }, (_, index) => at(offset + index));
      },
    };
  }

  it("of gigabytes is described by reading kilobytes", async () => {
    const reads: number[] = [];
    const { initializers, signature, producerName } = await readOnnxModel(hugeSource(reads));
    expect(initializers).toEqual([{ name: "w", datatype: "uint8", shape: [gigabytes] }]);
    expect(signature.outputs.map(({ name }) => name)).toEqual(["y"]);
    expect(producerName).toBe("a producer");
    expect(reads.reduce((sum, length) => sum + length, 0)).toBeLessThan(16_384);
  });

  /** Reads a file of so many bytes through a source that counts. */
  async function readsOf(file: Uint8Array): Promise<{ reads: number; bytes: number }> {
    const total = { reads: 0, bytes: 0 };
    const read = async (offset: number, length: number): Promise<Uint8Array> => {
      total.reads += 1;
      total.bytes += length;
      return file.slice(offset, offset + length);
    };
    await readOnnxModel({ size: file.length, read });
    return total;
  }

  it("is read a little at a time where payloads are passed over", async () => {
    const payload = bytes(9, Array<number>(300_000).fill(0));
    const tensors = Array.from({ length: 20 }, (_, index) => initializer(`w${index}`, payload));
    const { bytes: loaded } = await readsOf(model(tensors.flat()));
    expect(loaded).toBeLessThan(20 * 10_000);
  });

  it("is read in growing pieces where nothing is passed over", async () => {
    const nodes = Array.from({ length: 60_000 }, () =>
      bytes(1, [...bytes(4, "Relu"), ...bytes(3, "a name of it")]),
    );
    const file = model(nodes.flat());
    const { reads, bytes: loaded } = await readsOf(file);
    expect(file.length).toBeGreaterThan(1_000_000);
    expect(reads).toBeLessThan(20);
    expect(loaded).toBeLessThan(file.length * 1.01);
  });

  it("that gives less than its size is CORRUPT", async () => {
    const source = { size: 100, read: async () => new Uint8Array(10) };
    await expect(readOnnxModel(source)).rejects.toMatchObject({ code: "CORRUPT" });
  });

  it("that fails passes its error on", async () => {
    const failure = new Error("disk");
    const source = { size: 100, read: () => Promise.reject(failure) };
    await expect(readOnnxModel(source)).rejects.toBe(failure);
  });

  it.each([undefined, null, "model.onnx", {}, { size: -1, read: async () => new Uint8Array() }])(
    "must be bytes or readable: %j",
    async (source) => {
      await expect(readOnnxModel(source as never)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    },
  );

  it("is left when the signal aborts", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const reading = readOnnxModel(
      { size: 100, read: () => new Promise(() => {}) },
      { signal: controller.signal },
    );
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);
    const { signal } = controller;
    await expect(readOnnxModel(model([]), { signal })).rejects.toBe(reason);
  });
});
