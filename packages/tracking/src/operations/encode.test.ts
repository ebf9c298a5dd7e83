import { digestOf } from "@millwright/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { PointBuffer } from "../metrics/point-buffer.js";
import { decodeOperation, encodeOperation } from "./encode.js";
import type { Operation } from "./operation.js";

const run = "0123456789abcdef0123456789abcdef";

function points(): Operation {
  const buffer = new PointBuffer();
  for (const value of [1, Number.NaN, -0, Number.NEGATIVE_INFINITY])
    buffer.add("loss", value, -(2n ** 63n), 5);
  buffer.add("auc", 0.5, 2n ** 63n - 1n, 6);
  return { kind: "points", run, points: buffer.toBatch() };
}

const operations: readonly Operation[] = [
  { kind: "create", run, experiment: "credit", name: "first", parent: run, time: 5 },
  { kind: "params", run, params: { depth: 4, rate: Number.NaN, wide: 2n ** 70n, flag: true, text: "€" } },
  { kind: "tags", run, tags: { constructor: "x", "a b": "" } },
  { kind: "inputs", run, datasets: [{ name: "applications", digest: digestOf("rows"), role: "training" }] },
  { kind: "artifact", run, path: "a/b.txt", digest: digestOf("hello"), size: 5 },
  { kind: "resume", run, time: 7, process: { host: "h", pid: 1, startTime: 5 } },
  { kind: "alive", run, time: 8 },
  { kind: "end", run, status: "FAILED", reason: "no data", time: 9 },
];

test.each(operations.map((operation) => [operation.kind, operation] as const))(
  "%s survives the way through a frame",
  (_kind, operation) => {
    expect(decodeOperation(encodeOperation(operation))).toEqual(operation);
  },
);

test("points survive bit by bit, also in a frame that lies anywhere in its memory", () => {
  const frame = encodeOperation(points());
  const moved = new Uint8Array(frame.length + 3);
  moved.set(frame, 3);
  expect(decodeOperation(frame)).toEqual(points());
  expect(decodeOperation(moved.subarray(3))).toEqual(points());
});

test("the bytes of a file go along with its operation", () => {
  const content = Uint8Array.from({ length: 1_000 }, (_, index) => index & 0xff);
  const operation: Operation = {
    kind: "artifact",
    run,
    path: "a",
    digest: digestOf(content),
    size: 1_000,
    content,
  };
  expect(decodeOperation(encodeOperation(operation))).toEqual(operation);
});

test("bytes that are no operation are CORRUPT, and those of a later release FORMAT_TOO_NEW", () => {
  const codeOf = (bytes: Uint8Array): string => {
    try {
      decodeOperation(bytes);
      return "decoded";
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
  expect(codeOf(Uint8Array.of(2, 0))).toBe("FORMAT_TOO_NEW");
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      expect(["CORRUPT", "FORMAT_TOO_NEW"]).toContain(codeOf(bytes));
    }),
  );
  const whole = encodeOperation(points());
  for (let length = 0; length < whole.length; length++)
    expect(codeOf(whole.slice(0, length))).toBe("CORRUPT");
});
