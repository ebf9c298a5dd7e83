import { fromCanonicalJson, toCanonicalJson } from "../encoding/canonical-json.js";
import { coreError } from "../errors/create.js";
import { copyBytes } from "../identity/bytes.js";
import type { KvValue } from "./kv-store.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The bytes of a value: bytes as they are behind one 0x00, everything else as canonical JSON, which never begins with
 * 0x00 and stays readable in the tools of each backend.
 */
export function encodeValue(value: KvValue, path = "value"): Uint8Array {
  if (!(value instanceof Uint8Array)) return encoder.encode(toCanonicalJson(value, path));
  const bytes = new Uint8Array(value.length + 1);
  bytes.set(value, 1);
  return bytes;
}

/** The value of bytes that {@link encodeValue} made. @throws {MillwrightError} `CORRUPT` */
export function decodeValue(bytes: Uint8Array, path = "value"): KvValue {
  if (bytes[0] === 0) return copyBytes(bytes, 1);
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch (cause) {
    throw coreError("CORRUPT", `${path} is neither bytes nor UTF-8`, { cause, details: { path } });
  }
  return fromCanonicalJson(text, path);
}
