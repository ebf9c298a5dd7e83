import { expect, test } from "vitest";
import { prepareChild } from "../testing/test-support/kill/child.js";
import { killRounds } from "../testing/test-support/kill/kill-rounds.js";
import { killSettings } from "../testing/test-support/kill/settings.js";
import { localJournals } from "./open-local-storage.js";
import { temporaryDirectory } from "./test-support/temporary-directory.js";

const child = new URL("./test-support/frames.child.ts", import.meta.url);
const windowBytes = 64 * 1024;

interface Said {
  readonly appended: Map<number, number>;
  readonly synced: number;
  readonly truncated: number;
}

function said(lines: readonly string[]): Said {
  const appended = new Map<number, number>();
  let [synced, truncated] = [0, 0];
  for (const line of lines) {
    const [what, sequence, length] = line.split(" ");
    if (what === "append") appended.set(Number(sequence), Number(length));
    else if (what === "sync") synced = Number(sequence);
    else truncated = Number(sequence);
  }
  return { appended, synced, truncated };
}

test.each([
  ["journal", "at most a buffer of frames is lost, none of them synced"],
  ["fsync", "no frame whose append has returned is lost"],
] as const)(
  'a killed writer in mode "%s": %s, and no frame is torn or out of order',
  async (durability, _loss) => {
    const { kills, seed } = killSettings(0.05);
    process.stdout.write(`journal in mode ${durability}: ${kills} kills, seed ${seed}\n`);
    const startChild = await prepareChild(child);
    const directory = temporaryDirectory();
    let before = 0;
    const report = await killRounds({
      kills,
      seed,
      start: ({ random }) => ({
        writers: [startChild({ directory, seed: random.integer(2 ** 31), durability })],
      }),
      verify: async (acknowledged) => {
        const { appended, synced, truncated } = said(acknowledged.flat());
        const journals = await localJournals(directory);
        try {
          // The lock of the killed writer does not stand in the way.
          const journal = await journals.open("frames");
          const last = journal.lastSequence;
          expect(last).toBeGreaterThanOrEqual(Math.max(before, synced));
          const lost = [...appended].filter(([sequence]) => sequence > last);
          if (durability === "fsync") expect(lost).toEqual([]);
          // The last append may have been writing the frames before it when the kill came.
          const lostBytes = lost.slice(0, -1).reduce((sum, [, length]) => sum + length + 12, 0);
          expect(lostBytes).toBeLessThanOrEqual(windowBytes);
          let next: number | undefined;
          for await (const { sequence, data } of journal.read()) {
            expect(sequence).toBe(next ?? sequence);
            if (next === undefined) expect(sequence).toBeGreaterThanOrEqual(Math.min(truncated, last + 1));
            const length = appended.get(sequence);
            if (length !== undefined) expect(data.length).toBe(length);
            expect(data.every((byte) => byte === (sequence & 0xff))).toBe(true);
            next = sequence + 1;
          }
          if (next !== undefined) expect(next).toBe(last + 1);
          before = last;
        } finally {
          await journals.close();
        }
      },
    });
    process.stdout.write(
      `journal in mode ${durability}: ${report.acknowledged} acknowledged, ${report.early} early kills\n`,
    );
    expect(report.acknowledged).toBeGreaterThan(0);
  },
);
