import type { ModelSignature, Tensor, Tensors } from "@millwright/core";
import { expect, test } from "vitest";
import type { Backend } from "../backends/backend.js";
import { openPredictor } from "./open-predictor.js";

const signature: ModelSignature = {
  inputs: [{ kind: "tensor", name: "x", datatype: "float32", shape: ["n"] }],
  outputs: [{ kind: "tensor", name: "y", datatype: "float32", shape: ["n"] }],
};
const tensor = (...values: number[]): Tensor => ({
  datatype: "float32",
  shape: [values.length],
  data: Float32Array.from(values),
});

/** A backend that takes a while, and notes what happens to it. */
function slowBackend(): { backend: Backend; log: string[]; overlapped: () => boolean } {
  const log: string[] = [];
  let running = 0;
  let overlapped = false;
  const run = async (inputs: Tensors): Promise<Tensors> => {
    overlapped ||= running > 0;
    running++;
    await new Promise((resolve) => setTimeout(resolve, 5));
    running--;
    log.push(`run ${inputs.x!.data[0]}`);
    return { y: inputs.x! };
  };
  const release = async (): Promise<void> => void log.push("release");
  return {
    backend: { name: "slow", load: async () => ({ run, release }) },
    log,
    overlapped: () => overlapped,
  };
}

const source = (described = signature) => ({
  uri: "m",
  resolve: async () => ({ name: "m", version: "1", signature: described, bytes: Uint8Array.of(1) }),
});

test("calls of a session do not overlap, and one that was aborted while it waited does not run", async () => {
  const { backend, log, overlapped } = slowBackend();
  const predictor = await openPredictor(source(), { backend });
  const controller = new AbortController();
  const first = predictor.infer({ x: tensor(1) });
  const second = predictor.infer({ x: tensor(2) }, { signal: controller.signal });
  const third = predictor.infer({ x: tensor(3) });
  controller.abort(new Error("enough"));
  await expect(second).rejects.toThrow("enough");
  await Promise.all([first, third]);
  expect(overlapped()).toBe(false);
  expect(log).toEqual(["run 1", "run 3"]);
  await predictor.close();
});

test("a session is not released under a call that was aborted", async () => {
  const { backend, log } = slowBackend();
  const predictor = await openPredictor(source(), { backend });
  const controller = new AbortController();
  const call = predictor.infer({ x: tensor(1) }, { signal: controller.signal });
  await new Promise((resolve) => setTimeout(resolve, 1));
  controller.abort(new Error("enough"));
  await expect(call).rejects.toThrow("enough");
  await predictor.close();
  expect(log).toEqual(["run 1", "release"]);
});

test("a session of a model that rows cannot fill, or of an aborted opening, is not left open", async () => {
  const { backend, log } = slowBackend();
  const sequence = {
    ...signature,
    inputs: [{ kind: "sequence" as const, name: "x", of: signature.inputs[0]! }],
  };
  await expect(openPredictor(source(sequence), { backend })).rejects.toMatchObject({ code: "UNSUPPORTED" });
  const controller = new AbortController();
  const aborting: Backend = {
    name: "aborting",
    load: async (model) => {
      controller.abort(new Error("enough"));
      return backend.load(model);
    },
  };
  await expect(openPredictor(source(), { backend: aborting, signal: controller.signal })).rejects.toThrow(
    "enough",
  );
  expect(log).toEqual(["release"]);
});

test("no rows give no rows, and ask the runtime nothing", async () => {
  const { backend, log } = slowBackend();
  const predictor = await openPredictor(source(), { backend });
  expect(await predictor.predict([])).toEqual([]);
  expect(log).toEqual([]);
  await predictor.close();
  await expect(predictor.predict([])).rejects.toMatchObject({ code: "CLOSED" });
});
