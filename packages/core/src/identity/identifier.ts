import { toHex } from "./bytes.js";

/** Makes identifiers. The default draws from the host's cryptographic randomness. */
export interface IdentifierOptions {
  /** Microseconds since the epoch. Default: the host's clock. */
  readonly time?: number | undefined;
  /** Fills an array with random bytes. Default: `crypto.getRandomValues`. */
  readonly random?: ((bytes: Uint8Array<ArrayBuffer>) => void) | undefined;
}

/**
 * A source of the host's cryptographic randomness, for whoever makes many identifiers: it draws a kilobyte at a time, since
 * each draw costs some microseconds. Not for secrets, which would stay in memory.
 */
export function pooledRandom(): (bytes: Uint8Array) => void {
  const pool = new Uint8Array(1_024);
  let used = pool.length;
  return (bytes) => {
    if (used + bytes.length > pool.length) {
      crypto.getRandomValues(pool);
      used = 0;
    }
    for (let index = 0; index < bytes.length; index++) bytes[index] = pool[used++]!;
  };
}

/**
 * A UUIDv7 (RFC 9562, section 5.7) in its canonical form: 48 bits of milliseconds, 12 bits of the fraction of the
 * millisecond, 62 random bits. Identifiers sort by the time at which they were made, to about a microsecond.
 */
export function createIdentifier(options: IdentifierOptions = {}): string {
  const hex = createIdentifierHex(options);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** {@link createIdentifier} as 32 lowercase hexadecimal digits, the form of MLflow's run ids. */
export function createIdentifierHex(options: IdentifierOptions = {}): string {
  return toHex(createIdentifierBytes(options));
}

/** {@link createIdentifier} as 16 bytes. */
export function createIdentifierBytes(options: IdentifierOptions = {}): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(16);
  if (options.random === undefined) crypto.getRandomValues(bytes);
  else options.random(bytes);
  const micros = options.time ?? Math.round((performance.timeOrigin + performance.now()) * 1000);
  let milliseconds = Math.floor(micros / 1000);
  const fraction = Math.floor(((micros - milliseconds * 1000) / 1000) * 4096);
  for (let index = 5; index >= 0; index--) {
    bytes[index] = milliseconds % 256;
    milliseconds = Math.floor(milliseconds / 256);
  }
  bytes[6] = 0x70 | (fraction >> 8);
  bytes[7] = fraction & 0xff;
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  return bytes;
}
