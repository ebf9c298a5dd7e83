/** Bytes that hold so many bits. */
export function bitmapBytes(bits: number): number {
  return (bits + 7) >>> 3;
}

/** Whether the bit is set; the lowest bit of a byte comes first. */
export function bitAt(bitmap: Uint8Array, index: number): boolean {
  return (bitmap[index >>> 3]! & (1 << (index & 7))) !== 0;
}

/** Sets one bit. */
export function setBit(bitmap: Uint8Array, index: number): void {
  bitmap[index >>> 3]! |= 1 << (index & 7);
}

/** Clears one bit. */
export function clearBit(bitmap: Uint8Array, index: number): void {
  bitmap[index >>> 3]! &= ~(1 << (index & 7));
}

/** A bitmap with the first `bits` bits set. Bits behind them are 0, as in every bitmap that is made here. */
export function fullBitmap(bits: number): Uint8Array {
  return maskTail(new Uint8Array(bitmapBytes(bits)).fill(0xff), bits);
}

/** How many of the first `bits` bits are set. */
export function countBits(bitmap: Uint8Array, bits: number): number {
  const whole = bits >>> 3;
  let count = 0;
  for (let index = 0; index < whole; index++) count += bitsOfByte(bitmap[index]!);
  if ((bits & 7) !== 0) count += bitsOfByte(bitmap[whole]! & ((1 << (bits & 7)) - 1));
  return count;
}

/** A copy of `bits` bits from `start` on. */
export function sliceBitmap(bitmap: Uint8Array, start: number, bits: number): Uint8Array {
  const copy = new Uint8Array(bitmapBytes(bits));
  copyBits(bitmap, start, copy, 0, bits);
  return copy;
}

/** A copy of the first `bits` bits, with nothing behind them. */
export function copyBitmap(bitmap: Uint8Array, bits: number): Uint8Array {
  // Not slice: that of a Node Buffer is a view.
  return maskTail(new Uint8Array(bitmap.subarray(0, bitmapBytes(bits))), bits);
}

/** Copies bits into a bitmap in which they are still 0. */
export function copyBits(
  source: Uint8Array,
  sourceStart: number,
  target: Uint8Array,
  targetStart: number,
  bits: number,
): void {
  let done = 0;
  if ((sourceStart & 7) === 0 && (targetStart & 7) === 0) {
    const bytes = bits >>> 3;
    target.set(source.subarray(sourceStart >>> 3, (sourceStart >>> 3) + bytes), targetStart >>> 3);
    done = bytes * 8;
  }
  for (; done < bits; done++) if (bitAt(source, sourceStart + done)) setBit(target, targetStart + done);
}

/** Clears the bits of the last byte that lie behind the first `bits`. Changes and gives the same array. */
export function maskTail(bitmap: Uint8Array, bits: number): Uint8Array {
  if ((bits & 7) !== 0) bitmap[bits >>> 3]! &= (1 << (bits & 7)) - 1;
  return bitmap;
}

function bitsOfByte(byte: number): number {
  const pairs = byte - ((byte >>> 1) & 0x55);
  const nibbles = (pairs & 0x33) + ((pairs >>> 2) & 0x33);
  return (nibbles + (nibbles >>> 4)) & 0x0f;
}
