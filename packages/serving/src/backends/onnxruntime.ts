import { messageOf, type Tensor, type TensorDataType, type Tensors } from "@millwright/core";
import { servingError } from "../errors.js";
import type { Backend, BackendSession } from "./backend.js";

/** What is used of `onnxruntime-common`, so that no runtime is imported for its types. */
export interface OnnxRuntime {
  readonly Tensor: new (type: string, data: unknown, dims: readonly number[]) => OnnxTensor;
  readonly InferenceSession: {
    create(model: Uint8Array, options: Record<string, unknown>): Promise<OnnxSession>;
  };
}

interface OnnxTensor {
  readonly type: string;
  readonly data: unknown;
  readonly dims: readonly number[];
}

interface OnnxSession {
  readonly inputNames: readonly string[];
  run(feeds: Record<string, OnnxTensor>, fetches: readonly string[]): Promise<Record<string, OnnxTensor>>;
  release(): Promise<void>;
}

/**
 * A backend over an onnxruntime module (`onnxruntime-node`, or any that has its interface). One thread, without spinning: the
 * default of onnxruntime, all cores busy-waiting, loses under load (reference/serving, measured 2 to 4 times slower).
 */
export function onnxRuntimeBackend(name: string, runtime: OnnxRuntime): Backend {
  return {
    name,
    async load(model) {
      const session = await create(runtime, model);
      return sessionOf(runtime, session);
    },
  };
}

async function create(runtime: OnnxRuntime, model: Uint8Array): Promise<OnnxSession> {
  try {
    return await runtime.InferenceSession.create(model, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      logSeverityLevel: 4,
      extra: { session: { intra_op: { allow_spinning: "0" }, inter_op: { allow_spinning: "0" } } },
    });
  } catch (cause) {
    throw servingError("MODEL_INVALID", `onnxruntime refuses the model: ${messageOf(cause)}`, { cause });
  }
}

function sessionOf(runtime: OnnxRuntime, session: OnnxSession): BackendSession {
  return {
    async run(inputs, outputs) {
      const feeds: Record<string, OnnxTensor> = {};
      for (const [name, tensor] of Object.entries(inputs)) {
        // It would ignore the value and compute with the default (1.30.0).
        if (!session.inputNames.includes(name)) {
          throw servingError(
            "UNSUPPORTED",
            `onnxruntime cannot override the default of the input ${name}; leave it out`,
            {
              details: { path: name },
            },
          );
        }
        feeds[name] = feedOf(runtime, tensor);
      }
      let results: Record<string, OnnxTensor>;
      try {
        results = await session.run(feeds, outputs);
      } catch (cause) {
        throw servingError("INFERENCE_FAILED", `onnxruntime failed: ${messageOf(cause)}`, { cause });
      }
      return tensorsOf(results);
    },
    release: () => session.release(),
  };
}

function tensorsOf(results: Record<string, OnnxTensor>): Tensors {
  const tensors: Record<string, Tensor> = {};
  for (const [name, { type, data, dims }] of Object.entries(results)) {
    tensors[name] = { datatype: type as TensorDataType, shape: dims, data: dataOf(type, data) };
  }
  return tensors;
}

/** A tensor for the runtime; the data is not copied. */
function feedOf(runtime: OnnxRuntime, { datatype, data, shape }: Tensor): OnnxTensor {
  const feed = new runtime.Tensor(datatype, data, shape);
  // Where the host has Float16Array (Node 24), the tensor holds one, which the native part reads as empty (1.30.0).
  if (datatype === "float16") Object.defineProperty(feed, "data", { value: data });
  return feed;
}

/** Where the host has Float16Array, the runtime gives that; our tensors hold the bits. */
function dataOf(type: string, data: unknown): Tensor["data"] {
  if (type !== "float16" || !ArrayBuffer.isView(data)) return data as Tensor["data"];
  return new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2);
}

/** Loads `onnxruntime-node`. @throws {MillwrightError} `MISSING_DEPENDENCY` */
export async function defaultBackend(): Promise<Backend> {
  // A variable keeps bundlers for the browser from following the import.
  const name = "onnxruntime-node";
  let runtime: OnnxRuntime & { default?: OnnxRuntime };
  try {
    runtime = await import(/* @vite-ignore */ /* webpackIgnore: true */ name);
  } catch (cause) {
    throw servingError(
      "MISSING_DEPENDENCY",
      "onnxruntime-node is not installed; run `ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node` (its install script only downloads CUDA libraries), or pass a backend",
      { cause },
    );
  }
  return onnxRuntimeBackend(name, runtime.default ?? runtime);
}
