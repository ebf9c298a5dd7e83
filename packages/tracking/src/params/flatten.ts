import { invalidArgument } from "../errors.js";
import { trackingLimits } from "../limits.js";
import { assertName } from "../names.js";

/** The value of a parameter: its type is kept. */
export type ParamValue = string | number | boolean | bigint;

/** Parameters, possibly nested. `null` is kept as the string `"null"`; `undefined` is left out. */
export interface ParamTree {
  readonly [name: string]:
    | ParamValue
    | null
    | undefined
    | ParamTree
    | readonly (ParamValue | null | ParamTree)[];
}

/**
 * Parameters by flat names. Nested objects join their names with a dot and arrays with the index:
 * `{ optimizer: { betas: [0.9, 0.99] } }` is `optimizer.betas.0` and `optimizer.betas.1`. An empty object or array is left out.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` for a value of another type, a name or value that is too long, two
 *   parameters of one name, or an object that contains itself
 */
export function flattenParams(params: ParamTree): Map<string, ParamValue> {
  const flat = new Map<string, ParamValue>();
  addAll(flat, params, "", new Set());
  return flat;
}

function addAll(flat: Map<string, ParamValue>, node: object, prefix: string, ancestors: Set<object>): void {
  if (ancestors.has(node)) throw invalidArgument(prefix || "params", "contains itself");
  ancestors.add(node);
  for (const [name, value] of Object.entries(node)) addOne(flat, `${prefix}${name}`, value, ancestors);
  ancestors.delete(node);
}

function addOne(flat: Map<string, ParamValue>, name: string, value: unknown, ancestors: Set<object>): void {
  if (value === undefined) return;
  if (typeof value === "object" && value !== null) {
    const prototype = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null && !Array.isArray(value)) {
      throw invalidArgument(
        name,
        "must be a string, number, boolean, bigint, or a plain object or array of them",
      );
    }
    addAll(flat, value, `${name}.`, ancestors);
    return;
  }
  assertName(name, name);
  if (flat.has(name)) throw invalidArgument(name, "is given twice, once nested and once flat");
  flat.set(name, paramValue(name, value));
}

function paramValue(name: string, value: unknown): ParamValue {
  if (value === null) return "null";
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint") return value;
  if (typeof value !== "string") throw invalidArgument(name, `a ${typeof value} is no parameter`);
  if (value.length > trackingLimits.paramLength) {
    throw invalidArgument(
      name,
      `has ${value.length} characters; at most ${trackingLimits.paramLength} are allowed. Log long text as an artifact`,
    );
  }
  if (!value.isWellFormed()) throw invalidArgument(name, "has a lone surrogate");
  return value;
}
