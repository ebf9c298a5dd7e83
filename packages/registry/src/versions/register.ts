import {
  addReference,
  type CallOptions,
  type DatasetReference,
  digestOf,
  type Key,
  type KvAtomic,
  type ModelSignature,
  type StructuredValue,
  toCanonicalJson,
  transact,
} from "@millwright/core";
import { readOnnxModel } from "@millwright/core/onnx";
import type { ArtifactSource } from "../artifacts/artifact-source.js";
import { storeArtifact } from "../artifacts/artifact-source.js";
import { blobSource } from "../artifacts/read-artifact.js";
import { invalidArgument, registryError } from "../errors.js";
import { type ModelInfo, root } from "../models/model-record.js";
import type { RegistryContext } from "../registry/context.js";
import { nextVersion } from "./next-version.js";
import type { ModelVersion } from "./version-record.js";

/** What is registered, and what is known of it. */
export interface RegisterOptions extends CallOptions {
  /** The ONNX file. */
  readonly artifact: ArtifactSource;
  /** Names the registration: a second one with it gives the first version, and must have the same content. */
  readonly id?: string | undefined;
  /** The run that made it. The same file with the same facts from a later run is the version that is there. */
  readonly run?: string | undefined;
  readonly dataset?: DatasetReference | undefined;
  readonly metrics?: Readonly<Record<string, number>> | undefined;
  readonly params?: Readonly<Record<string, string | number | boolean | bigint>> | undefined;
  readonly notes?: string | undefined;
  /** Default: read from the file. */
  readonly signature?: ModelSignature | undefined;
}

type Description = Omit<ModelVersion, "number" | "version" | "createdAt" | "createdBy">;

/** Stores the file, describes it and gives it the next number, or finds the version that it already is. */
export async function register(
  context: RegistryContext,
  name: string,
  options: RegisterOptions,
): Promise<ModelVersion> {
  const { signal } = options;
  if (options.artifact === undefined)
    throw invalidArgument("artifact", "give the path, the bytes or a stream of the ONNX file");
  if (
    options.id !== undefined &&
    (typeof options.id !== "string" ||
      options.id === "" ||
      options.id.length > 250 ||
      !options.id.isWellFormed())
  ) {
    throw invalidArgument("id", "must be a text of 1 to 250 characters without lone surrogates");
  }
  const description = await describe(context, name, options);
  const identity = identityKey(name, description);
  const body = async (atomic: KvAtomic): Promise<ModelVersion> => {
    await context.format.assertWritable({ signal });
    const known = await context.storage.kv.get(identity, { signal });
    if (known !== undefined) return existing(context, description, Number(known.value), signal);
    return addVersion(context, atomic.check(identity, null), identity, description, signal);
  };
  return (await transact(context.storage.kv, body, { signal, maxAttempts: 256 })).value;
}

async function describe(
  context: RegistryContext,
  name: string,
  options: RegisterOptions,
): Promise<Description> {
  const { blobs } = context.storage;
  const { signal, id, run, dataset, metrics = {}, params = {}, notes } = options;
  const { path, digest, size } = await storeArtifact(blobs, options.artifact, { signal });
  const onnx = await readOnnxModel(blobSource(blobs, digest, size), { signal });
  return {
    name,
    digest,
    files: [{ path, digest, size }],
    signature: options.signature ?? onnx.signature,
    metadata: { ...onnx.metadata },
    opsets: { ...onnx.opsets },
    run,
    dataset,
    metrics: { ...metrics },
    params: { ...params },
    notes,
    id,
  };
}

/** With an id, the id; else everything that was said of the version. */
function identityKey(name: string, description: Description): Key {
  const { id } = description;
  if (id === undefined) return [...root, "identities", name, "content", contentDigest(description)];
  // A long id beside a long name would not fit into a key. No short one is the digest of another.
  return [...root, "identities", name, "id", id.length <= 64 ? id : digestOf(id)];
}

/** The run is left out: a run that gives the same file with the same facts again has made the version that is there. */
function contentDigest({ digest, signature, dataset, metrics, params, notes }: Description): string {
  return digestOf(
    toCanonicalJson({ digest, signature, dataset, metrics, params, notes } as unknown as StructuredValue),
  );
}

async function existing(
  context: RegistryContext,
  description: Description,
  number: number,
  signal: AbortSignal | undefined,
): Promise<ModelVersion> {
  const version = (await context.versions.get([description.name, number], { signal }))?.value;
  if (version === undefined || contentDigest(version) !== contentDigest(description)) {
    throw registryError(
      "VERSION_DIFFERS",
      `version ${number} of ${description.name} was registered as ${description.id} with other content; use another id`,
      { details: { name: description.name, number } },
    );
  }
  return version;
}

async function addVersion(
  context: RegistryContext,
  atomic: KvAtomic,
  identity: Key,
  description: Description,
  signal: AbortSignal | undefined,
): Promise<ModelVersion> {
  const { models, versions, clock, actor } = context;
  const { name } = description;
  const previous = await models.get([name], { signal });
  const latest =
    previous === undefined ? undefined : await versions.get([name, previous.value.latest], { signal });
  const number = (previous?.value.latest ?? 0) + 1;
  const createdAt = clock.now();
  const version: ModelVersion = {
    ...description,
    number,
    version: nextVersion(latest?.value, description.signature),
    createdAt,
    createdBy: actor.id,
  };
  const model: ModelInfo = {
    ...(previous?.value ?? { name, createdAt, aliases: {}, stages: {} }),
    latest: number,
  };
  await models.write(atomic, [name], model, { previous, signal });
  await versions.write(atomic, [name, number], version, { signal });
  addReference(atomic.set(identity, number), description.digest, [
    ...versions.keyOf([name, number]),
    "model",
  ]);
  return version;
}
