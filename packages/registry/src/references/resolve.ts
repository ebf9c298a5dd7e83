import type { CallOptions, ModelSignature } from "@millwright/core";
import { readArtifact } from "../artifacts/read-artifact.js";
import { registryError } from "../errors.js";
import type { ModelInfo } from "../models/model-record.js";
import type { RegistryContext } from "../registry/context.js";
import type { ModelVersion } from "../versions/version-record.js";
import { parseReference, type VersionSelector } from "./parse-reference.js";

/** A model found by a reference, with its file. */
export interface ResolvedModel {
  readonly name: string;
  /** The number of the version. */
  readonly version: string;
  readonly digest: string;
  readonly signature: ModelSignature;
  /** The model file, verified against its digest. */
  readonly bytes: Uint8Array;
}

/** A name for a version, resolved each time it is asked. `openPredictor` of `@millwright/serving` takes it. */
export interface RegistryReference {
  readonly uri: string;
  /** @throws {MillwrightError} `MODEL_NOT_FOUND`, `VERSION_NOT_FOUND`, `ARTIFACT_CORRUPT` */
  resolve(options?: CallOptions): Promise<ResolvedModel>;
}

/** The version that a reference means now. @throws {MillwrightError} `MODEL_NOT_FOUND`, `VERSION_NOT_FOUND` */
export async function findVersion(
  context: RegistryContext,
  reference: string,
  options: CallOptions,
): Promise<ModelVersion> {
  const { name, selector } = parseReference(reference);
  await context.format.assertReadable(options);
  const model = (await context.models.get([name], options))?.value;
  if (model === undefined)
    throw registryError("MODEL_NOT_FOUND", `there is no model ${name}`, { details: { name } });
  const number = numberOf(model, selector);
  const version =
    number === undefined ? undefined : (await context.versions.get([name, number], options))?.value;
  if (version !== undefined) return version;
  const aliases = Object.keys(model.aliases).map((alias) => `@${alias}`);
  throw registryError(
    "VERSION_NOT_FOUND",
    `${reference} means no version of ${name}; it has 1 to ${model.latest}${aliases.length > 0 ? ` and ${aliases.join(", ")}` : ""}`,
    { details: { name, reference } },
  );
}

function numberOf(model: ModelInfo, selector: VersionSelector): number | undefined {
  if ("number" in selector) return selector.number;
  if ("latest" in selector) return model.latest;
  if ("alias" in selector)
    return Object.hasOwn(model.aliases, selector.alias) ? model.aliases[selector.alias] : undefined;
  const numbers = Array.from({ length: model.latest }, (_, index) => model.latest - index);
  return numbers.find((number) => (model.stages[String(number)] ?? "None") === selector.stage);
}

/** A reference over a registry. */
export function createReference(context: RegistryContext, uri: string): RegistryReference {
  parseReference(uri);
  return {
    uri,
    async resolve(options = {}) {
      const version = await findVersion(context, uri, options);
      const bytes = await readArtifact(context.storage.blobs, version.files[0]!, options);
      const { name, number, digest, signature } = version;
      return { name, version: String(number), digest, signature, bytes };
    },
  };
}
