import type { PredictionRecord } from "@millwright/core";
import { bearerTokens, toWebHandler } from "@millwright/core/http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { golden, goldenPath, type RecordedTensor } from "../golden.testing.js";
import { serve } from "../node/serve.js";
import { openPredictor, type Predictor, type UntypedRow } from "../predictor/open-predictor.js";
import { inferenceHandler } from "./inference-handler.js";

let iris: Predictor<UntypedRow, unknown>;
let int64: Predictor<UntypedRow, unknown>;
const records: PredictionRecord[] = [];

beforeAll(async () => {
  iris = await openPredictor(goldenPath("iris_logreg_tensor/model.onnx"));
  int64 = await openPredictor(goldenPath("graphs/identity_int64/model.onnx"));
});
afterAll(async () => {
  await iris.close();
  await int64.close();
});

function ask(path: string, init?: RequestInit, options = {}): Promise<Response> {
  const handler = inferenceHandler({
    models: { iris, int64 },
    record: (record) => records.push(record),
    ...options,
  });
  return toWebHandler(handler)(new Request(`http://localhost${path}`, init));
}

const post = (body: unknown): RequestInit => ({
  method: "POST",
  body: typeof body === "string" ? body : JSON.stringify(body),
});
const input = (over: object = {}) => ({
  name: "X",
  datatype: "FP32",
  shape: [1, 4],
  data: [5.1, 3.5, 1.4, 0.2],
  ...over,
});

describe("health and metadata", () => {
  test.each([
    ["/v2", { name: "millwright", version: "0.1.0", extensions: [] }],
    ["/v2/", { name: "millwright", version: "0.1.0", extensions: [] }],
    ["/v2/health/live", { live: true }],
    ["/v2/health/ready", { live: true, ready: true }],
    ["/v2/models/iris/ready", { name: "iris", ready: true }],
    ["/v2/models/iris/versions/0/ready", { name: "iris", ready: true }],
    [
      "/v2/models/iris",
      {
        name: "iris",
        versions: ["0"],
        platform: "onnx_onnxv1",
        inputs: [{ name: "X", datatype: "FP32", shape: [-1, 4] }],
        outputs: [
          { name: "label", datatype: "INT64", shape: [-1] },
          { name: "probabilities", datatype: "FP32", shape: [-1, 3] },
        ],
      },
    ],
  ])("GET %s", async (path, body) => {
    const response = await ask(path);
    expect([response.status, await response.json()]).toEqual([200, body]);
  });

  test.each([
    "/",
    "/v1",
    "/v2/models/other",
    "/v2/models/iris/versions/7",
    "/v2/models/iris/other",
    "/v2/models/__proto__",
  ])("GET %s is not found", async (path) => {
    const response = await ask(path);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ error: expect.any(String) });
  });

  test("a wrong method says which is right", async () => {
    const response = await ask("/v2/models/iris/infer");
    expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"]);
  });
});

