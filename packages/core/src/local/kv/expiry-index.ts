import { concatBytes } from "../../identity/bytes.js";
import { expiryOf } from "../../kv/packed-entry.js";
import type { LocalDatabases } from "./databases.js";

const timeBytes = 8;
/** Microseconds that an ended entry is kept, since another process may have a clock that is behind. */
const clockDifference = 60_000_000;
const nothing = new Uint8Array(0);
const first = new Uint8Array(1);

/**
 * Notes that an entry ends at a time, under `[time, key]`, so that it can be found without a scan. A note is not removed
 * when its entry is written again: {@link removeExpired} looks at the entry before it believes a note.
 */
export function rememberExpiry({ expiry }: LocalDatabases, key: Uint8Array, expiresAt: number): void {
  expiry.put(concatBytes([encodeTime(expiresAt), key]), nothing);
}

/**
 * Gives back the space of entries that have ended: a few more in each commit than the commit can add, so that the notes
 * cannot pile up and no commit pays for all.
 */
export function removeExpired({ entries, expiry }: LocalDatabases, now: number, mutations: number): void {
  const before = now - clockDifference;
  if (before < 0) return;
  const end = encodeTime(before);
  const notes = Array.from(expiry.getKeys({ start: first, end, limit: 2 * mutations + 8 }));
  for (const note of notes) {
    const key = note.subarray(timeBytes);
    const packed = entries.getBinaryFast(key);
    const expiresAt = packed === undefined ? undefined : expiryOf(packed);
    if (expiresAt !== undefined && expiresAt < before) entries.remove(key);
    expiry.remove(note);
  }
}

/** Eight bytes that sort as the times do; times before the epoch count as the epoch. */
function encodeTime(time: number): Uint8Array {
  const bytes = new Uint8Array(timeBytes);
  new DataView(bytes.buffer).setFloat64(0, Math.max(0, Math.floor(time)));
  return bytes;
}
