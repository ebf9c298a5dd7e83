import type { CallOptions } from "../cancellation/abort.js";

/** A secret with the name of its version, so that keys can be rotated. */
export interface Secret {
  readonly id: string;
  readonly bytes: Uint8Array;
}

/**
 * Where secrets come from: signing keys, webhook keys, credentials. They are asked for when needed, by name, and
 * never stored in a KvStore.
 */
export interface Keyring {
  /** The newest secret of a name; `undefined` if there is none. */
  current(name: string, options?: CallOptions): Promise<Secret | undefined>;
  /** One version of a secret, to verify what an older key signed. */
  byId(name: string, id: string, options?: CallOptions): Promise<Secret | undefined>;
}

/** A keyring over secrets that the program already holds; the last secret of a name is the current one. */
export function createKeyring(secrets: Readonly<Record<string, readonly Secret[]>>): Keyring {
  const byName = new Map(Object.entries(secrets));
  return {
    async current(name) {
      return byName.get(name)?.at(-1);
    },
    async byId(name, id) {
      return byName.get(name)?.find((secret) => secret.id === id);
    },
  };
}
