import { hostModule } from "../host/host.js";
import { fromHex, toHex } from "../identity/bytes.js";

interface HostBuffer {
  from(data: ArrayBufferLike, offset: number, length: number): { toString(encoding: "hex"): string };
}

/** A `bytea[]` in the text form of PostgreSQL; `undefined` is NULL. */
export function bytesArray(items: readonly (Uint8Array | undefined)[]): string {
  if (items.length === 0) return "{}";
  const hex = hexEncoder();
  return `{${items.map((item) => (item === undefined ? "NULL" : `"\\\\x${hex(item)}"`)).join(",")}}`;
}

/** The host's encoder of hexadecimal where there is one: values are up to 64 KiB. */
function hexEncoder(): (bytes: Uint8Array) => string {
  const buffers = hostModule<{ Buffer: HostBuffer }>("node:buffer")?.Buffer;
  if (buffers === undefined) return toHex;
  return (bytes) => buffers.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}

/** An array of numbers or booleans in the text form of PostgreSQL; `undefined` is NULL. */
export function plainArray(items: readonly (number | boolean | undefined)[]): string {
  return `{${items.map((item) => (item === undefined ? "NULL" : String(item))).join(",")}}`;
}

/** Bytes of the hexadecimal that the server wrote. */
export function serverBytes(hex: string): Uint8Array {
  return fromHex(hex) ?? new Uint8Array(0);
}
