import { coreError, invalidArgument } from "../errors/create.js";

/** Largest frame of a journal, in bytes. */
export const maximumFrameBytes = 16 * 1024 * 1024;

/** @throws {MillwrightError} `INVALID_ARGUMENT` unless the name is safe as the name of a file everywhere */
export function assertJournalName(name: string): void {
  if (!/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/.test(name)) {
    throw invalidArgument(
      "name",
      `${JSON.stringify(name)} is not a journal name: 1 to 100 of A-Z a-z 0-9 . _ -, no leading dot`,
    );
  }
}

/** @throws {MillwrightError} `INVALID_ARGUMENT`, `LIMIT_EXCEEDED` */
export function assertFrame(data: Uint8Array): void {
  if (!(data instanceof Uint8Array)) throw invalidArgument("data", "a frame is a Uint8Array");
  if (data.length > maximumFrameBytes) {
    throw coreError(
      "LIMIT_EXCEEDED",
      `a frame has at most ${maximumFrameBytes} bytes, not ${data.length}; split it`,
    );
  }
}
