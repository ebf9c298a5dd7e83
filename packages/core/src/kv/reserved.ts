import { concatBytes } from "../identity/bytes.js";

/** First bytes of core's own keys. They sort after every user's key. */
export const reservedTag = { token: 0xfd, counter: 0xfe } as const;

/** Where a driver keeps the last sequence of a log. */
export function counterKey(log: Uint8Array): Uint8Array {
  return concatBytes([Uint8Array.of(reservedTag.counter), log]);
}

/** Where core keeps the outcome of a commit that carried an idempotency token. */
export function tokenKey(namespace: Uint8Array, token: Uint8Array): Uint8Array {
  return concatBytes([Uint8Array.of(reservedTag.token), namespace, token]);
}
