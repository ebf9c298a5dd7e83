import type { BlobDriver, BlobDriverCapabilities, ByteRange, StoredBlob } from "../../blobs/driver.js";
import { concatBytes } from "../../identity/bytes.js";
import type { Digest } from "../../identity/digest.js";
import { digestOf } from "../../identity/hasher.js";
import { createIdentifierHex } from "../../identity/identifier.js";
import { createRandom } from "../../identity/random.js";
import type { BlobConformanceOptions } from "./options.js";

/** What a case about blobs works with. */
export interface BlobCase {
  readonly driver: BlobDriver;
  readonly capabilities: BlobDriverCapabilities;
  readonly listed: number;
  readonly largest: number;
  /** Another driver on the same blobs. For shared stores. */
  openAnother(): Promise<BlobDriver>;
  /** Closes all drivers and opens the blobs again. For durable stores. */
  restart(): Promise<BlobDriver>;
}

/** Opens a place for a case, runs it, and closes whatever it opened. */
export async function withBlobCase(
  options: BlobConformanceOptions,
  capabilities: BlobDriverCapabilities,
  run: (context: BlobCase) => Promise<void>,
): Promise<void> {
  const place = `case_${createIdentifierHex().slice(-16)}`;
  const opened = new Set<BlobDriver>();
  const open = async (): Promise<BlobDriver> => {
    const driver = await options.open(place);
    opened.add(driver);
    return driver;
  };
  const closeAll = async (): Promise<void> => {
    for (const driver of [...opened]) {
      opened.delete(driver);
      await driver.close();
    }
  };
  try {
    await run({
      driver: await open(),
      capabilities,
      listed: options.listed ?? 150,
      largest: options.largest ?? 6 * 1024 * 1024 + 1,
      openAnother: open,
      async restart() {
        await closeAll();
        return open();
      },
    });
  } finally {
    await closeAll();
    await options.remove?.(place);
  }
}

/** The scope of cases that need only one. */
export const scope = "default";

/** Bytes that look random, the same for the same seed. */
export function someBytes(length: number, seed = 1): Uint8Array {
  const random = createRandom(seed);
  const block = Uint8Array.from({ length: Math.min(length, 4_099) }, () => random.integer(256));
  const bytes = new Uint8Array(length);
  for (let offset = 0; offset < length; offset += block.length) {
    bytes.set(block.subarray(0, Math.min(block.length, length - offset)), offset);
  }
  return bytes;
}

/** How a case puts a blob. */
export interface PutParts {
  readonly scope?: string | undefined;
  /** Bytes of each piece. Default: 64 KiB. */
  readonly pieceSize?: number | undefined;
  /** Whether the digest is known before the body has ended. Default: true. */
  readonly digestKnown?: boolean | undefined;
  /** Whether the size is given. Default: true. */
  readonly sizeKnown?: boolean | undefined;
  /** What the body does before each piece, and before it ends (with the number of bytes given out). */
  readonly before?: ((offset: number) => void | Promise<void>) | undefined;
}

/** Puts bytes and gives their digest. */
export async function put(driver: BlobDriver, bytes: Uint8Array, parts: PutParts = {}): Promise<Digest> {
  const { pieceSize = 65_536, digestKnown = true, sizeKnown = true } = parts;
  const digest = digestOf(bytes);
  let ended = false;
  async function* body(): AsyncGenerator<Uint8Array, void, void> {
    for (let offset = 0; offset < bytes.length; offset += pieceSize) {
      await parts.before?.(offset);
      yield bytes.slice(offset, offset + pieceSize);
    }
    await parts.before?.(bytes.length);
    ended = true;
  }
  await driver.put({
    scope: parts.scope ?? scope,
    body: body(),
    digest: () => (digestKnown || ended ? digest : undefined),
    size: sizeKnown ? bytes.length : undefined,
  });
  return digest;
}

/** The bytes of a blob, or of a part of it. */
export async function get(
  driver: BlobDriver,
  digest: Digest,
  range?: ByteRange,
  of = scope,
): Promise<Uint8Array | undefined> {
  const pieces = await driver.get(of, digest, range);
  if (pieces === undefined) return undefined;
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece);
  return concatBytes(parts);
}

/** All blobs of a scope. */
export async function listed(driver: BlobDriver, of = scope, after?: Digest): Promise<StoredBlob[]> {
  const blobs: StoredBlob[] = [];
  for await (const blob of driver.list(of, after)) blobs.push(blob);
  return blobs;
}

/** All scopes. */
export async function scopesOf(driver: BlobDriver): Promise<string[]> {
  const scopes: string[] = [];
  for await (const name of driver.scopes()) scopes.push(name);
  return scopes;
}
