/** Files that people pass for models, by how they begin. */
const beginnings: readonly (readonly [start: string, meaning: string])[] = [
  ["version https://git-lfs", "a Git LFS pointer; run `git lfs pull` to get the model itself"],
  ["<", "HTML or XML, perhaps the error page of a download"],
  ["{", "JSON"],
  ["PK\u0003\u0004", "a zip archive, such as PyTorch or Keras save; export the model to ONNX"],
  ["\u0080\u0002", "a Python pickle; export the model to ONNX"],
  ["\u0080\u0003", "a Python pickle; export the model to ONNX"],
  ["\u0080\u0004", "a Python pickle; export the model to ONNX"],
  ["\u0080\u0005", "a Python pickle; export the model to ONNX"],
  ["\u0089HDF", "an HDF5 file, such as Keras saves; export the model to ONNX"],
  ["GGUF", "a GGUF file"],
  ["\u001f\u008b", "compressed by gzip; decompress it first"],
];

/** What a file is instead of a model, by its first bytes; `undefined` if it may be a model. */
export function foreignFile(start: Uint8Array): string | undefined {
  const text = String.fromCharCode(...start.subarray(0, 32));
  // A flatbuffer begins with a small offset; in an ONNX file these bytes could be the name of a producer.
  if (text.startsWith("\0\0ORTM", 2))
    return "a model in onnxruntime's own format; use the ONNX file that it was made from";
  return beginnings.find(([beginning]) => text.startsWith(beginning))?.[1];
}
