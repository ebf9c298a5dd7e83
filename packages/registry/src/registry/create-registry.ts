import {
  type Authorize,
  allowAll,
  anonymous,
  type CallOptions,
  formatGuard,
  type Principal,
  type RecordListing,
  recordStore,
  type Storage,
} from "@millwright/core";
import { invalidArgument } from "../errors.js";
import { type ModelInfo, modelRecord, movesLog, root } from "../models/model-record.js";
import { assertModelName } from "../models/names.js";
import { type Move, type PromoteOptions, promote, type RecordedMove } from "../moves/promote.js";
import { createReference, findVersion, type RegistryReference } from "../references/resolve.js";
import { type RegisterOptions, register } from "../versions/register.js";
import { type ModelVersion, versionRecord } from "../versions/version-record.js";
import { assertAllowed, type RegistryContext } from "./context.js";

/** What a registry needs. */
export interface RegistryOptions {
  readonly storage: Storage;
  /** Who registers and promotes. Default: nobody known. */
  readonly actor?: Principal | undefined;
  /** Asked for `"model.register"` and `"model.promote"`. Default: everybody may. */
  readonly authorize?: Authorize | undefined;
}

/** Versions of models, and which of them is live. */
export interface Registry {
  /**
   * Stores a model file as the next version of a model, with its signature read from the file. The same file with the same
   * facts is the version that it already is; safe among concurrent writers.
   *
   * @throws {MillwrightError} `INVALID_ARGUMENT` if the file is no ONNX model; `VERSION_DIFFERS`; `PERMISSION_DENIED`
   */
  register(name: string, options: RegisterOptions): Promise<ModelVersion>;
  /** Points an alias to a version, or moves it to a stage: one commit, kept in the history. @throws {MillwrightError} `VERSION_NOT_FOUND` */
  promote(
    version: { readonly name: string; readonly number: number },
    options: PromoteOptions,
  ): Promise<RecordedMove>;
  /** The version that a reference such as `credit@champion`, `credit/3` or `credit/Production` means now. @throws {MillwrightError} `MODEL_NOT_FOUND`, `VERSION_NOT_FOUND` */
  getVersion(reference: string, options?: CallOptions): Promise<ModelVersion>;
  /** The model with its aliases and stages; `undefined` if there is none. */
  getModel(name: string, options?: CallOptions): Promise<ModelInfo | undefined>;
  /** All models, by name. */
  listModels(options?: CallOptions): AsyncIterable<ModelInfo>;
  /** The versions of a model, the newest first. */
  listVersions(name: string, options?: CallOptions): AsyncIterable<ModelVersion>;
  /** The moves of a model, the newest first. */
  listMoves(name: string, options?: CallOptions): AsyncIterable<RecordedMove>;
  /** The model now, and again whenever a version is added or moved. Ends when the loop is left or the signal aborts. */
  watch(name: string, options?: CallOptions): AsyncIterable<ModelInfo | undefined>;
  /** A reference that `openPredictor` takes; nothing is looked up yet. @throws {MillwrightError} `INVALID_ARGUMENT` */
  reference(uri: string): RegistryReference;
}

/**
 * A registry over a storage.
 *
 * @example
 * ```ts
 * import { openLocalStorage } from "@millwright/core/local";
 * import { createRegistry } from "@millwright/registry";
 *
 * const storage = await openLocalStorage("./millwright");
 * const registry = createRegistry({ storage });
 * const version = await registry.register("credit", { artifact: "model.onnx", metrics: { auc: 0.78 } });
 * await registry.promote(version, { to: "@champion", reason: "beats the last one on held-out AUC" });
 * console.log((await registry.getVersion("credit@champion")).version); // 1.0.0
 * await storage.close();
 * ```
 */
export function createRegistry(options: RegistryOptions): Registry {
  const { storage, actor = anonymous, authorize = allowAll } = options;
  if (typeof storage?.kv?.atomic !== "function")
    throw invalidArgument("storage", "give a Storage, such as openLocalStorage(directory)");
  const context: RegistryContext = {
    storage,
    models: recordStore(storage, modelRecord, [...root, "models"]),
    versions: recordStore(storage, versionRecord, [...root, "versions"]),
    format: formatGuard(storage, { package: "registry", reader: 1, writer: 1 }),
    clock: storage.clock,
    actor,
    authorize,
  };
  return {
    async register(name, version) {
      assertModelName(name);
      await assertAllowed(context, "model.register", name);
      return register(context, name, version);
    },
    async promote(version, move) {
      if (typeof version !== "object" || version === null)
        throw invalidArgument("version", "give a version, as register returns it, or its name and number");
      assertModelName(version.name);
      await assertAllowed(context, "model.promote", version.name);
      return promote(context, version, move);
    },
    getVersion: (reference, call = {}) => findVersion(context, reference, call),
    async getModel(name, call = {}) {
      await context.format.assertReadable(call);
      return (await context.models.get([name], call))?.value;
    },
    listModels: (call = {}) => values(context, call, () => context.models.list({}, call)),
    listVersions: (name, call = {}) =>
      values(context, call, () => context.versions.list({ prefix: [name] }, { reverse: true, ...call })),
    listMoves: (name, call = {}) => moves(context, name, call),
    watch: (name, call = {}) => watchModel(context, name, call),
    reference: (uri) => createReference(context, uri),
  };
}

async function* values<Value>(
  { format }: RegistryContext,
  call: CallOptions,
  list: () => RecordListing<Value>,
): AsyncGenerator<Value, void, void> {
  await format.assertReadable(call);
  for await (const entry of list()) yield entry.value;
}

async function* moves(
  { format, storage }: RegistryContext,
  name: string,
  call: CallOptions,
): AsyncGenerator<RecordedMove, void, void> {
  await format.assertReadable(call);
  for await (const entry of storage.kv.list({ prefix: movesLog(name) }, { reverse: true, ...call }))
    yield { ...(entry.value as unknown as Move), sequence: entry.key.at(-1) as number };
}

async function* watchModel(
  context: RegistryContext,
  name: string,
  call: CallOptions,
): AsyncGenerator<ModelInfo | undefined, void, void> {
  for await (const _ of context.storage.kv.watch([context.models.keyOf([name])], call)) {
    await context.format.assertReadable(call);
    yield (await context.models.get([name], call))?.value;
  }
}
