import { defineRecord, type Key } from "@millwright/core";
import { z } from "zod";
import { stages } from "./names.js";

/** Package and layout: all keys of the registry begin with them. */
export const root = ["registry", 1] as const;

const whole = z.custom<number>((value) => Number.isSafeInteger(value));

/**
 * The header of a model: everything that moves. Each registration and each move changes this one key, so that they are
 * ordered.
 */
export const modelRecord = defineRecord({
  name: "model",
  version: 1,
  schema: z.object({
    name: z.string(),
    createdAt: whole,
    /** The number of the newest version. */
    latest: whole,
    /** Aliases, and the number of the version that each points to. */
    aliases: z.record(z.string(), whole),
    /** Stages by the number of the version; a version that is not here is in None. */
    stages: z.record(z.string(), z.enum(stages)),
  }),
});

/** A model with its aliases and stages. Times are microseconds since the epoch. */
export type ModelInfo = z.output<(typeof modelRecord)["schema"]>;

/** The log of the moves of a model. */
export function movesLog(name: string): Key {
  return [...root, "moves", name];
}
