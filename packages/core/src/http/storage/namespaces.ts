import { concatBytes } from "../../identity/bytes.js";
import type { KvDriverMutation, KvRead } from "../../kv/driver.js";
import { decodeKey, encodeKey } from "../../kv/key.js";
import { reservedTag } from "../../kv/reserved.js";

/**
 * What {@link storageHandler} asks about where a call is not confined to one namespace, as when a whole storage is
 * copied. No namespace can have this name.
 */
export const allNamespaces = "*";

/**
 * The namespace that a key belongs to: its first part, also behind the tags of core's own keys.
 * {@link allNamespaces} where there is none.
 */
export function namespaceOfKey(key: Uint8Array): string {
  return ownerOf(key)?.namespace ?? allNamespaces;
}

/** The namespace that a read is confined to, for each of its keys. */
export function namespacesOfRead(request: KvRead): Set<string> {
  if (request.kind === "keys") return new Set(request.keys.map(namespaceOfKey));
  const owner = ownerOf(request.start);
  const { end } = request;
  if (owner === undefined || !startsWith(end, owner.prefix)) return new Set([allNamespaces]);
  // 0xff behind the 0x00 that ends a string means that the string goes on: another namespace.
  const confined = (end[owner.prefix.length] ?? 0) < 0xff;
  return new Set([confined ? owner.namespace : allNamespaces]);
}

/** The key that a mutation changes; for an append, its log. */
export function keyOfMutation(mutation: KvDriverMutation): Uint8Array {
  if (mutation.kind === "append") return mutation.log;
  return mutation.kind === "import" ? mutation.entry.key : mutation.key;
}

function ownerOf(key: Uint8Array): { namespace: string; prefix: Uint8Array } | undefined {
  const reserved = key[0] === reservedTag.token || key[0] === reservedTag.counter;
  const own = reserved ? key.subarray(1) : key;
  const namespace = firstString(own);
  if (namespace === undefined) return undefined;
  const encoded = encodeKey([namespace]);
  return { namespace, prefix: reserved ? concatBytes([key.subarray(0, 1), encoded]) : encoded };
}

/** The first part of a key if it is a whole string, whatever follows it. */
function firstString(key: Uint8Array): string | undefined {
  for (let end = key.indexOf(0); end !== -1; end = key.indexOf(0, end + 2)) {
    if (key[end + 1] === 0xff) continue;
    const part = decodeKey(key.subarray(0, end + 1))?.[0];
    return typeof part === "string" ? part : undefined;
  }
  return undefined;
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return bytes.length >= prefix.length && prefix.every((byte, index) => bytes[index] === byte);
}
