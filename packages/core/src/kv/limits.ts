/**
 * Portable limits. Core enforces them on every backend before the driver is called, so that what works on embedded
 * storage works on every other. The key limit leaves room under the smallest of the engines (LMDB stops at 1,978).
 */
export const kvLimits = Object.freeze({
  /** Bytes of an encoded key, its namespace included. */
  keyBytes: 1_024,
  /** Bytes of an encoded value. Larger records spill into a blob. */
  valueBytes: 65_536,
  /** Bytes of the encoded order of `setIfNewer`. */
  orderBytes: 128,
  /** Mutations of one commit. */
  mutations: 1_000,
  /** Checks of one commit. */
  checks: 1_000,
  /** Bytes of all keys and values of one commit. */
  commitBytes: 819_200,
  /** Keys of one `getMany`. */
  readKeys: 1_000,
  /** Bytes of an idempotency token, as UTF-8. */
  tokenBytes: 128,
});
