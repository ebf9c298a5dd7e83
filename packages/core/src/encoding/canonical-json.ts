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
  return text.includes('"$') ? revive(parsed, path, undefined) : (parsed as StructuredValue);
}

/** Where a value lies. It becomes text only in a message, since the paths of all values would cost more than they do. */
interface Place {
  readonly parent: Place | undefined;
  readonly part: string | number;
  readonly depth: number;
}

function pathTo(path: string, place: Place | undefined): string {
  if (place === undefined) return path;
  const { parent, part } = place;
  return `${pathTo(path, parent)}${typeof part === "number" ? `[${part}]` : `.${part}`}`;
}

/** Puts what tagged objects stand for in their place, in the objects that were parsed. */
function revive(value: unknown, path: string, place: Place | undefined): StructuredValue {
  if (typeof value !== "object" || value === null) return value as StructuredValue;
  const depth = (place?.depth ?? 0) + 1;
  if (depth > maximumDepth + 1) {
    const where = pathTo(path, place);
    throw coreError("CORRUPT", `${where.slice(0, 200)}… is nested deeper than ${maximumDepth} levels`, {
      details: { path: where },
    });
  }
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const item: unknown = value[index];
      if (typeof item === "object") value[index] = revive(item, path, { parent: place, part: index, depth });
    }
    return value as StructuredValue;
  }
  const keys = Object.keys(value);
  if (keys.length === 1 && keys[0]!.startsWith("$")) {
    const tag = keys[0]!;
    return reviveTagged(tag, (value as Record<string, unknown>)[tag], path, place);
  }
  return reviveMembers(value as Record<string, unknown>, keys, path, place, depth);
}

function reviveMembers(
  members: Record<string, unknown>,
  keys: readonly string[],
  path: string,
  place: Place | undefined,
  depth: number,
): StructuredValue {
  for (const key of keys) {
    const item = members[key];
    if (typeof item !== "object" || item === null) continue;
    const revived = revive(item, path, { parent: place, part: key, depth });
    if (revived !== item) define(members, key, revived);
  }
  return members as StructuredValue;
}

// A stored "__proto__" must become a property, not the prototype.
function define(target: Record<string, unknown>, key: string, value: StructuredValue): void {
  if (key !== "__proto__") target[key] = value;
  else Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

function reviveTagged(
  tag: string,
  content: unknown,
  path: string,
  place: Place | undefined,
): StructuredValue {
  if (tag === "$object" && typeof content === "object" && content !== null && !Array.isArray(content)) {
    const members = content as Record<string, unknown>;
    return reviveMembers(members, Object.keys(members), path, place, (place?.depth ?? 0) + 1);
  }
  if (typeof content === "string") {
    if (tag === "$bigint" && /^-?\d+$/.test(content)) return BigInt(content);
    if (tag === "$number" && ["NaN", "Infinity", "-Infinity", "-0"].includes(content)) return Number(content);
    if (tag === "$bytes") {
      const bytes = fromBase64(content);
      if (bytes !== undefined) return bytes;
    }
  }
  const where = pathTo(path, place);
  throw coreError("CORRUPT", `${where} has the tag ${tag}, which this release cannot read`, {
    details: { path: where },
  });
}
