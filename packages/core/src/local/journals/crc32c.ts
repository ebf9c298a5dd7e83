/** Remainders of CRC-32C (Castagnoli, reflected 0x82f63b78) for eight bytes at a time (slicing by 8), table after table. */
export type Crc32cTable = Int32Array;

/** Makes the table, 8 KiB; keep it. */
export function createCrc32cTable(): Crc32cTable {
  // Signed, so that the engine keeps whole numbers and does not fall back to floating point.
  const table = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++)
      remainder = remainder & 1 ? (remainder >>> 1) ^ 0x82f63b78 : remainder >>> 1;
    table[byte] = remainder;
  }
  for (let index = 256; index < table.length; index++) {
    const before = table[index - 256]!;
    table[index] = (before >>> 8) ^ table[before & 0xff]!;
  }
  return table;
}

/** The CRC-32C (RFC 3720, appendix B.4) of `bytes[start, end)` as a signed number, going on from `seed`, that of the bytes before. */
export function crc32c(table: Crc32cTable, bytes: Uint8Array, start: number, end: number, seed = 0): number {
  let crc = ~seed;
  let index = start;
  for (const wide = end - 7; index < wide; index += 8) {
    crc ^= bytes[index]! | (bytes[index + 1]! << 8) | (bytes[index + 2]! << 16) | (bytes[index + 3]! << 24);
    crc =
      table[1792 + (crc & 0xff)]! ^
      table[1536 + ((crc >>> 8) & 0xff)]! ^
      table[1280 + ((crc >>> 16) & 0xff)]! ^
      table[1024 + (crc >>> 24)]! ^
      table[768 + bytes[index + 4]!]! ^
      table[512 + bytes[index + 5]!]! ^
      table[256 + bytes[index + 6]!]! ^
      table[bytes[index + 7]!]!;
  }
  for (; index < end; index++) crc = (crc >>> 8) ^ table[(crc ^ bytes[index]!) & 0xff]!;
  return ~crc;
}
