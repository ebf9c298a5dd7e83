import {
  type BlobStore,
  digestOf,
  fromCanonicalJson,
  type StructuredValue,
  toCanonicalJson,
} from "@millwright/core";
import { invalidArgument } from "../errors.js";
import { trackingLimits } from "../limits.js";
import { assertArtifactPath, assertName } from "../names.js";
import type { ModelOptions, ModelSource } from "../runs/model-options.js";
import type { ArtifactInfo } from "../runs/run.js";
import type { RunOutput } from "../runs/run-output.js";
import { assertTags } from "../runs/tags.js";
import { localFiles } from "./local-files.js";
import { toStep } from "./series.js";

/** A model whose bytes are stored: its files as artifacts, and what the run says of it. */
export interface StoredModel {
  readonly files: readonly ArtifactInfo[];
  readonly output: RunOutput;
}

/** Digits of the digest that its folder is named by: the paths stay short, and two models of one name never share a folder. */
const folderDigits = 16;

/**
 * Stores the files of a model. What is said of it, and all names, are checked before the first byte is read.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT`, `UNSUPPORTED`
 */
export async function storeModel(
  blobs: Pick<BlobStore, "put">,
  time: number,
  name: string,
  source: ModelSource,
  options: ModelOptions,
): Promise<StoredModel> {
  const { signal } = options;
  const description = describeModel(name, options);
  const { isDirectory, files } = contentsOf(source, options);
  for (const { path } of files) assertArtifactPath(pathOf(name, "0".repeat(folderDigits), path));
  const stored: ArtifactInfo[] = [];
  for (const { path, open } of files) stored.push({ path, ...(await blobs.put(open(), { signal })) });
  const digest = isDirectory ? listDigest(stored) : stored[0]!.digest;
  const folder = digest.slice("sha256:".length, "sha256:".length + folderDigits);
  return {
    files: stored.map((file) => ({ ...file, path: pathOf(name, folder, file.path) })),
    output: {
      kind: "model",
      name,
      path: pathOf(name, folder),
      digest,
      size: stored.reduce((sum, { size }) => sum + size, 0),
      files: stored.length,
      time,
      ...description,
    },
  };
}

function pathOf(...parts: readonly string[]): string {
  return ["models", ...parts].join("/");
}

/** The digest of a directory: of the list of its files, in the order of their paths. */
function listDigest(files: readonly ArtifactInfo[]): ReturnType<typeof digestOf> {
  const list = files.map(({ path, digest, size }) => ({ path, digest, size }));
  return digestOf(toCanonicalJson(list.sort((a, b) => (a.path < b.path ? -1 : 1))));
}

interface ModelFile {
  readonly path: string;
  open(): Exclude<ModelSource, string>;
}

function contentsOf(
  source: ModelSource,
  { fileName = "model" }: ModelOptions,
): { readonly isDirectory: boolean; readonly files: readonly ModelFile[] } {
  if (typeof source !== "string") {
    if (typeof source !== "object" || source === null)
      throw invalidArgument("source", "give the path of a file or directory, bytes or a stream");
    assertName(fileName, "fileName");
    return { isDirectory: false, files: [{ path: fileName, open: () => source }] };
  }
  const { isDirectory, files } = localFiles(source, undefined);
  if (files.length === 0) throw invalidArgument("source", `there is no file in the directory ${source}`);
  return { isDirectory, files };
}

/** What is said of a model, checked. */
function describeModel(
  name: string,
  { step = 0, signature, metadata, tags = {} }: ModelOptions,
): Pick<RunOutput, "step" | "signature" | "metadata" | "tags"> {
  assertName(name, "name");
  if (name.includes("/"))
    throw invalidArgument("name", `${JSON.stringify(name)} has a slash; it is one part of a path`);
  assertTags(tags);
  if (signature !== undefined && !(Array.isArray(signature?.inputs) && Array.isArray(signature?.outputs)))
    throw invalidArgument("signature", "must have inputs and outputs");
  if (
    metadata !== undefined &&
    (typeof metadata !== "object" || metadata === null || Array.isArray(metadata))
  )
    throw invalidArgument("metadata", "must be an object of plain data");
  return {
    step: toStep(step),
    ...(signature === undefined ? {} : { signature: smallCopy("signature", signature) }),
    ...(metadata === undefined ? {} : { metadata: smallCopy("metadata", metadata) }),
    ...(Object.keys(tags).length === 0 ? {} : { tags: { ...tags } }),
  };
}

/** A copy of plain data. @throws {MillwrightError} `INVALID_ARGUMENT` if it is something else, or too much */
function smallCopy<Value>(path: string, value: Value): Value {
  const text = toCanonicalJson(value as StructuredValue, path);
  const { length } = new TextEncoder().encode(text);
  if (length > trackingLimits.descriptionBytes)
    throw invalidArgument(
      path,
      `takes ${length} bytes; at most ${trackingLimits.descriptionBytes} are allowed. Log it as a file of the model`,
    );
  return fromCanonicalJson(text) as Value;
}
