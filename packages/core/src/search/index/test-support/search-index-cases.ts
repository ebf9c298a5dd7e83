import fc from "fast-check";
import { expect, it } from "vitest";
import type { Storage } from "../../../storage/storage.js";
import { boundSearchLog } from "../bound-log.js";
import { arbitraryChange, arbitraryFilter, arbitraryOrder } from "./arbitraries.js";
import { expectedIds } from "./oracle.js";
import {
  commitChanges,
  documentsNow,
  indexPrefix,
  logLength,
  numbered,
  openIndex,
  searchAll,
} from "./stored-documents.js";

/** Opens a storage of its own for a test, and as many more over the same data as a test asks for. */
export type OpenStorages = (count: number) => Promise<readonly Storage[]>;

/** What must hold on every backend. `runs` is how many random histories are tried. */
export function searchIndexCases(open: OpenStorages, runs: number): void {
  const one = async (): Promise<Storage> => (await open(1))[0]!;

  it("finds what the naive evaluator finds, whatever was changed, compacted, cut and opened again between", async () => {
    const action = fc.oneof(
      { weight: 6, arbitrary: fc.array(arbitraryChange, { minLength: 1, maxLength: 12 }) },
      { weight: 2, arbitrary: fc.record({ filter: arbitraryFilter, order: arbitraryOrder }) },
      { weight: 1, arbitrary: fc.constantFrom("compact", "reopen", "cut") },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(action, { minLength: 1, maxLength: 25 }),
        arbitraryFilter,
        arbitraryOrder,
        fc.integer({ min: 1, max: 9 }),
        async (actions, lastFilter, lastOrder, limit) => {
          const storage = await one();
          const reader = openIndex(storage, { changesPerSnapshot: 3 });
          let other = openIndex(storage, { changesPerSnapshot: 5 });
          const check = async (query: Parameters<typeof searchAll>[1]): Promise<void> => {
            const documents = await documentsNow(storage);
            const expected = expectedIds(documents, query?.filter, query?.order ?? []);
            expect(await searchAll(reader, query)).toEqual(expected);
            expect(await searchAll(other, query)).toEqual(expected);
          };
          for (const step of actions) {
            if (step === "compact") await other.compact();
            else if (step === "cut")
              await boundSearchLog(storage.kv, indexPrefix, { sequences: [1] }, { entries: 2 });
            else if (step === "reopen") {
              await other.close();
              other = openIndex(storage, { changesPerSnapshot: 2 });
            } else if (Array.isArray(step)) await commitChanges(storage, other, step);
            else await check({ ...step, limit });
          }
          await check({ filter: lastFilter, order: lastOrder, limit });
          await reader.close();
          await other.close();
        },
      ),
      { numRuns: runs },
    );
  });

  it("sees every commit that resolved before a search, beside writers and compactions of other processes", async () => {
    const storages = await open(4);
    const indexes = storages.map((storage) => openIndex(storage, { changesPerSnapshot: 20 }));
    const reader = indexes[3]!;
    let acknowledged = 0;
    const writers = [0, 1, 2].map(async (writer) => {
      for (let step = 0; step < 40; step++) {
        const index = indexes[writer]!;
        await commitChanges(storages[writer]!, index, [
          { id: `w${writer}-${step}`, entities: { metric: { step } } },
          { id: `shared-${step % 7}`, entities: { metric: { step, [`writer${writer}`]: 1 } } },
        ]);
        acknowledged++;
        if (step % 15 === 14) await index.compact();
      }
    });
    let done = false;
    const all = Promise.all(writers).finally(() => {
      done = true;
    });
    while (!done) {
      const before = acknowledged;
      const filter = { kind: "absent", field: { entity: "metric", key: "step" }, negated: true } as const;
      const { total } = await reader.search({ filter, limit: 1 });
      expect(total).toBeGreaterThanOrEqual(before);
      // A store that answers without waiting would leave writers no turn.
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    await all;
    const documents = await documentsNow(storages[0]!);
    expect(documents).toHaveLength(127);
    const order = [{ field: { entity: "metric", key: "step" }, descending: true }];
    for (const index of indexes) {
      expect(await searchAll(index, { order, limit: 10 })).toEqual(expectedIds(documents, undefined, order));
      await index.close();
    }
  });

  it("pages beside writers without skipping or repeating a document that does not change", async () => {
    const [storage, elsewhere] = await open(2);
    const index = openIndex(storage!);
    const writer = openIndex(elsewhere!);
    await commitChanges(storage!, index, numbered(0, 200));
    const order = [{ field: { entity: "metric", key: "value" }, descending: true }];
    const seen: string[] = [];
    let cursor: string | undefined;
    let round = 0;
    do {
      const page = await index.search({ order, limit: 17, cursor });
      seen.push(...page.ids);
      cursor = page.cursor;
      // Odd documents move about, come and go; also the last one of the page.
      const moved = numbered(0, 200).filter((_, at) => at % 2 === 1 && (at + round) % 3 === 0);
      await commitChanges(
        elsewhere!,
        writer,
        moved.map(({ id }, at) => ({
          id,
          entities: at % 3 === 0 ? undefined : { metric: { value: (at * 37 + round * 11) % 200 } },
        })),
      );
      round++;
    } while (cursor !== undefined);
    const unchanged = numbered(0, 200)
      .filter((_, at) => at % 2 === 0)
      .map(({ id }) => id)
      .reverse();
    expect(seen.filter((id) => unchanged.includes(id))).toEqual(unchanged);
    await index.close();
    await writer.close();
  });

  it("opens from the snapshot and the tail, loading only what came after it", async () => {
    const storage = await one();
    const first = openIndex(storage);
    await commitChanges(storage, first, numbered(0, 500));
    await first.compact();
    await commitChanges(storage, first, numbered(490, 510, 1));
    await first.close();
    const loaded: string[] = [];
    const again = openIndex(storage, {
      onLoad: (ids) => loaded.push(...ids),
      scan: () => {
        throw new Error("nothing is to be scanned");
      },
    });
    const filter = {
      kind: "compare",
      field: { entity: "metric", key: "version" },
      operator: "=",
      value: 1,
    } as const;
    expect((await again.search({ filter })).total).toBe(20);
    expect((await again.search()).total).toBe(510);
    expect(loaded).toHaveLength(20);
    await again.close();
  });

  it("keeps the log short, and a reader that stood before the cut finds its way", async () => {
    const [storage, elsewhere] = await open(2);
    const late = openIndex(elsewhere!, { changesPerSnapshot: 10 });
    const writer = openIndex(storage!, { changesPerSnapshot: 10 });
    await commitChanges(storage!, writer, numbered(0, 10));
    expect((await late.search()).total).toBe(10);
    for (let step = 0; step < 60; step++) {
      await commitChanges(storage!, writer, numbered(step, step + 1, step));
      await writer.search();
      await writer.flush();
    }
    await writer.compact();
    expect(await logLength(storage!)).toBe(10);
    const documents = await documentsNow(storage!);
    const order = [{ field: { entity: "metric", key: "version" }, descending: true }];
    expect(await searchAll(late, { order })).toEqual(expectedIds(documents, undefined, order));
    await writer.close();
    await late.close();
  });

  it("stays right and its log bounded by writers alone, whoever stood before the cut", async () => {
    const storages = await open(4);
    const entries = 32;
    const reader = openIndex(storages[3]!, { changesPerSnapshot: 1_000 });
    const late = openIndex(storages[2]!, { changesPerSnapshot: 1_000 });
    await commitChanges(storages[0]!, reader, numbered(0, 20));
    await late.search();
    // From here on a snapshot is there that will be cut away from the log.
    await reader.compact();
    let acknowledged = 0;
    let longest = 0;
    const writers = [0, 1, 2].map(async (writer) => {
      const storage = storages[writer]!;
      for (let step = 0; step < 40; step++) {
        const committed = await commitChanges(storage, reader, [
          {
            id: `w${writer}-${step}`,
            entities: { metric: { value: step }, dataset: { name: [`s${step % 3}`] } },
          },
        ]);
        await boundSearchLog(storage.kv, indexPrefix, committed!, { entries });
        acknowledged++;
        longest = Math.max(longest, await logLength(storage));
      }
    });
    let done = false;
    const all = Promise.all(writers).finally(() => {
      done = true;
    });
    while (!done) {
      const before = acknowledged;
      expect((await reader.search({ limit: 1 })).total).toBeGreaterThanOrEqual(20 + before);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    await all;
    // Beside what others add while one cuts.
    expect(longest).toBeLessThan(2 * entries);
    expect(await logLength(storages[0]!)).toBeGreaterThanOrEqual(entries);
    const documents = await documentsNow(storages[0]!);
    expect(documents).toHaveLength(140);
    const filter = {
      kind: "compare",
      field: { entity: "dataset", key: "name" },
      operator: "=",
      value: "s1",
    } as const;
    for (const index of [reader, late, openIndex(storages[1]!)]) {
      expect(await searchAll(index, { filter })).toEqual(expectedIds(documents, filter, []));
      expect((await index.search()).total).toBe(140);
      await index.close();
    }
  });

  it("is built anew, compacted and opened by several processes at once", async () => {
    const storages = await open(3);
    const writer = openIndex(storages[0]!);
    for (let from = 0; from < 300; from += 50)
      await commitChanges(storages[0]!, writer, numbered(from, from + 50));
    const indexes = storages.map((storage) => openIndex(storage, { changesPerSnapshot: 2 }));
    const order = [{ field: { entity: "metric", key: "value" }, descending: true }];
    await Promise.all(
      indexes.map(async (index, at) => {
        expect((await index.search({ order, limit: 1 })).ids).toEqual(["d000299"]);
        await index.compact();
        await commitChanges(storages[at]!, index, numbered(at * 10, at * 10 + 5, 1));
        await index.compact();
      }),
    );
    const documents = await documentsNow(storages[0]!);
    const filter = {
      kind: "compare",
      field: { entity: "metric", key: "version" },
      operator: "=",
      value: 1,
    } as const;
    for (const index of [...indexes, openIndex(storages[1]!)]) {
      expect(await searchAll(index, { filter })).toEqual(expectedIds(documents, filter, []));
      expect((await index.search()).total).toBe(300);
      await index.close();
    }
    await writer.close();
  });
}
