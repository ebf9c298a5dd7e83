import { type Clock, systemClock } from "@millwright/core";
import { memoryJournals } from "@millwright/core/memory";
import { expect, test } from "vitest";
import { encodeOperation } from "../operations/encode.js";
import type { OperationSink } from "../sink/sink.js";
import { createDrain } from "./drain.js";

test("pauses ever longer while the sink fails, up to a minute, and a second again once it works", async () => {
  const pauses: number[] = [];
  const clock: Clock = {
    ...systemClock(),
    sleep: async (micros) => {
      pauses.push(micros / 1_000_000);
      if (pauses.length === 12) await new Promise(() => {});
    },
  };
  const journal = await memoryJournals().open("log");
  let applied = 0;
  const log = (): number => journal.append(encodeOperation({ kind: "alive", run: "a".repeat(32), time: 1 }));
  const sink: OperationSink = {
    appliedSequence: async () => applied,
    async apply(_journal, operations) {
      // It works once the pause has been the longest twice.
      if (pauses.length < 9) throw new Error("the line is down");
      applied = operations.at(-1)!.sequence;
      return [];
    },
  };
  const errors: unknown[] = [];
  const drain = createDrain({
    journal: async () => journal,
    sink,
    clock,
    onRefused: () => {},
    onError: (error) => errors.push(error),
  });
  log();
  drain.schedule();
  await expect.poll(() => applied).toBe(1);
  expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  expect(errors).toHaveLength(8);
  log();
  drain.schedule();
  await expect.poll(() => applied).toBe(2);
  expect(pauses.at(-1)).toBe(1);
  await drain.stop();
});
