import "fake-indexeddb/auto";
import { expect, test } from "vitest";
import type { Journal, JournalFrame } from "../journal/journal.js";
import { indexedDbJournals } from "./index.js";

let databases = 0;
const freshName = (): string => `journals-${++databases}`;
const frame = (text: string) => new TextEncoder().encode(text);

async function textsOf(journal: Journal, from?: number): Promise<string[]> {
  const texts: string[] = [];
  for await (const { sequence, data } of journal.read(from))
    texts.push(`${sequence}:${new TextDecoder().decode(data)}`);
  return texts;
}

test("frames are numbered at once, are read in order, and are there when the journal is opened again", async () => {
  const name = freshName();
  const journals = indexedDbJournals(name);
  const journal = await journals.open("runs");
  expect([journal.append(frame("a")), journal.append(frame("b")), journal.lastSequence]).toEqual([1, 2, 2]);
  expect(await textsOf(journal)).toEqual(["1:a", "2:b"]);
  expect(await textsOf(journal, 2)).toEqual(["2:b"]);
  const { id } = journal;
  await journal.close();
  await journals.close();

  const later = indexedDbJournals(name);
  const again = await later.open("runs");
  expect([again.id, again.lastSequence, again.append(frame("c"))]).toEqual([id, 2, 3]);
  expect(await textsOf(again)).toEqual(["1:a", "2:b", "3:c"]);
  expect(await later.list()).toEqual(["runs"]);
});

test("many frames go through in order, over pages and batches", async () => {
  const journal = await indexedDbJournals(freshName()).open("many");
  const large = new Uint8Array(1_500_000);
  for (let index = 0; index < 300; index++) journal.append(index % 50 === 0 ? large : frame(String(index)));
  await journal.sync();
  const sequences: JournalFrame["sequence"][] = [];
  for await (const { sequence } of journal.read()) sequences.push(sequence);
  expect(sequences).toEqual(Array.from({ length: 300 }, (_, index) => index + 1));
});

test("what is truncated is gone, and numbers go on, also if nothing is left", async () => {
  const name = freshName();
  const journals = indexedDbJournals(name);
  const journal = await journals.open("runs");
  for (const text of ["a", "b", "c"]) journal.append(frame(text));
  await journal.truncate(3);
  expect(await textsOf(journal)).toEqual(["3:c"]);
  await journal.truncate(1_000);
  expect(await textsOf(journal)).toEqual([]);
  await journal.close();
  const again = await journals.open("runs");
  expect(again.append(frame("d"))).toBe(4);
  expect(await textsOf(again)).toEqual(["4:d"]);
});

test("a second writer is refused, and so is deleting what is open", async () => {
  const journals = indexedDbJournals(freshName());
  const journal = await journals.open("runs");
  await expect(journals.open("runs")).rejects.toMatchObject({ code: "CONFLICT", retryable: true });
  await expect(journals.delete("runs")).rejects.toMatchObject({ code: "CONFLICT" });
  await journal.close();
  expect([await journals.delete("runs"), await journals.delete("runs")]).toEqual([true, false]);
  expect(await journals.list()).toEqual([]);
});

test("two writers that no lock keeps apart never mix their frames: one fails, at every later call too", async () => {
  const name = freshName();
  const first = await indexedDbJournals(name).open("runs");
  const second = await indexedDbJournals(name)
    .open("runs")
    .catch(() => undefined);
  first.append(frame("first"));
  await first.sync();
  if (second === undefined) return; // The host has locks, and refused at once.
  second.append(frame("second"));
  await expect(second.sync()).rejects.toMatchObject({ code: "CONFLICT" });
  expect(() => second.append(frame("more"))).toThrow(/somebody else/);
  await expect(second.sync()).rejects.toMatchObject({ code: "CONFLICT" });
  expect(await textsOf(first)).toEqual(["1:first"]);
});

test("a frame that is missing in the middle is CORRUPT, never skipped", async () => {
  const name = freshName();
  const journal = await indexedDbJournals(name).open("runs");
  for (const text of ["a", "b", "c"]) journal.append(frame(text));
  await journal.sync();
  const database = await new Promise<IDBDatabase>((resolve) => {
    const request = indexedDB.open(name);
    request.onsuccess = () => resolve(request.result);
  });
  await new Promise<void>((resolve) => {
    const transaction = database.transaction("frames", "readwrite");
    transaction.objectStore("frames").delete([journal.id, 2]);
    transaction.oncomplete = () => resolve();
  });
  database.close();
  await expect(textsOf(journal)).rejects.toMatchObject({ code: "CORRUPT" });
});

test("bad names, frames and durabilities are refused before anything is done", async () => {
  const journals = indexedDbJournals(freshName());
  for (const name of ["", ".x", "a/b", "ä"])
    await expect(journals.open(name)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  await expect(journals.open("runs", { durability: "fsync" })).rejects.toMatchObject({ code: "UNSUPPORTED" });
  const journal = await journals.open("runs");
  expect(journal.durability).toBe("memory");
  expect(() => journal.append("text" as never)).toThrow(/Uint8Array/);
  expect(() => journal.append(new Uint8Array(16 * 1024 * 1024 + 1))).toThrow(/at most/);
  expect(journal.lastSequence).toBe(0);
  await journal.close();
  expect(() => journal.append(frame("x"))).toThrow(/closed/);
  await expect(journal.sync()).rejects.toMatchObject({ code: "CLOSED" });
  await journals.close();
  await expect(journals.open("runs")).rejects.toMatchObject({ code: "CLOSED" });
});