describe("inference", () => {
  test("gives the recorded answer for nested and flat data, echoes the id and names each row", async () => {
    const { rows } = golden<{ rows: number[][] }>("iris_logreg_tensor/heldout.json");
    const { expected } = golden<{ expected: { onnx: Record<string, RecordedTensor> } }>(
      "iris_logreg_tensor/expected.json",
    );
    const data = rows.map((row) => row.slice(0, 4));
    for (const form of [data, data.flat()]) {
      records.length = 0;
      const body = {
        id: "r-1",
        inputs: [{ name: "X", datatype: "FP32", shape: [rows.length, 4], data: form }],
      };
      const response = await ask("/v2/models/iris/infer", post(body));
      const answer = (await response.json()) as { outputs: unknown; parameters: { prediction_ids: string } };
      expect(answer).toMatchObject({ model_name: "iris", model_version: "0", id: "r-1" });
      expect(answer.outputs).toEqual([
        { name: "label", datatype: "INT64", shape: [rows.length], data: expected.onnx.label!.data },
        {
          name: "probabilities",
          datatype: "FP32",
          shape: [rows.length, 3],
          data: expected.onnx.probabilities!.data,
        },
      ]);
      expect(answer.parameters.prediction_ids.split(",")).toEqual(records.map((record) => record.id));
      expect(records[0]).toMatchObject({
        requestId: "r-1",
        model: { name: "model", version: "0" },
        endpoint: "iris",
        outcome: "ok",
        output: { label: expected.onnx.label!.data[0] },
      });
    }
  });

  test("keeps every digit of an int64", async () => {
    const body = '{"inputs":[{"name":"input","datatype":"INT64","shape":[2],"data":[0,-5]}]}';
    const response = await ask("/v2/models/int64/infer", post(body));
    expect(await response.text()).toContain('"data":[0,-5]');
  });

  test("gives only the outputs that are asked for", async () => {
    const response = await ask(
      "/v2/models/iris/infer",
      post({ inputs: [input()], outputs: [{ name: "label" }] }),
    );
    expect(((await response.json()) as { outputs: unknown[] }).outputs).toHaveLength(1);
  });

  test.each<[unknown, string]>([
    ["{", "body"],
    [[], "body"],
    [{}, "inputs"],
    [{ inputs: [1] }, "inputs[0]"],
    [{ inputs: [{ ...input(), name: 3 }] }, "inputs[0].name"],
    [{ inputs: [input({ datatype: "FP99" })] }, "inputs[0].datatype"],
    [{ inputs: [input({ datatype: "INT64" })] }, "inputs[0].data[0]"],
    [{ inputs: [input({ shape: [1, -4] })] }, "inputs[0].shape[1]"],
    [{ inputs: [input({ shape: [1, 5] })] }, "inputs[0].data"],
    [{ inputs: [input({ shape: [1e6, 1e6] })] }, "inputs[0].shape"],
    [{ inputs: [input({ data: [1, 2, 3, "x"] })] }, "inputs[0].data[3]"],
    [{ inputs: [input(), input()] }, "inputs[1].name"],
    [{ inputs: [input({ name: "Y" })] }, "Y"],
    [{ inputs: [] }, "X"],
    [{ inputs: [input({ shape: [2, 2] })] }, "X"],
    [{ inputs: [input()], outputs: [{ name: "other" }] }, "other"],
    [{ id: 5, inputs: [input()] }, "id"],
    [{ inputs: [input({ parameters: { binary_data_size: 16 } })] }, "inputs[0].parameters.binary_data_size"],
  ])("refuses %o with a 400 that names the field", async (body, field) => {
    const response = await ask("/v2/models/iris/infer", post(body));
    const answer = (await response.json()) as { error: string };
    expect([response.status, answer.error.startsWith(`${field}:`)]).toEqual([400, true]);
  });

  test("records failures with their code", async () => {
    records.length = 0;
    await ask("/v2/models/iris/infer", post({ inputs: [input({ name: "Y" })] }));
    expect(records).toMatchObject([{ outcome: "INVALID_ARGUMENT", output: {} }]);
  });

  test("refuses a body over the limit", async () => {
    const response = await ask("/v2/models/iris/infer", post({ inputs: [input()] }), { bodyLimit: 10 });
    expect(response.status).toBe(413);
  });

  test("a record sink that throws costs nobody a prediction", async () => {
    const record = (): void => {
      throw new Error("broken");
    };
    expect((await ask("/v2/models/iris/infer", post({ inputs: [input()] }), { record })).status).toBe(200);
  });
});

describe("callers", () => {
  const ada = { id: "ada", kind: "user", roles: [], attributes: {} } as const;
  const authenticate = bearerTokens([{ token: "secret", principal: ada }]);
  const authorize = () => ({ allowed: false, reason: "not today" });
  const authorization = { authorization: "Bearer secret" };

  test("without credentials get a 401, health without any", async () => {
    expect((await ask("/v2/models/iris", {}, { authenticate })).status).toBe(401);
    expect((await ask("/v2/models/unknown", {}, { authenticate })).status).toBe(401);
    expect((await ask("/v2/models/iris/ready", {}, { authenticate })).status).toBe(401);
    expect((await ask("/v2/health/live", {}, { authenticate })).status).toBe(200);
    expect((await ask("/v2/models/iris", { headers: authorization }, { authenticate })).status).toBe(200);
  });

  test("that the policy refuses get a 403 with the reason", async () => {
    const response = await ask("/v2/models/iris", { headers: authorization }, { authenticate, authorize });
    expect([response.status, ((await response.json()) as { error: string }).error]).toEqual([
      403,
      expect.stringContaining("not today"),
    ]);
  });
});

test("a real server answers, and drains when it is closed", async () => {
  const server = await serve(inferenceHandler({ models: { iris } }));
  const answer = fetch(`${server.url}/v2/models/iris/infer`, post({ inputs: [input()] }));
  expect((await answer).status).toBe(200);
  await Promise.all([server.close(), server.close()]);
  await expect(fetch(`${server.url}/v2`)).rejects.toThrow();
});
