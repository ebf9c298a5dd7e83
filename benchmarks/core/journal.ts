import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Journal, JournalDriver } from "@millwright/core";
import { localJournals } from "@millwright/core/local";
import type { Comparison } from "../harness/comparison.js";

const frameBytes = 100;
const bufferBytes = 65_536;

/** Comparisons of journals with raw writes, and what to close when they are done. */
export interface JournalComparisons {
  readonly comparisons: readonly Comparison[];
  close(): Promise<void>;
}

/** One synchronous append of 100 bytes. */
export async function compareJournals(folder: string, scale: number): Promise<JournalComparisons> {
  const driver: JournalDriver = await localJournals(join(folder, "journals"));
  const buffered = await driver.open("buffered", { durability: "journal" });
  const synced = await driver.open("synced", { durability: "fsync" });
  const file = openSync(join(folder, "raw-journal"), "w");
  const frame = Buffer.alloc(frameBytes, 7);
  const ourAppend = (journal: Journal) => ({
    call: `journal.append, ${journal.durability}`,
    run: () => journal.append(frame),
  });
  const common = { subject: "journal", unit: "time", bytes: frameBytes } as const;
  const many = Math.round(100_000 * scale);
  const few = Math.max(20, Math.round(400 * scale));
  const comparisons: Comparison[] = [
    {
      ...common,
      operation: "append",
      operations: many,
      ours: ourAppend(buffered),
      remark: "not buffered",
      raw: { call: "fs.writeSync", run: () => writeSync(file, frame) },
    },
    {
      ...common,
      operation: "append",
      operations: many,
      ours: ourAppend(buffered),
      remark: "no checksum",
      raw: {
        call: "copy into 64 KiB, fs.writeSync when full",
        run: bufferedWriter(file, frame),
      },
    },
    {
      ...common,
      operation: "fsync",
      operations: few,
      ours: ourAppend(synced),
      raw: {
        call: "fs.writeSync, fs.fdatasyncSync",
        run: () => {
          const written = writeSync(file, frame);
          fdatasyncSync(file);
          return written;
        },
      },
    },
  ];
  return {
    comparisons,
    async close() {
      await buffered.close();
      await synced.close();
      await driver.close();
      closeSync(file);
    },
  };
}

function bufferedWriter(file: number, frame: Uint8Array): () => number {
  const buffer = Buffer.allocUnsafeSlow(bufferBytes);
  let filled = 0;
  return () => {
    if (filled + frame.length > bufferBytes) {
      writeSync(file, buffer, 0, filled);
      filled = 0;
    }
    buffer.set(frame, filled);
    filled += frame.length;
    return filled;
  };
}
