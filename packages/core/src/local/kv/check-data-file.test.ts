import { readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createRandom } from "../../identity/random.js";
import { createKvStore } from "../../kv/create-kv-store.js";
import { localKv } from "../open-local-storage.js";
import { temporaryDirectory } from "../test-support/temporary-directory.js";
import { readMeta } from "./lmdb-pages.js";

const pageSize = 4096;

/** A store with enough in it for several levels of tree, free pages and large values; the path of its data file. */
async function filledStore(): Promise<{ directory: string; file: string }> {
  const directory = temporaryDirectory();
  const kv = createKvStore(await localKv(directory));
  for (let round = 0; round < 6; round++) {
    const atomic = kv.atomic();
    for (let index = 0; index < 400; index++)
      atomic.set(["key", (index * 7 + round * 400) % 2_000], "x".repeat(200 + round));
    atomic.set(["large"], "y".repeat(50_000));
    await atomic.commit();
  }
  await kv.close();
  return { directory, file: join(directory, "kv", "data.mdb") };
}

const outcomeOf = (directory: string): Promise<string> =>
  localKv(directory).then(
    async (kv) => {
      await kv.close();
      return "opened";
    },
    (error: { code: string }) => error.code,
  );

async function readAll(directory: string): Promise<void> {
  const kv = createKvStore(await localKv(directory));
  let entries = 0;
  for await (const _ of kv.list({ prefix: ["key"] })) entries++;
  expect(entries).toBe(2_000);
  await kv.close();
}

test("a whole store opens", async () => {
  const { directory } = await filledStore();
  expect(await outcomeOf(directory)).toBe("opened");
});

test("a file that was cut off is CORRUPT, wherever the cut is", async () => {
  const { directory, file } = await filledStore();
  const whole = readFileSync(file);
  for (const bytes of [
    1,
    100,
    pageSize,
    pageSize + 200,
    2 * pageSize,
    5 * pageSize,
    Math.floor(whole.length / 2),
  ]) {
    writeFileSync(file, whole.subarray(0, bytes));
    expect(await outcomeOf(directory), `cut to ${bytes} of ${whole.length}`).toBe("CORRUPT");
  }
  writeFileSync(file, whole);
  expect(await outcomeOf(directory)).toBe("opened");
});

test("an overwritten header is CORRUPT", async () => {
  const { directory, file } = await filledStore();
  const whole = readFileSync(file);
  for (const page of [0, 1]) {
    const copy = Buffer.from(whole);
    copy.fill("not a database ", page * pageSize, page * pageSize + 300);
    writeFileSync(file, copy);
    expect(await outcomeOf(directory), `page ${page}`).toBe("CORRUPT");
  }
  writeFileSync(file, "hello, I am a text file");
  expect(await outcomeOf(directory)).toBe("CORRUPT");
});

test("pages that were overwritten are CORRUPT if they are in use, and never end the process", async () => {
  const { directory, file } = await filledStore();
  const whole = readFileSync(file);
  const random = createRandom(20_261_125);
  const outcomes = new Set<string>();
  for (let round = 0; round < 60; round++) {
    const copy = Buffer.from(whole);
    for (let page = 0; page < 3; page++) {
      const start = (2 + random.integer(whole.length / pageSize - 2)) * pageSize;
      if (round % 3 === 0) copy.fill(0, start, start + pageSize);
      else if (round % 3 === 1) copy.fill("lorem ipsum ", start, start + pageSize);
      else for (let index = 0; index < pageSize; index++) copy[start + index] = random.integer(256);
    }
    writeFileSync(file, copy);
    const outcome = await outcomeOf(directory);
    outcomes.add(outcome);
    if (outcome === "opened") await readAll(directory);
  }
  // Some rounds hit free pages or the inside of a large value only.
  expect([...outcomes].sort()).toEqual(["CORRUPT", "opened"]);
});

test("a file that is shorter than it says opens if what is missing is free", async () => {
  const { directory, file } = await filledStore();
  const whole = readFileSync(file);
  // Both headers are made to name a last page that is in use by nothing, as LMDB leaves it after freeing the end.
  for (const page of [0, 1]) {
    const lastPage = page * pageSize + 24 + 120;
    whole.writeBigUInt64LE(whole.readBigUInt64LE(lastPage) + 9n, lastPage);
  }
  writeFileSync(file, whole);
  expect(readMeta(whole)!.lastPage).toBeGreaterThanOrEqual(statSync(file).size / pageSize);
  expect(await outcomeOf(directory)).toBe("opened");
});

test("an empty file is a new store", async () => {
  const { directory, file } = await filledStore();
  truncateSync(file, 0);
  expect(await outcomeOf(directory)).toBe("opened");
});
