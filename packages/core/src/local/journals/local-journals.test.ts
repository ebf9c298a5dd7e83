import {
  appendFileSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, onTestFinished, test, vi } from "vitest";
import type { Journal, JournalDriver } from "../../journal/journal.js";
import { localJournals } from "../open-local-storage.js";
import { collect } from "../test-support/collect.js";
import { temporaryDirectory } from "../test-support/temporary-directory.js";

async function open(directory: string): Promise<JournalDriver> {
  const journals = await localJournals(directory);
  onTestFinished(() => journals.close());
  return journals;
}

const text = (data: Uint8Array) => new TextDecoder().decode(data);
const bytes = (value: string) => new TextEncoder().encode(value);
const framesOf = async (journal: Journal, from?: number) =>
  (await collect(journal.read(from))).map(({ sequence, data }) => [sequence, text(data)] as const);
const segmentsOf = (directory: string, name: string) =>
  readdirSync(join(directory, "journals", name))
    .filter((file) => file.endsWith(".segment"))
    .sort();
const pathOf = (directory: string, name: string, index = 0) =>
  join(directory, "journals", name, segmentsOf(directory, name).at(index)!);

test("frames are numbered from 1, read back in order, and there after reopening", async () => {
  const directory = temporaryDirectory();
  const journals = await open(directory);
  const journal = await journals.open("metrics");
  expect([journal.lastSequence, journal.durability]).toEqual([0, "journal"]);
  expect(["a", "", "ccc"].map((each) => journal.append(bytes(each)))).toEqual([1, 2, 3]);
  expect(await framesOf(journal)).toEqual([
    [1, "a"],
    [2, ""],
    [3, "ccc"],
  ]);
  expect(await framesOf(journal, 3)).toEqual([[3, "ccc"]]);
  expect(await framesOf(journal, 4)).toEqual([]);
  const { id } = journal;
  await journal.close();
  const again = await journals.open("metrics");
  expect([again.id, again.lastSequence]).toEqual([id, 3]);
  expect(again.append(bytes("d"))).toBe(4);
  expect(await framesOf(again, 2)).toEqual([
    [2, ""],
    [3, "ccc"],
    [4, "d"],
  ]);
});

test("frames of any size survive, also those larger than the buffer", async () => {
  const journals = await open(temporaryDirectory());
  const sizes = [0, 1, 65_523, 65_524, 65_525, 65_536, 70_000, 3, 16 * 1024 * 1024];
  const journal = await journals.open("sizes");
  for (const [index, size] of sizes.entries()) journal.append(new Uint8Array(size).fill(index + 1));
  const read = await collect(journal.read());
  expect(read.map(({ data }) => data.length)).toEqual(sizes);
  expect(read.every(({ data, sequence }) => data.every((byte) => byte === sequence))).toBe(true);
  expect(() => journal.append(new Uint8Array(16 * 1024 * 1024 + 1))).toThrow(
    expect.objectContaining({ code: "LIMIT_EXCEEDED" }),
  );
});

test("a buffered frame reaches the file within a moment, without any further call", async () => {
  const directory = temporaryDirectory();
  const journal = await (await open(directory)).open("idle");
  const path = pathOf(directory, "idle");
  const empty = statSync(path).size;
  journal.append(bytes("x".repeat(100)));
  expect(statSync(path).size).toBe(empty);
  await vi.waitFor(() => expect(statSync(path).size).toBe(empty + 112));
});

test("a flushed frame is in the file when flush returns", async () => {
  const directory = temporaryDirectory();
  const journal = await (await open(directory)).open("flushed");
  const path = pathOf(directory, "flushed");
  const empty = statSync(path).size;
  journal.append(bytes("now"));
  journal.flush();
  expect(statSync(path).size).toBe(empty + 15);
});

test('with "fsync" the frame is in the file when append returns', async () => {
  const directory = temporaryDirectory();
  const journal = await (await open(directory)).open("careful", { durability: "fsync" });
  expect(journal.durability).toBe("fsync");
  const path = pathOf(directory, "careful");
  const empty = statSync(path).size;
  journal.append(bytes("now"));
  expect(statSync(path).size).toBe(empty + 15);
});

test("wherever a kill cuts the file, all whole frames are left and writing goes on behind them", async () => {
  const directory = temporaryDirectory();
  const journals = await open(directory);
  const journal = await journals.open("torn");
  const ends: number[] = [];
  for (let index = 0; index < 6; index++) {
    journal.append(bytes("f".repeat(index * 5)));
    await journal.sync();
    ends.push(statSync(pathOf(directory, "torn")).size);
  }
  await journal.close();
  const whole = readFileSync(pathOf(directory, "torn"));
  for (let length = 0; length <= whole.length; length++) {
    writeFileSync(join(directory, "journals", "torn", "0000000000000001.segment"), whole.subarray(0, length));
    const cut = await journals.open("torn");
    const left = ends.filter((end) => end <= length).length;
    expect(cut.lastSequence).toBe(left);
    expect(cut.append(bytes("next"))).toBe(left + 1);
    expect((await framesOf(cut)).at(-1)).toEqual([left + 1, "next"]);
    await cut.close();
  }
});

