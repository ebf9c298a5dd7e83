import { coreStatuses, type HttpCall } from "@millwright/core/http";
import { invalidArgument } from "../errors.js";
import { binaryType } from "./wire.js";

/** The HTTP status of each code that a request can be answered with. */
export const ingestStatuses: Readonly<Record<string, number>> = Object.freeze({
  ...coreStatuses,
  SEQUENCE_GAP: 409,
  PROTOCOL_TOO_NEW: 415,
});

/** @throws {MillwrightError} `INVALID_ARGUMENT` unless the body says that it is bytes, which no form of a foreign page can say */
export function assertBinary(call: HttpCall): void {
  if (call.header("content-type") !== binaryType)
    throw invalidArgument("content-type", `must be ${binaryType}`);
}
