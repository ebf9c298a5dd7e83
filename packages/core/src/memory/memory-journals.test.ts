import { expect, test } from "vitest";
import { memoryJournals } from "./memory-journals.js";

test("a reading ends with the last frame at the time of the call, and gives out copies", async () => {
  const journal = await memoryJournals().open("log");
  journal.append(Uint8Array.of(1));
  const reading = journal.read();
  journal.append(Uint8Array.of(2));
  for await (const { data } of reading) data[0] = 9;
  const sequences: number[] = [];
  for await (const { sequence, data } of journal.read()) {
    sequences.push(sequence);
    expect(data[0]).toBe(sequence);
  }
  expect(sequences).toEqual([1, 2]);
});
