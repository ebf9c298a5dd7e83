import { composeStorage, digestOf } from "@millwright/core";
import { memoryBlobs, memoryKv } from "@millwright/core/memory";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readHistory } from "../metrics/history.js";
import { PointBuffer } from "../metrics/point-buffer.js";
import type { Operation, PlacedOperation } from "../operations/operation.js";
import { pointsTable } from "../runs/run-record.js";
import { RunStore } from "../runs/run-store.js";
import { storageSink } from "./storage-sink.js";

const [a, b] = ["a".repeat(32), "b".repeat(32)] as const;
const journal = "j".repeat(32);

function newStore() {
  const storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
  const runs = new RunStore(storage);
  return { storage, runs, sink: storageSink(runs) };
}

const placed = (operations: readonly Operation[], first = 1): PlacedOperation[] =>
  operations.map((operation, index) => ({ sequence: first + index, operation }));

const create = (run: string, experiment = "e"): Operation => ({
  kind: "create",
  run,
  experiment,
  time: 1_000,
});

function point(run: string, value: number, step: number): Operation {
  const buffer = new PointBuffer();
  buffer.add("loss", value, BigInt(step), step);
  return { kind: "points", run, points: buffer.toBatch() };
}

describe("applying operations", () => {
  test("makes runs of them, in any number at once", async () => {
    const { runs, sink, storage } = newStore();
    const content = new TextEncoder().encode("hello");
    const refused = await sink.apply(
      journal,
      placed([
        create(a),
        create(b),
        { kind: "params", run: a, params: { depth: 4 } },
        point(a, 0.5, 1),
        point(b, 0.7, 1),
        point(a, 0.4, 2),
        { kind: "artifact", run: a, path: "x.txt", digest: digestOf(content), size: 5, content },
        { kind: "end", run: a, status: "FINISHED", time: 2_000 },
      ]),
    );
    expect(refused).toEqual([]);
    const run = (await runs.find(a))!.value;
    expect(run).toMatchObject({ status: "FINISHED", params: { depth: 4 }, endTime: 2_000 });
    expect(run.metrics.loss).toMatchObject({ latest: { value: 0.4 }, minimum: 0.4, maximum: 0.5 });
    expect((await runs.find(b))!.value.status).toBe("RUNNING");
    expect([...(await readHistory(storage.tables, pointsTable(a), "loss", {})).values]).toEqual([0.5, 0.4]);
    expect(await (await storage.blobs.get(digestOf(content)))?.text()).toBe("hello");
    expect(await sink.appliedSequence(journal)).toBe(8);
  });

  test("twice, in other pieces, or by two at once, is applying them once", async () => {
    const operations = placed([
      create(a),
      point(a, 1, 1),
      { kind: "tags", run: a, tags: { x: "1" } },
      { kind: "end", run: a, status: "FINISHED", time: 5 },
      { kind: "resume", run: a, time: 6 },
      { kind: "tags", run: a, tags: { x: "2" } },
      point(a, 2, 2),
    ]);
    const whole = newStore();
    await whole.sink.apply(journal, operations);
    const expected = (await whole.runs.find(a))!.value;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(7), fc.boolean()), { minLength: 1, maxLength: 6 }),
        async (calls) => {
          const { sink, runs, storage } = newStore();
          for (const [end, twice] of calls) {
            const part = operations.slice(0, end);
            await Promise.all([sink.apply(journal, part), twice ? sink.apply(journal, part) : undefined]);
          }
          await sink.apply(journal, operations);
          expect((await runs.find(a))!.value).toEqual(expected);
          expect([...(await readHistory(storage.tables, pointsTable(a), "loss", {})).values]).toEqual([1, 2]);
        },
      ),
    );
  });

  test("of more runs than a commit takes is cut into commits", async () => {
    const { runs, sink } = newStore();
    const ids = Array.from({ length: 57 }, (_, index) => index.toString(16).padStart(32, "0"));
    await sink.apply(journal, placed(ids.flatMap((id) => [create(id), point(id, 1, 1)])));
    for (const id of ids) expect((await runs.find(id))?.value.metrics.loss?.latest.value).toBe(1);
  });
});

describe("an operation that cannot be applied", () => {
  test("is refused alone: to an unknown run, to a deleted run, a parameter that has another value", async () => {
    const { runs, sink, storage } = newStore();
    await sink.apply(
      journal,
      placed([create(a), create(b), { kind: "params", run: a, params: { x: 1, y: 2 } }]),
    );
    const previous = (await runs.find(b))!;
    const atomic = storage.kv.atomic();
    await runs.write(atomic, { ...previous.value, deletedTime: 5 }, previous);
    await atomic.commit();
    const refused = await sink.apply(
      journal,
      placed(
        [
          point("c".repeat(32), 1, 1),
          { kind: "tags", run: b, tags: { late: "yes" } },
          { kind: "params", run: a, params: { z: 3, x: 2 } },
          { kind: "tags", run: a, tags: { kept: "yes" } },
        ],
        4,
      ),
    );
    expect(refused.map(({ sequence, error }) => [sequence, (error as { code: string }).code])).toEqual([
      [4, "RUN_NOT_FOUND"],
      [5, "RUN_DELETED"],
      [6, "PARAM_CHANGED"],
    ]);
    const run = (await runs.find(a))!.value;
    expect([run.params, run.tags]).toEqual([{ x: 1, y: 2 }, { kept: "yes" }]);
    expect((await runs.find(b))!.value.tags).toEqual({});
    expect(await runs.find("c".repeat(32))).toBeUndefined();
  });
});

test("runs whose records are too large for one commit together are stored by several", async () => {
  const { runs, sink } = newStore();
  const ids = Array.from({ length: 60 }, (_, index) => String(index).padStart(32, "0"));
  const tags = Object.fromEntries([1, 2, 3, 4].map((key) => [`t${key}`, `${key}`.repeat(7_500)]));
  const operations = ids.flatMap((run): Operation[] => [create(run), { kind: "tags", run, tags }]);
  expect(await sink.apply(journal, placed(operations))).toEqual([]);
  const stored = await runs.getMany(ids);
  expect([...stored.values()].filter(({ value }) => value.tags.t4?.length === 7_500)).toHaveLength(60);
  expect(await sink.appliedSequence(journal)).toBe(120);
});

test("the runs that a journal has begun and not ended are known, whatever has been applied since", async () => {
  const { sink } = newStore();
  expect(await sink.openRuns?.(journal)).toEqual([]);
  await sink.apply(journal, placed([create(a), create(b)]));
  await sink.apply(journal, placed([point(b, 1, 1)], 3));
  expect(await sink.openRuns?.(journal)).toEqual([a, b]);
  await sink.apply(journal, placed([{ kind: "end", run: a, status: "FINISHED", time: 2_000 }], 4));
  expect(await sink.openRuns?.(journal)).toEqual([b]);
  await sink.apply(journal, placed([{ kind: "end", run: b, status: "FAILED", time: 2_000 }], 5));
  expect(await sink.openRuns?.(journal)).toEqual([]);
  expect(await sink.appliedSequence(journal)).toBe(5);
  await sink.apply(journal, placed([{ kind: "resume", run: b, time: 3_000 }], 6));
  expect(await sink.openRuns?.(journal)).toEqual([b]);
});