test("garbage or zeros behind the last whole frame are cut off", async () => {
  const directory = temporaryDirectory();
  const journals = await open(directory);
  const journal = await journals.open("garbage");
  journal.append(bytes("kept"));
  await journal.close();
  const path = pathOf(directory, "garbage");
  const size = statSync(path).size;
  for (const tail of [
    new Uint8Array(4_096),
    crypto.getRandomValues(new Uint8Array(500)),
    Uint8Array.of(255),
  ]) {
    appendFileSync(path, tail);
    const again = await journals.open("garbage");
    expect(await framesOf(again)).toEqual([[1, "kept"]]);
    await again.close();
    expect(statSync(path).size).toBe(size);
  }
});

test("any changed byte before the last frame is CORRUPT, never a shorter journal", async () => {
  const directory = temporaryDirectory();
  const journals = await open(directory);
  const journal = await journals.open("damaged");
  for (let index = 0; index < 8; index++) journal.append(bytes(`frame number ${index}`));
  await journal.close();
  const path = pathOf(directory, "damaged");
  const whole = readFileSync(path);
  const lastFrame = whole.length - (12 + "frame number 7".length);
  await fc.assert(
    fc.asyncProperty(fc.nat(lastFrame - 1), fc.integer({ min: 1, max: 255 }), async (position, change) => {
      const copy = Buffer.from(whole);
      copy[position]! ^= change;
      writeFileSync(path, copy);
      await expect(journals.open("damaged")).rejects.toMatchObject({ code: "CORRUPT" });
    }),
    { numRuns: 150 },
  );
  writeFileSync(path, whole);
  expect((await journals.open("damaged")).lastSequence).toBe(8);
});

test("long journals are split, read across segments, and give up whole segments", async () => {
  const directory = temporaryDirectory();
  const journals = await open(directory);
  const journal = await journals.open("long");
  const data = new Uint8Array(1_000_000);
  for (let index = 1; index <= 20; index++) journal.append(data.fill(index));
  expect(segmentsOf(directory, "long")).toHaveLength(3);
  expect((await collect(journal.read(8))).map((frame) => [frame.sequence, frame.data[999_999]])).toEqual(
    Array.from({ length: 13 }, (_, index) => [index + 8, index + 8]),
  );
  await journal.truncate(12);
  expect(segmentsOf(directory, "long")).toHaveLength(2);
  expect((await collect(journal.read())).map((frame) => frame.sequence)).toEqual([
    12, 13, 14, 15, 16, 17, 18, 19, 20,
  ]);
  await journal.close();
  const again = await journals.open("long");
  expect((await collect(again.read())).map((frame) => frame.sequence).at(0)).toBe(12);
  await again.truncate(1_000);
  expect(await collect(again.read())).toEqual([]);
  expect(segmentsOf(directory, "long")).toHaveLength(1);
  expect(again.append(bytes("on"))).toBe(21);
  await again.close();
  expect(await framesOf(await journals.open("long"))).toEqual([[21, "on"]]);
});

test("a segment that is missing a frame before the next segment is CORRUPT when it is read", async () => {
  const directory = temporaryDirectory();
  const journals = await open(directory);
  const journal = await journals.open("long");
  for (let index = 1; index <= 10; index++) journal.append(new Uint8Array(1_000_000));
  await journal.close();
  truncateSync(pathOf(directory, "long", 0), 2_000_000);
  const again = await journals.open("long");
  await expect(collect(again.read())).rejects.toMatchObject({ code: "CORRUPT" });
  expect((await collect(again.read(10))).map((frame) => frame.sequence)).toEqual([10]);
});

test("frames that are given up stay given up after reopening, also within a segment", async () => {
  const journals = await open(temporaryDirectory());
  const journal = await journals.open("short");
  for (const each of ["a", "b", "c"]) journal.append(bytes(each));
  await journal.truncate(3);
  expect(await framesOf(journal)).toEqual([[3, "c"]]);
  await journal.close();
  const again = await journals.open("short");
  expect(await framesOf(again)).toEqual([[3, "c"]]);
  await again.truncate(1);
  expect(await framesOf(again)).toEqual([[3, "c"]]);
  expect(again.append(bytes("d"))).toBe(4);
});

test("a read ends at the frame that was the last when it was called", async () => {
  const journals = await open(temporaryDirectory());
  const journal = await journals.open("snapshot");
  journal.append(bytes("a"));
  const reading = journal.read();
  journal.append(bytes("b"));
  expect((await collect(reading)).map(({ sequence }) => sequence)).toEqual([1]);
});

