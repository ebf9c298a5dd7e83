import { coreError } from "../errors/create.js";
import { copyBytes, partOf } from "../identity/bytes.js";
import type { StoredEntry } from "./driver.js";

const versionBytes = 16;
const expires = 0b01;
const ordered = 0b10;

/**
 * An entry without its key as the bytes of one value: a byte of flags, 16 bytes of version, eight of `expiresAt` (float64,
 * big-endian) if flag 1 is set, a length byte and the order if flag 2 is set, then the value.
 */
export function packEntry(
  value: Uint8Array,
  version: Uint8Array,
  expiresAt?: number,
  order?: Uint8Array,
): Uint8Array {
  const head =
    1 + versionBytes + (expiresAt === undefined ? 0 : 8) + (order === undefined ? 0 : 1 + order.length);
  const packed = new Uint8Array(head + value.length);
  packed[0] = (expiresAt === undefined ? 0 : expires) | (order === undefined ? 0 : ordered);
  packed.set(version, 1);
  let offset = 1 + versionBytes;
  if (expiresAt !== undefined) {
    new DataView(packed.buffer).setFloat64(offset, expiresAt);
    offset += 8;
  }
  if (order !== undefined) {
    packed[offset] = order.length;
    packed.set(order, offset + 1);
    offset += 1 + order.length;
  }
  packed.set(value, offset);
  return packed;
}

/** The entry of bytes that {@link packEntry} made; its value may be a view of them. @throws `CORRUPT` */
export function unpackEntry(key: Uint8Array, stored: Uint8Array): StoredEntry {
  const packed = plain(stored);
  const flags = packed[0];
  if (flags === undefined || flags > (expires | ordered) || packed.length < 1 + versionBytes) throw damaged();
  let offset = 1 + versionBytes;
  const version = copyBytes(packed, 1, offset);
  const expiresAt = expiryOf(packed);
  if (expiresAt !== undefined) offset += 8;
  let order: Uint8Array | undefined;
  if ((flags & ordered) !== 0) {
    const length = packed[offset];
    if (length === undefined || offset + 1 + length > packed.length) throw damaged();
    order = copyBytes(packed, offset + 1, offset + 1 + length);
    offset += 1 + length;
  }
  return { key: plain(key), value: partOf(packed, offset), version, expiresAt, order };
}

/** A Node Buffer's `slice` shares memory where that of a Uint8Array copies, and LMDB's have a `byteLength` that may be larger. */
function plain(bytes: Uint8Array): Uint8Array {
  if (bytes.constructor === Uint8Array) return bytes;
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** `expiresAt` of packed bytes, if they have one. */
export function expiryOf(packed: Uint8Array): number | undefined {
  if (((packed[0] ?? 0) & expires) === 0) return undefined;
  if (packed.length < 1 + versionBytes + 8) throw damaged();
  return new DataView(packed.buffer, packed.byteOffset).getFloat64(1 + versionBytes);
}

/** Whether packed bytes are an entry that has not ended. */
export function isAlive(packed: Uint8Array | undefined, now: number): packed is Uint8Array {
  if (packed === undefined) return false;
  const expiresAt = expiryOf(packed);
  return expiresAt === undefined || expiresAt > now;
}

/** Whether packed bytes hold this version. */
export function hasVersion(packed: Uint8Array, version: Uint8Array): boolean {
  for (let index = 0; index < versionBytes; index++) if (packed[index + 1] !== version[index]) return false;
  return true;
}

function damaged(): Error {
  return coreError("CORRUPT", "an entry of the store does not decode. Restore it from a backup");
}
