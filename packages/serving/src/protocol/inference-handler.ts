import {
  type Authorize,
  allowAll,
  anonymous,
  type Clock,
  coreError,
  type Logger,
  MillwrightError,
  type Model,
  type Principal,
  systemClock,
} from "@millwright/core";
import {
  type Authenticate,
  coreStatuses,
  type HttpCall,
  type HttpHandler,
  type HttpReply,
  isReply,
  jsonReply,
  pathSegments,
  readBody,
} from "@millwright/core/http";
import { type ServingErrorCode, servingError } from "../errors.js";
import { type PredictionSink, recordPredictions, rowIdentifiers } from "../records/prediction-records.js";
import { modelMetadata } from "./metadata.js";
import { readInferenceRequest } from "./read-request.js";
import { writeInferenceResponse } from "./write-response.js";

/** What to serve, and to whom. */
export interface InferenceHandlerOptions {
  /** Models by the name in the URL. They stay yours to close. */
  readonly models: Readonly<Record<string, Model>>;
  /** Receives one record a row, also of failures. */
  readonly record?: PredictionSink | undefined;
  /** Says who calls. Default: everybody is anonymous. */
  readonly authenticate?: Authenticate | undefined;
  /** Asked for `"model.infer"` and `"model.read"`. Default: everybody may. */
  readonly authorize?: Authorize | undefined;
  /** Largest JSON body, in bytes. Default: 8 MiB. */
  readonly bodyLimit?: number | undefined;
  readonly clock?: Clock | undefined;
  /** Told of every error that became a 5xx. Default: nobody. */
  readonly logger?: Logger | undefined;
}

const statuses: Readonly<Record<ServingErrorCode, number>> = {
  INVALID_ARGUMENT: 400,
  NOT_FOUND: 404,
  LIMIT_EXCEEDED: 413,
  UNSUPPORTED: 400,
  CLOSED: 503,
  MODEL_INVALID: 500,
  INFERENCE_FAILED: 500,
  MISSING_DEPENDENCY: 500,
};

/**
 * Serves models by the Open Inference Protocol (KServe's V2 REST protocol) with JSON tensors: health, metadata, inference.
 * Mount it with `toWebHandler` or `toNodeListener` of `@millwright/core/http`, or start a server with `serve` of
 * `@millwright/serving/node`.
 *
 * Each row of an answer has an identifier, in the response parameter `prediction_ids` (separated by commas) and in the
 * prediction records. Errors are `{ "error": "…" }` as the protocol says.
 *
 * @example
 * ```ts
 * import { toWebHandler } from "@millwright/core/http";
 * import { inferenceHandler, openPredictor } from "@millwright/serving";
 *
 * const credit = await openPredictor("credit.onnx");
 * const handler = toWebHandler(inferenceHandler({ models: { credit } }));
 * const response = await handler(new Request("http://localhost/v2/models/credit"));
 * console.log(await response.json());
 * ```
 */
export function inferenceHandler(options: InferenceHandlerOptions): HttpHandler {
  const settings: Settings = {
    models: options.models,
    record: options.record,
    authenticate: options.authenticate ?? (() => anonymous),
    authorize: options.authorize ?? allowAll,
    bodyLimit: options.bodyLimit ?? 8 * 1024 * 1024,
    clock: options.clock ?? systemClock(),
    logger: options.logger,
  };
  return async (call) => {
    try {
      return await route(settings, call);
    } catch (error) {
      const reply = protocolError(error);
      if (reply.status >= 500 && !(error instanceof Refusal) && !call.signal.aborted)
        settings.logger?.error(`${call.method} ${call.path} failed`, { status: reply.status, error });
      return reply;
    }
  };
}

interface Settings {
  readonly models: Readonly<Record<string, Model>>;
  readonly record: PredictionSink | undefined;
  readonly authenticate: Authenticate;
  readonly authorize: Authorize;
  readonly bodyLimit: number;
  readonly clock: Clock;
  readonly logger: Logger | undefined;
}

async function route(settings: Settings, call: HttpCall): Promise<HttpReply> {
  const path = pathSegments(call.path.replace(/\/$/, "") || "/");
  const [root, group, name, ...rest] = path ?? [];
  if (root !== "v2") throw servingError("NOT_FOUND", `there is nothing at ${call.path}`);
  if (group === undefined) return get(call, () => ({ name: "millwright", version: "0.1.0", extensions: [] }));
  if (group === "health" && rest.length === 0) {
    if (name === "live") return get(call, () => ({ live: true }));
    if (name === "ready") return ready(call, "ready", Object.values(settings.models));
  }
  if (group === "models" && name !== undefined) {
    // Admission first: who may not ask does not learn which models there are.
    const isInference = rest.at(-1) === "infer";
    const principal = await admit(settings, call, isInference ? "model.infer" : "model.read", name);
    const [model, action] = findModel(settings, name, rest);
    if (action === "ready") return ready(call, "ready", [model], name);
    if (action === undefined) return get(call, () => modelMetadata(name, model));
    if (action === "infer") return infer(settings, call, name, model, principal);
  }
  throw servingError("NOT_FOUND", `there is nothing at ${call.path}`);
}

