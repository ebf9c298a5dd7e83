import { fromHex, toHex } from "@millwright/core";
import { expect, test } from "vitest";
import { decodeRow, encodeRow, type OnlineRow } from "./row-codec.js";

const row: OnlineRow = {
  eventTime: 1_717_243_200_000_000,
  createdTime: -5,
  values: {
    total: 0.1,
    big: 2n ** 63n - 1n,
    odd: Number.NaN,
    none: null,
    bytes: Uint8Array.of(0, 255),
    yes: true,
  },
};
const text =
  '{"createdTime":-5,"eventTime":1717243200000000,"values":{"big":{"$bigint":"9223372036854775807"},"bytes":{"$bytes":"AP8="},"none":null,"odd":{"$number":"NaN"},"total":0.1,"yes":true}}';

test("a row is the byte 1 and canonical JSON, for ever", () => {
  const bytes = encodeRow(row);
  expect(bytes[0]).toBe(1);
  expect(new TextDecoder().decode(bytes.subarray(1))).toBe(text);
  expect(toHex(encodeRow({ eventTime: 1, values: {} }))).toBe(
    "017b226576656e7454696d65223a312c2276616c756573223a7b7d7d",
  );
});

test("a row comes back as it was", () => {
  expect(decodeRow(encodeRow(row), "it")).toEqual(row);
});

test.each([
  ["CORRUPT", "text"],
  ["CORRUPT", new Uint8Array()],
  ["CORRUPT", fromHex("017b")],
  ["CORRUPT", fromHex("01ff")],
  ["CORRUPT", new TextEncoder().encode("\u0001null")],
  ["CORRUPT", new TextEncoder().encode('\u0001{"eventTime":0.5,"values":{}}')],
  ["CORRUPT", new TextEncoder().encode('\u0001{"eventTime":5}')],
  ["FORMAT_TOO_NEW", Uint8Array.of(2, 0)],
])("%s: %o is refused with the place of the row", (code, value) => {
  const decode = () => decodeRow(value, "the row of c-17");
  expect(decode).toThrow(expect.objectContaining({ code }));
  expect(decode).toThrow("the row of c-17");
});
