import {
  type BlobInfo,
  type BlobSource,
  type BlobStore,
  type CallOptions,
  hostModule,
  messageOf,
} from "@millwright/core";
import { invalidArgument, registryError } from "../errors.js";

/** The file of a model: its path (on a host with files), its bytes, a stream of them, or a blob that is stored already. */
export type ArtifactSource =
  | string
  | Uint8Array
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>
  | BlobInfo;

/** A stored file. */
export interface StoredArtifact extends BlobInfo {
  /** File name. */
  readonly path: string;
}

/** A range that reads no bytes, to learn the size of a blob. */
const nothing = { offset: 0, length: 0 };

interface FileSystem {
  readonly promises: { stat(path: string): Promise<{ isFile(): boolean; readonly size: number }> };
  createReadStream(path: string, options: { signal?: AbortSignal | undefined }): AsyncIterable<Uint8Array>;
}

/** Stores the file of a model. @throws {MillwrightError} `INVALID_ARGUMENT` if there is no such file; `UNSUPPORTED` for a directory */
export async function storeArtifact(
  blobs: BlobStore,
  source: ArtifactSource,
  options: CallOptions,
): Promise<StoredArtifact> {
  if (typeof source === "string") return storeFile(blobs, source, options);
  if (typeof source === "object" && source !== null && "digest" in source) {
    // Its age starts anew, so that it cannot be collected before the version refers to it.
    const renewed = await blobs.renew(source.digest, options);
    const content = renewed ? await blobs.get(source.digest, { ...options, range: nothing }) : undefined;
    if (content !== undefined) {
      await content.bytes();
      return { path: "model.onnx", digest: source.digest, size: content.size };
    }
    throw invalidArgument("artifact", `there is no blob ${source.digest}; put it first`);
  }
  return { path: "model.onnx", ...(await blobs.put(source as BlobSource, options)) };
}

async function storeFile(blobs: BlobStore, path: string, options: CallOptions): Promise<StoredArtifact> {
  const files = hostModule<FileSystem>("node:fs");
  if (files === undefined)
    throw registryError(
      "UNSUPPORTED",
      `this host has no files, so ${path} cannot be read; pass its bytes or a stream`,
    );
  let size: number;
  try {
    const status = await files.promises.stat(path);
    if (!status.isFile())
      throw registryError("UNSUPPORTED", `${path} is not a file; register the ONNX file itself`);
    size = status.size;
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "UNSUPPORTED") throw cause;
    throw invalidArgument("artifact", `${path} cannot be read: ${messageOf(cause)}`, cause);
  }
  const name = path.split(/[\\/]/).at(-1)!;
  return { path: name, ...(await blobs.put(readFile(files, path, options), { ...options, size })) };
}

/** Opens the file when it is read: a stream that fails before somebody listens to it would end the process. */
async function* readFile(
  files: FileSystem,
  path: string,
  options: CallOptions,
): AsyncGenerator<Uint8Array, void, void> {
  yield* files.createReadStream(path, options);
}
