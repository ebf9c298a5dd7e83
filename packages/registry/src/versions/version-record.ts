import { type DatasetReference, type Digest, defineRecord, type ModelSignature } from "@millwright/core";
import { z } from "zod";

const whole = z.custom<number>((value) => Number.isSafeInteger(value));
const number = z.custom<number>((value) => typeof value === "number");
const digest = z.custom<Digest>((value) => typeof value === "string" && /^sha256:[0-9a-f]{64}$/.test(value));

/** A version of a model. It never changes. */
export const versionRecord = defineRecord({
  name: "model-version",
  version: 1,
  schema: z.object({
    name: z.string(),
    /** Counts the versions of the model, from 1. */
    number: whole,
    /** Semantic version: see `nextVersion`. */
    version: z.string(),
    /** Digest of the model file. */
    digest,
    files: z.array(z.object({ path: z.string(), digest, size: whole })),
    signature: z.custom<ModelSignature>((value) => typeof value === "object" && value !== null),
    /** Properties that the exporter wrote into the file. */
    metadata: z.record(z.string(), z.string()),
    opsets: z.record(z.string(), whole),
    /** The run that made it. */
    run: z.string().optional(),
    dataset: z.custom<DatasetReference>((value) => typeof value === "object" && value !== null).optional(),
    metrics: z.record(z.string(), number),
    params: z.record(z.string(), z.union([z.string(), number, z.boolean(), z.bigint()])),
    notes: z.string().optional(),
    /** The caller's own identity of the registration. */
    id: z.string().optional(),
    createdAt: whole,
    createdBy: z.string(),
  }),
});

/** A version of a model. Times are microseconds since the epoch. */
export type ModelVersion = z.output<(typeof versionRecord)["schema"]>;
