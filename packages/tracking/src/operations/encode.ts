import { fromCanonicalJson, fromHex, type StructuredValue, toCanonicalJson, toHex } from "@millwright/core";
import { decodeBatch, encodeBatch } from "@millwright/core/columns";
import { trackingError } from "../errors.js";
import type { ArtifactOperation, Operation, PointsOperation } from "./operation.js";

/** The first byte of a frame. A later release that changes what follows takes the next number. */
const version = 2;
/**
 * The version that an operation is written with: the first that knows it. So an earlier release reads all that it can apply, and
 * says of the rest that it is too new, instead of passing it over. 2 added these kinds and changed nothing else.
 */
const laterVersions: Readonly<Record<string, number>> = { outputs: 2, goals: 2 };
/** The second byte: what follows. */
const forms = { json: 0, points: 1, artifact: 2 } as const;
/** Where the batch begins: behind version, form and the identity of the run, at a multiple of 8. */
const pointsOffset = 24;
const jsonOffset = 8;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * An operation as the bytes of one frame: version, form, then canonical JSON; for points 16 bytes of run and an encoded batch;
 * for an artifact with content the length of the JSON (u32, little-endian), the JSON and the bytes.
 */
export function encodeOperation(operation: Operation): Uint8Array {
  if (operation.kind === "points") return encodePoints(operation);
  if (operation.kind === "artifact" && operation.content !== undefined)
    return encodeContent(operation, operation.content);
  const json = jsonOf(operation);
  const first = laterVersions[operation.kind] ?? 1;
  return frameOf(forms.json, jsonOffset + json.length, (bytes) => bytes.set(json, jsonOffset), first);
}

/** The operation of a frame. @throws {MillwrightError} `CORRUPT`, `FORMAT_TOO_NEW` */
export function decodeOperation(frame: Uint8Array): Operation {
  if (frame[0] !== undefined && frame[0] > version) {
    throw trackingError(
      "FORMAT_TOO_NEW",
      `the journal holds operations of version ${frame[0]}; upgrade @millwright/tracking to read it`,
    );
  }
  try {
    switch ((frame[0] ?? 0) > 0 ? frame[1] : undefined) {
      case forms.json:
        return parse(frame.subarray(jsonOffset));
      case forms.points:
        return {
          kind: "points",
          run: toHex(frame.subarray(2, 18)),
          points: decodeBatch(frame.subarray(pointsOffset)),
        };
      case forms.artifact: {
        const length = new DataView(frame.buffer, frame.byteOffset).getUint32(4, true);
        const end = jsonOffset + length;
        return { ...parse(frame.subarray(jsonOffset, end)), content: frame.slice(end) } as ArtifactOperation;
      }
      default:
        throw new Error("it is of no known form");
    }
  } catch (cause) {
    throw trackingError("CORRUPT", "a frame of the journal is no operation; another program wrote to it", {
      cause,
    });
  }
}

function encodePoints({ run, points }: PointsOperation): Uint8Array {
  const batch = encodeBatch(points);
  return frameOf(forms.points, pointsOffset + batch.length, (bytes) => {
    bytes.set(fromHex(run)!, 2);
    bytes.set(batch, pointsOffset);
  });
}

function encodeContent(operation: ArtifactOperation, content: Uint8Array): Uint8Array {
  const json = jsonOf({ ...operation, content: undefined });
  return frameOf(forms.artifact, jsonOffset + json.length + content.length, (bytes) => {
    new DataView(bytes.buffer).setUint32(4, json.length, true);
    bytes.set(json, jsonOffset);
    bytes.set(content, jsonOffset + json.length);
  });
}

function frameOf(form: number, length: number, fill: (bytes: Uint8Array) => void, first = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes[0] = first;
  bytes[1] = form;
  fill(bytes);
  return bytes;
}

function jsonOf(operation: Operation): Uint8Array {
  return encoder.encode(toCanonicalJson(operation as unknown as StructuredValue, operation.kind));
}

function parse(bytes: Uint8Array): Operation {
  const value = fromCanonicalJson(decoder.decode(bytes)) as unknown as Operation;
  if (typeof value?.kind !== "string" || typeof value.run !== "string") throw new Error("it names no run");
  return value;
}
