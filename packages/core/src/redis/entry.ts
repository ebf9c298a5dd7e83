import { coreError } from "../errors/create.js";
import type { StoredEntry } from "../kv/driver.js";

/** Bits of the first byte of a stored entry. The upper four are the format of the entry. */
const flags = { format: 0x10, expires: 0x01, ordered: 0x02 } as const;

const versionBytes = 16;

/** Length of the first byte and the version. */
const fixedBytes = 1 + versionBytes;

/**
 * What stands before the value in the string of an entry: flags; the version (16 bytes); the deadline as a
 * big-endian float64, if there is one; the length of the order and the order, if there is one.
 */
export function packHead(
  version: Uint8Array,
  expiresAt: number | undefined,
  order: Uint8Array | undefined,
): Uint8Array {
  const length =
    fixedBytes + (expiresAt === undefined ? 0 : 8) + (order === undefined ? 0 : 1 + order.length);
  const head = new Uint8Array(length);
  head[0] =
    flags.format | (expiresAt === undefined ? 0 : flags.expires) | (order === undefined ? 0 : flags.ordered);
  head.set(version, 1);
  let offset = fixedBytes;
  if (expiresAt !== undefined) {
    new DataView(head.buffer).setFloat64(offset, expiresAt);
    offset += 8;
  }
  if (order !== undefined) {
    head[offset] = order.length;
    head.set(order, offset + 1);
  }
  return head;
}

/** The entry of a stored string; `undefined` if it has expired. */
export function unpackEntry(
  key: Uint8Array,
  reply: Uint8Array,
  now: number,
  store: string,
): StoredEntry | undefined {
  const head = reply[0]!;
  if (reply.length < fixedBytes || (head & 0xf0) !== flags.format) {
    throw coreError(
      "CORRUPT",
      `${store}: an entry is not in the format of this store; something else wrote to its keys`,
    );
  }
  // Plain views: a Buffer would share its memory when it is sliced.
  const { buffer, byteOffset: start } = reply;
  const version = new Uint8Array(buffer, start + 1, versionBytes);
  let offset = fixedBytes;
  let expiresAt: number | undefined;
  let order: Uint8Array | undefined;
  if (head & flags.expires) {
    expiresAt = new DataView(buffer, start + offset, 8).getFloat64(0);
    if (expiresAt <= now) return undefined;
    offset += 8;
  }
  if (head & flags.ordered) {
    order = new Uint8Array(buffer, start + offset + 1, reply[offset]!);
    offset += 1 + order.length;
  }
  return {
    key,
    value: new Uint8Array(buffer, start + offset, reply.length - offset),
    version,
    expiresAt,
    order,
  };
}
