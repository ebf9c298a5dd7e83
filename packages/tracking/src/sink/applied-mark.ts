import type { Key, KvValue } from "@millwright/core";
import type { PlacedOperation } from "../operations/operation.js";
import { root } from "../runs/run-record.js";

/** What is known of a journal. */
export interface AppliedMark {
  /** The sequence up to which its operations have been applied; 0 if none has. */
  readonly sequence: number;
  /** The runs that it has begun or gone on with, and not ended. */
  readonly open: readonly string[];
}

/** Of more the oldest are forgotten: the mark has to fit into a value. */
const mostOpen = 1_000;

/** Where the mark of a journal lies. */
export function appliedKey(journal: string): Key {
  return [...root, "applied", journal];
}

/** The mark that {@link markValue} made. */
export function markOf(value: KvValue | undefined): AppliedMark {
  if (typeof value === "number") return { sequence: value, open: [] };
  const { sequence = 0, open = [] } = (value ?? {}) as Partial<AppliedMark>;
  return { sequence, open };
}

/** The mark after operations that follow it. */
export function markAfter(mark: AppliedMark, operations: readonly PlacedOperation[]): AppliedMark {
  const open = new Set(mark.open);
  for (const { operation } of operations) {
    if (operation.kind === "create" || operation.kind === "resume") open.add(operation.run);
    else if (operation.kind === "end") open.delete(operation.run);
  }
  return { sequence: operations.at(-1)?.sequence ?? mark.sequence, open: [...open].slice(-mostOpen) };
}

/** Most journals end with their runs, and then need no more than a number. */
export function markValue({ sequence, open }: AppliedMark): KvValue {
  return open.length === 0 ? sequence : { sequence, open: [...open] };
}
