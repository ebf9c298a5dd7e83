import { type CallOptions, digestOf, hostModule, type ModelSignature, messageOf } from "@millwright/core";
import { servingError } from "../errors.js";

/** The bytes of a model, and which one it is. */
export interface ResolvedModel {
  readonly name: string;
  readonly version: string;
  readonly digest?: string | undefined;
  readonly signature?: ModelSignature | undefined;
  /** The model file, whole. */
  readonly bytes: Uint8Array;
}

/**
 * Something that finds a model when asked: a reference of a registry, or an object of your own. Serving knows no more of a
 * registry than this.
 */
export interface ModelReference {
  /** For messages, such as `"credit@champion"`. */
  readonly uri: string;
  resolve(options?: CallOptions): Promise<ResolvedModel>;
}

/** Where a predictor takes its model from: a reference, the bytes of an ONNX file, or (on a host with files) its path. */
export type ModelSource = ModelReference | Uint8Array | string;

interface FileSystem {
  readonly promises: {
    readFile(path: string, options: { signal?: AbortSignal | undefined }): Promise<Uint8Array>;
  };
}

/** The bytes of a source. @throws {MillwrightError} `NOT_FOUND`, `UNSUPPORTED` where there are no files */
export async function resolveSource(source: ModelSource, options: CallOptions = {}): Promise<ResolvedModel> {
  options.signal?.throwIfAborted();
  if (source instanceof Uint8Array)
    return { name: "model", version: "0", digest: digestOf(source), bytes: source };
  if (typeof source !== "string") return source.resolve(options);
  const files = hostModule<FileSystem>("node:fs");
  if (files === undefined) {
    throw servingError(
      "UNSUPPORTED",
      `this host has no files, so ${source} cannot be opened; pass the bytes of the model`,
    );
  }
  let bytes: Uint8Array;
  try {
    bytes = await files.promises.readFile(source, { signal: options.signal });
  } catch (cause) {
    options.signal?.throwIfAborted();
    throw servingError("NOT_FOUND", `the model ${source} cannot be read: ${messageOf(cause)}`, { cause });
  }
  return { name: nameOf(source), version: "0", digest: digestOf(bytes), bytes };
}

function nameOf(path: string): string {
  return (
    path
      .split(/[\\/]/)
      .at(-1)!
      .replace(/\.onnx$/i, "") || "model"
  );
}
