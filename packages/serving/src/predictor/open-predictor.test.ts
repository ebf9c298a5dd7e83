import { readFileSync } from "node:fs";
import { MillwrightError } from "@millwright/core";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { golden, goldenPath, type RecordedTensor, tensorOf } from "../golden.testing.js";
import { openPredictor } from "./open-predictor.js";

interface Case {
  readonly name: string;
  readonly input: Record<string, RecordedTensor>;
  readonly expected: Record<string, RecordedTensor> | { error: string };
}

const graphs = [
  "identity_float32",
  "identity_int64",
  "identity_string",
  "identity_bool",
  "identity_float16",
  "default_input",
  "fixed_batch_1",
];

describe.each(graphs)("the recorded graph %s", (name) => {
  const { cases } = golden<{ cases: Case[] }>(`graphs/${name}/cases.json`);
  test.each(cases)("$name", async ({ input, expected }) => {
    await using predictor = await openPredictor(goldenPath(`graphs/${name}/model.onnx`));
    const tensors = Object.fromEntries(Object.entries(input).map(([key, tensor]) => [key, tensorOf(tensor)]));
    if ("error" in expected && typeof expected.error === "string") {
      await expect(predictor.infer(tensors)).rejects.toMatchObject({
        code: expect.stringMatching(/INVALID_ARGUMENT|INFERENCE_FAILED/),
      });
      return;
    }
    if (name === "default_input" && Object.keys(tensors).length === 2) {
      // onnxruntime for JavaScript ignores the value; a refusal is better than a wrong answer.
      await expect(predictor.infer(tensors)).rejects.toMatchObject({ code: "UNSUPPORTED" });
      return;
    }
    const outputs = await predictor.infer(tensors);
    for (const [key, tensor] of Object.entries(expected as Record<string, RecordedTensor>)) {
      expect({ ...outputs[key], shape: [...outputs[key]!.shape] }).toEqual(tensorOf(tensor));
    }
  });
});

const Application = z.object({
  age: z.int(),
  income: z.number().nullable(),
  loan_amount: z.number(),
  term_months: z.int(),
  debt_ratio: z.number(),
  months_employed: z.int(),
  late_payments: z.int(),
  employment: z
    .string()
    .nullable()
    .transform((value) => value ?? ""),
  region: z.string(),
  housing: z.string(),
  purpose: z.string(),
});
const Decision = z.object({ label: z.int(), probabilities: z.tuple([z.number(), z.number()]) });

interface Heldout {
  columns: { name: string }[];
  rows: unknown[][];
}

function applications(): z.input<typeof Application>[] {
  const { columns, rows } = golden<Heldout>("credit/heldout.json");
  const names = Object.keys(Application.shape);
  return rows.map((row) =>
    Object.fromEntries(names.map((name) => [name, row[columns.findIndex((column) => column.name === name)]])),
  ) as never;
}

describe("typed rows of the credit model", () => {
  const { expected } = golden<{ expected: { onnx: Record<string, RecordedTensor> } }>("credit/expected.json");

  test("give the recorded labels, and the recorded probabilities bit for bit", async () => {
    await using predictor = await openPredictor(goldenPath("credit/model.onnx"), {
      input: Application,
      output: Decision,
    });
    const decisions = await predictor.predict(applications());
    expect(decisions.map((decision) => decision.label)).toEqual(expected.onnx.label!.data);
    expect(decisions.flatMap((decision) => decision.probabilities)).toEqual(
      expected.onnx.probabilities!.data,
    );
    expect(predictor.statistics()).toMatchObject({ requests: 1, rows: 50, failures: 0 });
  });

  test("are the same from bytes, and one by one", async () => {
    await using predictor = await openPredictor(readFileSync(goldenPath("credit/model.onnx")), {
      input: Application,
      output: Decision,
    });
    const [first] = await predictor.predict(applications().slice(3, 4));
    expect(first?.probabilities).toEqual(expected.onnx.probabilities!.data.slice(6, 8));
  });

  test.each([
    [{ age: 40.5 }, "rows[0].age"],
    [{ income: "much" }, "rows[0].income"],
    [{ region: null }, "rows[0].region"],
  ])("refuse %o before anything is computed", async (change, path) => {
    await using predictor = await openPredictor(goldenPath("credit/model.onnx"), { input: Application });
    const attempt = predictor.predict([{ ...applications()[0]!, ...change } as never]);
    await expect(attempt).rejects.toMatchObject({ code: "INVALID_ARGUMENT", details: { path } });
    expect(predictor.statistics().requests).toBe(0);
  });
});

describe("untyped rows", () => {
  test("fill one matrix from arrays", async () => {
    const { rows } = golden<Heldout>("iris_logreg_tensor/heldout.json");
    const { expected } = golden<{ expected: { onnx: Record<string, RecordedTensor> } }>(
      "iris_logreg_tensor/expected.json",
    );
    await using predictor = await openPredictor(goldenPath("iris_logreg_tensor/model.onnx"));
    const results = await predictor.predict(rows.map((row) => ({ X: row.slice(0, 4) })));
    expect(results.map((row) => row.label)).toEqual(expected.onnx.label!.data);
    expect(results.flatMap((row) => row.probabilities)).toEqual(expected.onnx.probabilities!.data);
  });

  test.each([
    [{}, "rows[0].X"],
    [{ X: [1, 2, 3] }, "rows[0].X"],
    [{ X: [1, 2, 3, "4"] }, "rows[0].X[3]"],
    [{ X: [1, 2, 3, 4], Y: 1 }, "rows[0].Y"],
  ])("refuse %o", async (row, path) => {
    await using predictor = await openPredictor(goldenPath("iris_logreg_tensor/model.onnx"));
    await expect(predictor.predict([row])).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      details: { path },
    });
  });
});

describe("opening", () => {
  test("a file that is not there is NOT_FOUND", async () => {
    await expect(openPredictor("no/such/model.onnx")).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("an HTML page is refused", async () => {
    const error = await openPredictor(goldenPath("graphs/not_onnx/model.onnx")).catch(
      (caught: unknown) => caught,
    );
    expect(MillwrightError.is(error)).toBe(true);
  });

  test("an aborted signal stops it with its reason", async () => {
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    await expect(openPredictor(goldenPath("credit/model.onnx"), { signal })).rejects.toBe(reason);
  });
});

test("after close every call is refused, and close can be repeated", async () => {
  const predictor = await openPredictor(goldenPath("iris_logreg_tensor/model.onnx"));
  const running = predictor.predict([{ X: [1, 2, 3, 4] }]);
  await Promise.all([predictor.close(), predictor.close()]);
  await expect(running).resolves.toHaveLength(1);
  expect(predictor.state).toBe("closed");
  await expect(predictor.predict([{ X: [1, 2, 3, 4] }])).rejects.toMatchObject({ code: "CLOSED" });
});
