import type { CoreErrorCode } from "../errors/codes.js";
import { coreError } from "../errors/create.js";
import type { MillwrightError } from "../errors/millwright-error.js";
import { maxDepth } from "./limits.js";

/** Where in the file a message stands. A chain, so that the text is only made when something is wrong. */
export interface Location {
  readonly parent: Location | undefined;
  readonly name: string;
  readonly index?: number | undefined;
  readonly depth: number;
}

/** The outermost location; `name` says in messages which file is meant. */
export function rootLocation(name: string): Location {
  return { parent: undefined, name, depth: 0 };
}

/** The location of a message inside another; refuses what is nested deeper than protobuf allows. */
export function inside(parent: Location, name: string, index?: number): Location {
  const location: Location = { parent, name, index, depth: parent.depth + 1 };
  if (location.depth > maxDepth) throw malformed(location, `more than ${maxDepth} messages are nested`);
  return location;
}

/** The location as text, such as `model.graph.node[3].attribute[0]`. Long chains are cut in the middle. */
export function pathOf(location: Location): string {
  const parts: string[] = [];
  for (let at: Location | undefined = location; at !== undefined; at = at.parent) {
    parts.unshift(at.index === undefined ? at.name : `${at.name}[${at.index}]`);
  }
  return parts.length <= 12 ? parts.join(".") : [...parts.slice(0, 6), "…", ...parts.slice(-5)].join(".");
}

/** An error about the file: `INVALID_ARGUMENT` unless another code is given; `details` has `path` and `offset`. */
export function malformed(
  location: Location,
  problem: string,
  offset?: number,
  code: CoreErrorCode = "INVALID_ARGUMENT",
): MillwrightError<CoreErrorCode> {
  const path = pathOf(location);
  const where = offset === undefined ? "" : ` (byte ${offset})`;
  return coreError(code, `${path}: ${problem}${where}`, {
    details: offset === undefined ? { path } : { path, offset },
  });
}
