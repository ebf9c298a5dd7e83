import { type BlobStore, type CallOptions, type Digest, MillwrightError } from "@millwright/core";
import type { RandomAccessSource } from "@millwright/core/onnx";
import { registryError } from "../errors.js";

/** A blob as something to read parts of, so that a large model is described without loading its weights. */
export function blobSource(blobs: BlobStore, digest: Digest, size: number): RandomAccessSource {
  return {
    size,
    async read(offset, length, options) {
      const content = await blobs.get(digest, { range: { offset, length }, signal: options?.signal });
      if (content === undefined) throw missing(digest);
      return content.bytes();
    },
  };
}

/** All bytes of a stored file, verified. @throws {MillwrightError} `ARTIFACT_CORRUPT` that names the file */
export async function readArtifact(
  blobs: BlobStore,
  file: { readonly path: string; readonly digest: Digest },
  options: CallOptions,
): Promise<Uint8Array> {
  const content = await blobs.get(file.digest, options);
  if (content === undefined) throw missing(file.digest, file.path);
  try {
    return await content.bytes();
  } catch (cause) {
    if (!MillwrightError.is(cause, "CORRUPT")) throw cause;
    throw registryError(
      "ARTIFACT_CORRUPT",
      `${file.path} has been changed after its registration: ${cause.message}`,
      {
        cause,
        details: { file: file.path, digest: file.digest },
      },
    );
  }
}

function missing(digest: Digest, path = "the model file"): Error {
  return registryError(
    "ARTIFACT_CORRUPT",
    `${path} (${digest}) is not in the blob store any more; restore it from a backup`,
    {
      details: { digest },
    },
  );
}
