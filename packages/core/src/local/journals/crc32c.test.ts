import fc from "fast-check";
import { expect, test } from "vitest";
import { crc32c, createCrc32cTable } from "./crc32c.js";

const table = createCrc32cTable();
const of = (bytes: Uint8Array) => crc32c(table, bytes, 0, bytes.length) >>> 0;

test("the examples of RFC 3720, appendix B.4", () => {
  expect(of(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(of(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(of(Uint8Array.from({ length: 32 }, (_, index) => index))).toBe(0x46dd794e);
  expect(of(Uint8Array.from({ length: 32 }, (_, index) => 31 - index))).toBe(0x113fdb5c);
  expect(of(new TextEncoder().encode("123456789"))).toBe(0xe3069283);
  expect(of(new Uint8Array())).toBe(0);
});

test("the checksum of a whole is that of its end going on from its start", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), (bytes, cut) => {
      const middle = Math.min(cut, bytes.length);
      const start = crc32c(table, bytes, 0, middle);
      expect(crc32c(table, bytes, middle, bytes.length, start) >>> 0).toBe(of(bytes));
    }),
  );
});