function findModel(settings: Settings, name: string, rest: readonly string[]): [Model, string | undefined] {
  const model = Object.hasOwn(settings.models, name) ? settings.models[name] : undefined;
  if (model === undefined) throw servingError("NOT_FOUND", `there is no model ${name}`);
  if (rest[0] !== "versions") return [model, actionOf(rest)];
  if (rest[1] !== model.version)
    throw servingError(
      "NOT_FOUND",
      `the model ${name} has no version ${rest[1]} here; it is at ${model.version}`,
    );
  return [model, actionOf(rest.slice(2))];
}

function actionOf(rest: readonly string[]): string | undefined {
  return rest.length <= 1 ? rest[0] : rest.join("/");
}

function get(call: HttpCall, body: () => unknown): HttpReply {
  if (call.method !== "GET" && call.method !== "HEAD") return methodNotAllowed("GET");
  return jsonReply(200, body());
}

function ready(call: HttpCall, field: string, models: readonly Model[], name?: string): HttpReply {
  if (call.method !== "GET" && call.method !== "HEAD") return methodNotAllowed("GET");
  const isReady = models.every((model) => model.state === "ready");
  return jsonReply(isReady ? 200 : 503, {
    ...(name === undefined ? { live: true } : { name }),
    [field]: isReady,
  });
}

async function infer(
  settings: Settings,
  call: HttpCall,
  name: string,
  model: Model,
  principal: Principal,
): Promise<HttpReply> {
  if (call.method !== "POST") return methodNotAllowed("POST");
  if (call.header("inference-header-content-length") !== undefined) {
    throw servingError(
      "INVALID_ARGUMENT",
      "this server speaks JSON tensors; send no Inference-Header-Content-Length",
    );
  }
  const time = settings.clock.now();
  const body = await readBody(call, { limit: settings.bodyLimit });
  const request = readInferenceRequest(textOf(body));
  const ids = rowIdentifiers(request.tensors, time);
  const started = settings.clock.monotonic();
  const finish = (outcome: string, outputs: Awaited<ReturnType<Model["infer"]>>): void => {
    if (settings.record === undefined) return;
    const computeMicros = Math.round(settings.clock.monotonic() - started);
    const fields = {
      requestId: request.id,
      endpoint: name,
      time,
      computeMicros,
      inputs: request.tensors,
      outputs,
      outcome,
    };
    recordPredictions(settings.record, model, ids, fields);
  };
  try {
    const context = { requestId: request.id, principal, outputs: request.outputs, signal: call.signal };
    const outputs = await model.infer(request.tensors, context);
    const parameters = { prediction_ids: ids.join(",") };
    const json = writeInferenceResponse(
      { modelName: name, modelVersion: model.version, id: request.id, parameters },
      outputs,
    );
    finish("ok", outputs);
    return { status: 200, headers: { "content-type": "application/json" }, body: json };
  } catch (error) {
    finish(MillwrightError.is(error) ? error.code : "INTERNAL", {});
    throw error;
  }
}

function textOf(body: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    throw servingError("INVALID_ARGUMENT", "body: is not UTF-8", { details: { path: "body" } });
  }
}

async function admit(settings: Settings, call: HttpCall, action: string, name: string): Promise<Principal> {
  const outcome = await settings.authenticate(call);
  if (isReply(outcome)) throw new Refusal(outcome);
  const decision = await settings.authorize(outcome, action, { kind: "model", namespace: "default", name });
  if (!decision.allowed)
    throw coreError("PERMISSION_DENIED", `${outcome.id} may not do ${action} on ${name}: ${decision.reason}`);
  return outcome;
}

/** Carries a reply of `authenticate` to where replies are made. */
class Refusal extends Error {
  readonly reply: HttpReply;

  constructor(reply: HttpReply) {
    super("refused");
    this.reply = reply;
  }
}

function methodNotAllowed(allow: string): HttpReply {
  return {
    ...jsonReply(405, { error: `use ${allow}` }),
    headers: { "content-type": "application/json", allow },
  };
}

function protocolError(error: unknown): HttpReply {
  if (error instanceof Refusal) return error.reply;
  if (!MillwrightError.is(error)) return jsonReply(500, { error: "internal error" });
  const status = { ...coreStatuses, ...statuses }[error.code as ServingErrorCode] ?? 500;
  return jsonReply(status, { error: error.message });
}
