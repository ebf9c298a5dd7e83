import { coreError, invalidArgument } from "../errors/create.js";
import { fromBase64, toBase64 } from "../identity/bytes.js";
import type { StructuredValue } from "./structured-value.js";

const maximumDepth = 100;

/**
 * The one text of a value: JSON with keys in the order of their UTF-16 code units and no white space (RFC 8785), and
 * tagged objects for what JSON lacks: `{"$bigint":"1"}`, `{"$bytes":"AQI="}` (base64), `{"$number":"NaN"}` (also
 * `Infinity`, `-Infinity`, `-0`). An object of data whose only key begins with `$` is wrapped: `{"$object":{…}}`.
 * Equal values have equal texts, so a text can be digested.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` with the path of a lone surrogate, a cycle (as depth over 100), a hole, a
 *   function, a symbol or an instance of a class
 */
export function toCanonicalJson(value: StructuredValue, path = "value"): string {
  return write(value, path, 0);
}

function write(value: unknown, path: string, depth: number): string {
  if (depth > maximumDepth)
    throw invalidArgument(path, `nested deeper than ${maximumDepth} levels, or contains itself`);
  switch (typeof value) {
    case "string":
      if (!value.isWellFormed())
        throw invalidArgument(path, "the string has a lone surrogate, which UTF-8 cannot hold");
      return JSON.stringify(value);
    case "number":
      if (Number.isFinite(value) && !Object.is(value, -0)) return String(value);
      return `{"$number":"${Object.is(value, -0) ? "-0" : value}"}`;
    case "boolean":
      return value ? "true" : "false";
    case "bigint":
      return `{"$bigint":"${value}"}`;
    case "object":
      return writeObject(value, path, depth);
    default:
      throw invalidArgument(path, `a ${typeof value} cannot be stored`);
  }
}

function writeObject(value: object | null, path: string, depth: number): string {
  if (value === null) return "null";
  if (Array.isArray(value)) {
    return `[${Array.from(value, (item, index) => write(item, `${path}[${index}]`, depth + 1)).join(",")}]`;
  }
  if (value instanceof Uint8Array) return `{"$bytes":"${toBase64(value)}"}`;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw invalidArgument(
      path,
      `an instance of ${prototype.constructor?.name ?? "a class"} cannot be stored; give plain data`,
    );
  }
  const source = value as Record<string, unknown>;
  const keys = Object.keys(source)
    .filter((key) => source[key] !== undefined)
    .sort();
  const members = keys.map(
    (key) => `${write(key, path, depth)}:${write(source[key], `${path}.${key}`, depth + 1)}`,
  );
  const text = `{${members.join(",")}}`;
  return keys.length === 1 && keys[0]!.startsWith("$") ? `{"$object":${text}}` : text;
}

/**
 * The value of a text that {@link toCanonicalJson} wrote. Other JSON is read too.
 *
 * @throws {MillwrightError} `CORRUPT` if it is not JSON, or has a tag that is unknown or malformed
 */
export function fromCanonicalJson(text: string, path = "value"): StructuredValue {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw coreError("CORRUPT", `${path} is not JSON`, { cause, details: { path } });
  }
  if (!text.includes('"$')) return parsed as StructuredValue;
  try {
    return revive(parsed, undefined, 0);
  } catch {
    // The paths of all values would cost more than they do, so they are made only for one that is refused.
    return revive(JSON.parse(text), path, 0);
  }
}

/** Puts what tagged objects stand for in their place, in the objects that were parsed. */
function revive(value: unknown, path: string | undefined, depth: number): StructuredValue {
  if (depth > maximumDepth) {
    throw coreError("CORRUPT", `${path?.slice(0, 200)}… is nested deeper than ${maximumDepth} levels`, {
      details: { path },
    });
  }
  if (typeof value !== "object" || value === null) return value as StructuredValue;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++)
      value[index] = revive(value[index], path && `${path}[${index}]`, depth + 1);
    return value as StructuredValue;
  }
  const members = value as Record<string, unknown>;
  const keys = Object.keys(members);
  const tag = keys.length === 1 && keys[0]!.startsWith("$") ? keys[0]! : undefined;
  return tag === undefined
    ? reviveMembers(members, path, depth)
    : reviveTagged(tag, members[tag], path, depth);
}

function reviveMembers(
  members: Record<string, unknown>,
  path: string | undefined,
  depth: number,
): StructuredValue {
  for (const key of Object.keys(members)) {
    const revived = revive(members[key], path && `${path}.${key}`, depth + 1);
    // A stored "__proto__" must stay a property, and not become the prototype.
    if (revived !== members[key]) Object.defineProperty(members, key, { value: revived });
  }
  return members as StructuredValue;
}

function reviveTagged(
  tag: string,
  content: unknown,
  path: string | undefined,
  depth: number,
): StructuredValue {
  if (tag === "$object" && typeof content === "object" && content !== null && !Array.isArray(content))
    return reviveMembers(content as Record<string, unknown>, path, depth);
  if (typeof content === "string") {
    if (tag === "$bigint" && /^-?\d+$/.test(content)) return BigInt(content);
    if (tag === "$number" && ["NaN", "Infinity", "-Infinity", "-0"].includes(content)) return Number(content);
    if (tag === "$bytes") {
      const bytes = fromBase64(content);
      if (bytes !== undefined) return bytes;
    }
  }
  throw coreError("CORRUPT", `${path} has the tag ${tag}, which this release cannot read`, {
    details: { path },
  });
}
