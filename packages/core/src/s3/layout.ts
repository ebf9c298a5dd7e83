import type { Digest } from "../identity/digest.js";

/** Where the objects of a store are: `<prefix><scope>/<hex of the digest>`. */
export interface Layout {
  objectKey(scope: string, digest: Digest): string;
  /** What all objects of a scope begin with. */
  scopePrefix(scope: string): string;
  /** What all objects of the store begin with. */
  readonly root: string;
  /** A new key for bytes whose digest is not known yet. It is in no scope. */
  scratchKey(): string;
  /** The digest of an object of a scope; `undefined` if it is none of ours. */
  digestOf(key: string, scope: string): Digest | undefined;
  /** The scope of a common prefix; `undefined` if it is none of ours. */
  scopeOf(commonPrefix: string): string | undefined;
}

/** The layout under a prefix, which ends with `/` or is empty. */
export function createLayout(prefix: string): Layout {
  const root = prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
  const scopePrefix = (scope: string): string => `${root}${escapeScope(scope)}/`;
  return {
    root,
    scopePrefix,
    objectKey: (scope, digest) => scopePrefix(scope) + digest.slice("sha256:".length),
    // Not a scope: after a dot, escapes have hexadecimal digits.
    scratchKey: () => `${root}.scratch/${crypto.randomUUID()}`,
    digestOf(key, scope) {
      const hex = key.slice(scopePrefix(scope).length);
      return /^[0-9a-f]{64}$/.test(hex) ? `sha256:${hex}` : undefined;
    },
    scopeOf: (commonPrefix) => unescapeScope(commonPrefix.slice(root.length, -1)),
  };
}

// Letters, digits, - and _ stand for themselves; other bytes of the UTF-8 are a dot and two digits.
function escapeScope(scope: string): string {
  return scope.replace(/[^A-Za-z0-9_-]/gu, (character) =>
    [...new TextEncoder().encode(character)].map((byte) => `.${byte.toString(16).padStart(2, "0")}`).join(""),
  );
}

function unescapeScope(escaped: string): string | undefined {
  if (!/^(?:[A-Za-z0-9_-]|\.[0-9a-f]{2})+$/.test(escaped)) return undefined;
  try {
    return decodeURIComponent(escaped.replaceAll(".", "%"));
  } catch {
    return undefined;
  }
}
