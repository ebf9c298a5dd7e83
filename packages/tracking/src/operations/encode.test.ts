import { readFileSync } from "node:fs";
import { digestOf, fromHex, toHex } from "@millwright/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
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
  {
    kind: "outputs",
    run,
    outputs: [
      {
        kind: "model",
        name: "credit",
        path: "models/credit/2cf24dba5fb0a30e",
        digest: digestOf("hello"),
        size: 5,
        files: 1,
        step: 2n ** 60n,
        time: 5,
        metadata: { wide: 2n ** 70n, nothing: null, bytes: Uint8Array.of(1) },
      },
    ],
  },
  { kind: "goals", run, goals: { loss: "minimize", constructor: "maximize" } as never },
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

describe("versions", () => {
  const frames = JSON.parse(
    readFileSync(new URL("testdata/frames-version-1.json", import.meta.url), "utf8"),
  ) as Record<string, string>;

  test.each(Object.entries(frames))(
    "a %s that version 1 wrote is read, and written as it was",
    (kind, hex) => {
      const operation = decodeOperation(fromHex(hex)!);
      expect(operation.kind).toBe(kind);
      expect(toHex(encodeOperation(operation))).toBe(hex);
    },
  );

  test("an operation says the version that first knew it, so that an earlier release refuses what it cannot apply", () => {
    const versions = operations.map((operation) => [operation.kind, encodeOperation(operation)[0]]);
    expect(versions.filter(([, version]) => version !== 1)).toEqual([
      ["outputs", 2],
      ["goals", 2],
    ]);
  });
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
  expect(codeOf(Uint8Array.of(3, 0))).toBe("FORMAT_TOO_NEW");
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      expect(["CORRUPT", "FORMAT_TOO_NEW"]).toContain(codeOf(bytes));
    }),
  );
  const whole = encodeOperation(points());
  for (let length = 0; length < whole.length; length++)
    expect(codeOf(whole.slice(0, length))).toBe("CORRUPT");
});
