import type { Model, PredictionRecord } from "@millwright/core";
import { toWebHandler } from "@millwright/core/http";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { goldenPath } from "../golden.testing.js";
import { openPredictor, type Predictor, type UntypedRow } from "../predictor/open-predictor.js";
import { inferenceHandler } from "./inference-handler.js";

const models: Record<string, Predictor<UntypedRow, unknown>> = {};
const records: PredictionRecord[] = [];

beforeAll(async () => {
  models.iris = await openPredictor(goldenPath("iris_logreg_tensor/model.onnx"));
  for (const name of ["identity_int64", "identity_float16", "identity_float32", "identity_string"])
    models[name] = await openPredictor(goldenPath(`graphs/${name}/model.onnx`));
});
afterAll(() => Promise.all(Object.values(models).map((model) => model.close())));

async function infer(
  name: string,
  body: unknown,
  options = {},
): Promise<{ status: number; body: { error?: string; outputs?: { data: unknown[] }[] }; text: string }> {
  const handler = toWebHandler(
    inferenceHandler({ models, record: (record) => records.push(record), ...options }),
  );
  const response = await handler(
    new Request(`http://localhost/v2/models/${name}/infer`, {
      method: "POST",
      body: typeof body === "string" || body instanceof Uint8Array ? (body as string) : JSON.stringify(body),
    }),
  );
  const text = await response.text();
  return { status: response.status, body: JSON.parse(text), text };
}

const of = (name: string, datatype: string, shape: unknown, data: unknown) => ({
  inputs: [{ name, datatype, shape, data }],
});
const nested = (depth: number, inside = "1"): string => "[".repeat(depth) + inside + "]".repeat(depth);

describe("a caller's mistake is a 4xx that names it, however it is made", () => {
  test.each<[string, string | Uint8Array]>([
    [
      "data nested without end",
      `{"inputs":[{"name":"X","datatype":"FP32","shape":[1,4],"data":${nested(500_000)}}]}`,
    ],
    [
      "a datatype nested without end",
      `{"inputs":[{"name":"X","datatype":${nested(500_000)},"shape":[1,4],"data":[]}]}`,
    ],
    ["bytes that are no UTF-8", Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)],
    ["rows of no values, by the billion", JSON.stringify(of("X", "FP32", [2 ** 40, 0], []))],
    ["no values in a huge shape", JSON.stringify(of("X", "FP32", [0, 2 ** 52], []))],
    [
      "an input that is called __proto__",
      '{"inputs":[{"name":"__proto__","datatype":"FP32","shape":[0],"data":[]}]}',
    ],
    [
      "two inputs that are called __proto__",
      `{"inputs":[${Array(2).fill('{"name":"__proto__","datatype":"FP32","shape":[0],"data":[]}')}]}`,
    ],
    ["no inputs", '{"inputs":[]}'],
    ["an empty body", ""],
  ])("%s", async (_, body) => {
    const answer = await infer("iris", body);
    expect(answer.status).toBe(400);
    expect(answer.body.error?.length).toBeLessThan(500);
  });
});

test("rows of no values do not become records by the billion", async () => {
  records.length = 0;
  await infer("iris", of("X", "FP32", [2 ** 31, 0], []));
  expect(records.length).toBeLessThan(2);
});

test("a batch without rows is answered without rows", async () => {
  const answer = await infer("identity_float32", of("input", "FP32", [0], []));
  expect(answer.body.outputs ?? answer).toMatchObject([{ data: [] }]);
});

describe("an int64 beyond 2^53", () => {
  test("is refused as a JSON number, which has lost its last digits, and the error says what to send", async () => {
    const answer = await infer(
      "identity_int64",
      '{"inputs":[{"name":"input","datatype":"INT64","shape":[1],"data":[9007199254740993]}]}',
    );
    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatch(/inputs\[0\]\.data\[0\].*string/);
  });

  test("comes back whole when it is sent as a string of digits", async () => {
    const answer = await infer(
      "identity_int64",
      of("input", "INT64", [3], ["9007199254740993", "-9223372036854775808", 5]),
    );
    expect(answer.text).toContain('"data":[9007199254740993,-9223372036854775808,5]');
  });

  test.each(["9223372036854775808", "", "1.0", "0x10", "1e3", "９"])("%o is refused", async (text) => {
    expect((await infer("identity_int64", of("input", "INT64", [1], [text]))).status).toBe(400);
  });
});

test("an output that is asked for twice is given once", async () => {
  const request = {
    ...of("X", "FP32", [1, 4], [5.1, 3.5, 1.4, 0.2]),
    outputs: [{ name: "label" }, { name: "label" }],
  };
  expect((await infer("iris", request)).body.outputs).toHaveLength(1);
});

describe("a model of one's own", () => {
  const signature = { inputs: [], outputs: [] };
  const model = (infer: Model["infer"]): Model => ({
    name: "own",
    version: "1",
    signature,
    state: "ready",
    infer,
    statistics: () => ({ requests: 0, failures: 0, rows: 0, computeMicros: 0, queueMicros: 0 }),
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  });
  const request = of("x", "FP32", [1], [1]);

  test("that throws is a 500 without its message, which goes to the log", async () => {
    const error = vi.fn();
    const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error };
    const own = model(() => Promise.reject(new Error("a secret")));
    const answer = await infer("own", request, { models: { own }, logger });
    expect([answer.status, answer.text.includes("secret")]).toEqual([500, false]);
    expect(error).toHaveBeenCalledWith(
      expect.any(String),
      expect.objectContaining({ error: expect.any(Error) }),
    );
  });

  test("whose answer cannot be written is recorded once, as a failure", async () => {
    records.length = 0;
    const own = model(async () => ({ y: { datatype: "float16", shape: [1], data: Uint16Array.of(15_360) } }));
    const answer = await infer("own", request, { models: { own } });
    expect(answer.status).toBe(400);
    expect(answer.body.error).toContain("FP16");
    expect(records.map(({ outcome }) => outcome)).toEqual(["UNSUPPORTED"]);
  });

  test("a sink that fails later brings nobody down", async () => {
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    const own = model(async () => ({}));
    const record = (): Promise<void> => Promise.reject(new Error("late"));
    expect((await infer("own", request, { models: { own }, record })).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 10));
    process.off("unhandledRejection", unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});
