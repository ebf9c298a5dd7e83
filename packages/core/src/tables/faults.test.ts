import { describe, expect, test } from "vitest";
import { coreError } from "../errors/create.js";
import { MillwrightError } from "../errors/millwright-error.js";
import type { KvDriver } from "../kv/driver.js";
import { memoryBlobs } from "../memory/memory-blobs.js";
import { memoryKv } from "../memory/memory-kv.js";
import { keysIn, large, numbers, openTables, valuesIn } from "./testdata/open-tables.js";

const table = ["t"];

/** Fails the n-th call: before it is applied, or after it was (a lost reply). */
function failing(driver: KvDriver, failAt: number, lost: boolean): KvDriver & { calls(): number } {
  let calls = 0;
  const call = async <Result>(apply: () => Promise<Result>): Promise<Result> => {
    if (++calls !== failAt) return apply();
    if (!lost) throw coreError("UNAVAILABLE", "the server is gone", { retryable: true });
    await apply();
    throw coreError("OUTCOME_UNKNOWN", "the reply is lost");
  };
  return {
    ...driver,
    calls: () => calls,
    read: (request, options) => call(() => driver.read(request, options)),
    commit: (commit, options) => call(() => driver.commit(commit, options)),
  };
}

/** Runs `work` with a failure at the first call, then at the second, and so on until it succeeds without one. */
async function atEveryCall(
  prepare: (open: ReturnType<typeof openTables>) => Promise<void>,
  work: (open: ReturnType<typeof openTables>) => Promise<unknown>,
  verify: (open: ReturnType<typeof openTables>, failed: boolean) => Promise<void>,
): Promise<number> {
  for (const lost of [false, true]) {
    for (let failAt = 1; ; failAt++) {
      const kvDriver = memoryKv();
      const blobDriver = memoryBlobs();
      const sound = openTables({ kvDriver, blobDriver });
      await prepare(sound);
      let driver: ReturnType<typeof failing> | undefined;
      const open = openTables({
        kvDriver,
        blobDriver,
        wrapKv: (inner) => (driver = failing(inner, failAt, lost)),
      });
      const error = await work(open).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (error !== undefined) expect(MillwrightError.is(error)).toBe(true);
      await verify(sound, error !== undefined);
      if (driver!.calls() < failAt) {
        if (lost) return failAt;
        break;
      }
    }
  }
  throw new Error("unreachable");
}

describe("a failure at any call of the store", () => {
  test.each([
    ["a small batch", numbers(1, 2, 3)],
    ["a large batch", large(1, 2, 3)],
  ])("leaves %s whole or not at all, and a retry with its id adds it once", async (_, batch) => {
    await atEveryCall(
      async ({ tables }) => void (await tables.append(table, numbers(0))),
      ({ tables }) => tables.append(table, batch, { id: "a" }),
      async ({ tables }, failed) => {
        const found = await valuesIn(tables, table);
        if (failed) expect([[0], [0, 1, 2, 3]]).toContainEqual(found);
        else expect(found).toEqual([0, 1, 2, 3]);
        await tables.append(table, batch, { id: "a" });
        expect(await valuesIn(tables, table)).toEqual([0, 1, 2, 3]);
      },
    );
  });

  test("during compaction changes no row, and compaction can be run again", async () => {
    await atEveryCall(
      async ({ tables }) => {
        for (const value of [1, 2, 3])
          await tables.append(table, value === 2 ? large(value) : numbers(value), { id: String(value) });
        for (const value of [4, 5]) await tables.append(table, numbers(value));
      },
      ({ tables }) => tables.compact(table),
      async ({ tables }) => {
        expect(await valuesIn(tables, table)).toEqual([1, 2, 3, 4, 5]);
        await tables.compact(table);
        expect(await valuesIn(tables, table)).toEqual([1, 2, 3, 4, 5]);
        expect(await tables.append(table, numbers(1), { id: "1" })).toBeLessThan(4);
      },
    );
  });

  test("during erasure leaves each batch as it was or without the rows, and a second call finishes", async () => {
    await atEveryCall(
      async ({ tables }) => {
        await tables.append(table, numbers(1, 9));
        await tables.append(table, large(9, 2));
        await tables.append(table, numbers(9), { id: "gone" });
      },
      ({ tables }) => tables.erase(table, "x", [9]),
      async ({ tables }, failed) => {
        const found = await valuesIn(tables, table);
        expect(found.filter((value) => value !== 9)).toEqual([1, 2]);
        if (!failed) expect(found).toEqual([1, 2]);
        await tables.erase(table, "x", [9]);
        expect(await tables.append(table, numbers(9), { id: "gone" })).toBe(3);
        expect(await valuesIn(tables, table)).toEqual([1, 2]);
      },
    );
  });

  test("during a drop shows all batches or none, and a second call leaves no key", async () => {
    await atEveryCall(
      async ({ tables }) => {
        for (const value of [1, 2, 3])
          await tables.append(table, value === 2 ? large(value) : numbers(value), { id: String(value) });
        await tables.compact(table, { targetRows: 4 });
        await tables.append(table, numbers(4), { id: "4" });
      },
      ({ tables }) => tables.drop(table),
      async ({ tables, kv }, failed) => {
        const found = await valuesIn(tables, table);
        if (failed) expect([[], [1, 2, 3, 4]]).toContainEqual(found);
        else expect(found).toEqual([]);
        await tables.drop(table);
        expect(await keysIn(kv)).toEqual([]);
      },
    );
  });
});

test("a blob store that fails leaves nothing visible", async () => {
  const { tables, kv } = openTables({
    wrapBlobs: (driver) => ({
      ...driver,
      put: async ({ body }) => {
        for await (const _ of body) throw coreError("STORAGE_FULL", "the disk is full");
      },
    }),
  });
  await expect(tables.append(table, large(1), { id: "a" })).rejects.toThrow(
    expect.objectContaining({ code: "STORAGE_FULL" }),
  );
  expect(await keysIn(kv)).toEqual([]);
});