test("a second writer is refused with CONFLICT, and a closed one makes room", async () => {
  const directory = temporaryDirectory();
  const [journals, others] = [await open(directory), await open(directory)];
  const journal = await journals.open("one");
  await expect(others.open("one")).rejects.toMatchObject({
    code: "CONFLICT",
    message: expect.stringContaining(String(process.pid)),
  });
  await expect(others.delete("one")).rejects.toMatchObject({ code: "CONFLICT" });
  await journal.close();
  expect((await others.open("one")).lastSequence).toBe(0);
});

test("of many that open at once, one gets the journal, also over the lock of a dead process", async () => {
  const directory = temporaryDirectory();
  const journals = await open(directory);
  await (await journals.open("race")).close();
  for (const holder of [
    undefined,
    { pid: 4_194_303, token: "dead" },
    { pid: process.pid, startedAt: "1", token: "reused number" },
    "half a l",
  ]) {
    if (holder !== undefined) {
      const lock = join(directory, "journals", "race", "writer.lock");
      const own = await journals.open("race");
      const alive = JSON.parse(readFileSync(lock, "utf8")) as object;
      await own.close();
      writeFileSync(lock, typeof holder === "string" ? holder : JSON.stringify({ ...alive, ...holder }));
    }
    const results = await Promise.allSettled(Array.from({ length: 12 }, () => journals.open("race")));
    const winners = results.filter((result) => result.status === "fulfilled");
    expect(winners, JSON.stringify(holder)).toHaveLength(1);
    for (const result of results)
      if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "CONFLICT" });
    await winners[0]!.value.close();
  }
});

test("journals are listed by name and deleted whole", async () => {
  const directory = temporaryDirectory();
  const journals = await open(directory);
  for (const name of ["b", "a", "c.log"]) await (await journals.open(name)).close();
  expect(await journals.list()).toEqual(["a", "b", "c.log"]);
  expect([await journals.delete("b"), await journals.delete("b")]).toEqual([true, false]);
  expect(await journals.list()).toEqual(["a", "c.log"]);
  expect(readdirSync(join(directory, "journals")).sort()).toEqual(["a", "c.log"]);
});

test("names that are paths are refused, and so is a durability it does not have", async () => {
  const journals = await open(temporaryDirectory());
  for (const name of ["../x", "a/b", ".hidden", "", "a".repeat(101)]) {
    await expect(journals.open(name), name).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  }
  await expect(journals.open("a", { durability: "memory" })).rejects.toMatchObject({ code: "UNSUPPORTED" });
  expect(await journals.list()).toEqual([]);
});

test("a closed journal refuses every call, and closing the driver closes its journals", async () => {
  const directory = temporaryDirectory();
  const journals = await localJournals(directory);
  const journal = await journals.open("x");
  journal.append(bytes("kept"));
  await journals.close();
  expect(() => journal.append(bytes("y"))).toThrow(expect.objectContaining({ code: "CLOSED" }));
  expect(() => journal.read()).toThrow(expect.objectContaining({ code: "CLOSED" }));
  await expect(journal.sync()).rejects.toMatchObject({ code: "CLOSED" });
  await expect(journal.truncate(1)).rejects.toMatchObject({ code: "CLOSED" });
  await expect(journals.open("x")).rejects.toMatchObject({ code: "CLOSED" });
  await journal.close();
  expect(await framesOf(await (await open(directory)).open("x"))).toEqual([[1, "kept"]]);
});

test("a journal whose files are taken away says so at the next sync", async () => {
  const directory = temporaryDirectory();
  const journals = await localJournals(directory);
  const journal = await journals.open("gone");
  for (let index = 0; index < 9; index++) journal.append(new Uint8Array(1_000_000));
  rmSync(join(directory, "journals", "gone"), { recursive: true });
  const append = () => {
    for (let index = 0; index < 20; index++) journal.append(new Uint8Array(1_000_000));
  };
  expect(append).toThrow(expect.objectContaining({ code: "INTERNAL" }));
  await expect(journal.sync()).rejects.toMatchObject({ code: "INTERNAL" });
  await expect(journals.close()).rejects.toMatchObject({ code: "INTERNAL" });
});

test("a journal that several open and delete at once is free, held or gone, and nothing else", async () => {
  const directory = temporaryDirectory();
  const drivers = await Promise.all([open(directory), open(directory), open(directory)]);
  const codes = new Set<unknown>();
  const useAndDelete = async (journals: (typeof drivers)[number]): Promise<void> => {
    try {
      await (await journals.open("raced")).close();
      await journals.delete("raced");
    } catch (error) {
      codes.add((error as { code?: unknown }).code);
    }
  };
  for (let round = 0; round < 40; round++) await Promise.all(drivers.map(useAndDelete));
  expect([...codes].filter((code) => code !== "CONFLICT")).toEqual([]);
  await (await drivers[0]!.open("raced")).close();
  expect(await drivers[0]!.delete("raced")).toBe(true);
  expect(await drivers[1]!.list()).toEqual([]);
});
