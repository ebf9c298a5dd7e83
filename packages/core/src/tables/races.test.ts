import { expect, test } from "vitest";
import type { KvDriver } from "../kv/driver.js";
import { memoryBlobs } from "../memory/memory-blobs.js";
import { memoryKv } from "../memory/memory-kv.js";
import { keysIn, numbers, openTables, scanned, valuesIn } from "./testdata/open-tables.js";

const table = ["t"];

/** Two views of the same data: `calm`, and `hasty`, in whose first commit something else comes first. */
function openBoth(comesFirst: (calm: ReturnType<typeof openTables>, kvDriver: KvDriver) => Promise<void>) {
  const kvDriver = memoryKv();
  const blobDriver = memoryBlobs();
  const calm = openTables({ kvDriver, blobDriver });
  let commits = 0;
  const hasty = openTables({
    kvDriver,
    blobDriver,
    wrapKv: (driver) => ({
      ...driver,
      commit: async (commit, options) => {
        if (++commits === 1) await comesFirst(calm, kvDriver);
        return driver.commit(commit, options);
      },
    }),
  });
  return { calm, hasty };
}

/** Marks the table as dropped, and dies before anything is deleted. */
async function beginDrop(kvDriver: KvDriver): Promise<void> {
  let commits = 0;
  const dying = openTables({
    kvDriver,
    wrapKv: (driver) => ({
      ...driver,
      commit: async (commit, options) => {
        if (++commits > 1) throw new Error("killed");
        return driver.commit(commit, options);
      },
    }),
  });
  await expect(dying.tables.drop(table)).rejects.toThrow("killed");
}

test("rows that a compaction merged with later ones, just before the drop was marked, do not come back", async () => {
  const { calm, hasty } = openBoth(async ({ tables }) => {
    await tables.append(table, numbers(3), { id: "3" });
    await tables.compact(table);
  });
  for (const value of [1, 2]) await calm.tables.append(table, numbers(value), { id: String(value) });
  await hasty.tables.drop(table);
  expect(await scanned(calm.tables, table)).toEqual([[3, [3]]]);
  expect(await keysIn(calm.kv)).toEqual(
    [
      [...table, "id", "3"],
      [...table, 3],
    ].map((key) => JSON.stringify(key)),
  );
  expect(await calm.tables.append(table, numbers(1), { id: "1" })).toBe(4);
  expect(await calm.tables.append(table, numbers(3), { id: "3" })).toBe(3);
});

test("a compaction that a drop overtakes does not take ids away from batches that came after the drop", async () => {
  const { calm, hasty } = openBoth(async ({ tables }, kvDriver) => {
    await beginDrop(kvDriver);
    expect(await tables.append(table, numbers(10), { id: "1" })).toBe(3);
  });
  for (const value of [1, 2]) await calm.tables.append(table, numbers(value), { id: String(value) });
  await hasty.tables.compact(table);
  expect(await calm.tables.append(table, numbers(10), { id: "1" })).toBe(3);
  expect(await valuesIn(calm.tables, table)).toEqual([10]);
});

test("an erasure that a compaction overtakes erases what was merged", async () => {
  const { calm, hasty } = openBoth(async ({ tables }) => void (await tables.compact(table)));
  for (const value of [1, 2, 3]) await calm.tables.append(table, numbers(value));
  expect(await hasty.tables.erase(table, "x", [2])).toBe(1);
  expect(await scanned(calm.tables, table)).toEqual([[3, [1, 3]]]);
});

test("a compaction that an erasure overtakes does not bring rows back", async () => {
  const { calm, hasty } = openBoth(async ({ tables }) => void (await tables.erase(table, "x", [2])));
  for (const value of [1, 2, 3]) await calm.tables.append(table, numbers(value));
  await hasty.tables.compact(table);
  expect(await valuesIn(calm.tables, table)).toEqual([1, 3]);
});
