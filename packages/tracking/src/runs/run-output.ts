import type { Digest, ModelSignature, StructuredValue } from "@millwright/core";
import { z } from "zod";

/** A model that came out of a run, as it is stored. */
export const outputSchema = z.object({
  kind: z.literal("model"),
  /** What the model is called in its run; several may have one name. */
  name: z.string(),
  /** The files of the model are the artifacts of the run below this path: `models/<name>/<16 digits of the digest>`. */
  path: z.string(),
  /**
   * Of a model that is one file the digest of that file; of one that is a directory that of its list of files, as canonical JSON: an array
   * of `{ digest, path, size }` in the order of the paths by UTF-16 units, which are relative to the directory.
   */
  digest: z.custom<Digest>((value) => typeof value === "string" && /^sha256:[0-9a-f]{64}$/.test(value)),
  /** Bytes of all files. */
  size: z.number(),
  /** How many files it has. */
  files: z.number(),
  /** The step at which it was taken. */
  step: z.bigint(),
  /** When it was logged, in microseconds since the epoch. */
  time: z.number(),
  /** What it takes and gives. */
  signature: z.custom<ModelSignature>((value) => typeof value === "object" && value !== null).optional(),
  /** What else is known of it. */
  metadata: z
    .custom<{ readonly [name: string]: StructuredValue }>(
      (value) => typeof value === "object" && value !== null,
    )
    .optional(),
  tags: z.record(z.string(), z.string()).optional(),
});

/** What came out of a run: a model. */
export type RunOutput = z.output<typeof outputSchema>;
