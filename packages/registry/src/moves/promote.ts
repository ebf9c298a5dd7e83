import { type CallOptions, type KvAtomic, type KvValue, transact } from "@millwright/core";
import { invalidArgument, registryError } from "../errors.js";
import { type ModelInfo, movesLog } from "../models/model-record.js";
import { assertAlias, isStage, type Stage, stages } from "../models/names.js";
import type { RegistryContext } from "../registry/context.js";

/** Where a version goes, and why. */
export interface PromoteOptions extends CallOptions {
  /** An alias, as `"@champion"`, or a stage. A version that comes to Production or Staging archives the one that was there. */
  readonly to: `@${string}` | Stage;
  /** For people and for the history. */
  readonly reason: string;
}

/** A change of an alias or a stage. Numbers are of versions. */
export interface Move {
  readonly model: string;
  readonly to: `@${string}` | Stage;
  readonly number: number;
  /** What the alias pointed to before, or the version that was archived. */
  readonly previous?: number | undefined;
  readonly reason: string;
  readonly actor: string;
  /** Microseconds since the epoch. */
  readonly time: number;
}

/** A move with its place in the history of the model. */
export interface RecordedMove extends Move {
  /** From 1. */
  readonly sequence: number;
}

/** Moves an alias or a stage in one commit, with its entry in the history. */
export async function promote(
  context: RegistryContext,
  version: { readonly name: string; readonly number: number },
  options: PromoteOptions,
): Promise<RecordedMove> {
  const { to, reason, signal } = options;
  const { name, number } = version;
  if (typeof to !== "string")
    throw invalidArgument("to", `must be text, such as "@champion", not ${typeof to}`);
  if (to === "@__proto__") throw invalidArgument("to", "is an alias that no record can hold; choose another");
  if (to.startsWith("@")) assertAlias(to.slice(1), "to");
  else if (!isStage(to))
    throw invalidArgument(
      "to",
      `${JSON.stringify(to)} is neither an alias, as "@champion", nor one of ${stages.join(", ")}`,
    );
  if (typeof reason !== "string" || reason.trim() === "")
    throw invalidArgument("reason", "say why; the history keeps it");
  const body = async (atomic: KvAtomic): Promise<Move> => {
    await context.format.assertWritable({ signal });
    const previous = await context.models.get([name], { signal });
    if (previous === undefined || (await context.versions.get([name, number], { signal })) === undefined) {
      throw registryError("VERSION_NOT_FOUND", `there is no version ${number} of ${name}`, {
        details: { name, number },
      });
    }
    const [model, displaced] = to.startsWith("@")
      ? moveAlias(previous.value, to.slice(1), number)
      : moveStage(previous.value, to as Stage, number);
    const move: Move = {
      model: name,
      to,
      number,
      previous: displaced,
      reason,
      actor: context.actor.id,
      time: context.clock.now(),
    };
    await context.models.write(atomic, [name], model, { previous, signal });
    atomic.append(movesLog(name), move as unknown as KvValue);
    return move;
  };
  const { value, commit } = await transact(context.storage.kv, body, { signal, maxAttempts: 256 });
  return { ...value, sequence: commit.sequences[0]! };
}

function moveAlias(model: ModelInfo, alias: string, number: number): [ModelInfo, number | undefined] {
  const before = Object.hasOwn(model.aliases, alias) ? model.aliases[alias] : undefined;
  return [{ ...model, aliases: { ...model.aliases, [alias]: number } }, before];
}

function moveStage(model: ModelInfo, stage: Stage, number: number): [ModelInfo, number | undefined] {
  const exclusive = stage === "Production" || stage === "Staging";
  const before = exclusive
    ? Object.keys(model.stages).find((key) => model.stages[key] === stage && Number(key) !== number)
    : undefined;
  const archived = before === undefined ? {} : { [before]: "Archived" as const };
  const moved = { ...model.stages, ...archived, [String(number)]: stage };
  return [{ ...model, stages: moved }, before === undefined ? undefined : Number(before)];
}
