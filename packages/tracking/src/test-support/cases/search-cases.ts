import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { type ActiveRun, createTracker, type Tracker } from "../../index.js";
import type { TestBackend } from "../backends/test-backend.js";
import { searchedKeys, searchedNumber, searchedText } from "./arbitrary-filter.js";
import { arbitraryQuery, expectSameAsNaive, runsNow } from "./naive-search.js";

const firstOf = (keys: readonly string[]): readonly string[] => keys.slice(0, -1);
const valuesOf = <Value>(
  keys: readonly string[],
  value: fc.Arbitrary<Value>,
): fc.Arbitrary<Record<string, Value>> =>
  fc.dictionary(fc.constantFrom(...firstOf(keys)), value, { maxKeys: 3 });

const arbitraryContent = fc.record({
  name: fc.option(fc.constantFrom("x", "X", "a"), { nil: undefined }),
  experiment: fc.constantFrom("a", "b", "é"),
  params: valuesOf(
    searchedKeys.param,
    fc.oneof(searchedText, searchedNumber, fc.boolean(), fc.bigInt(-2n, 2n ** 70n)),
  ),
  tags: valuesOf(searchedKeys.tag, searchedText),
  metrics: valuesOf(searchedKeys.metric, fc.oneof(searchedNumber, fc.constantFrom(Number.NaN, -0))),
  step: fc.integer({ min: 0, max: 3 }),
  end: fc.constantFrom("FINISHED", "FAILED", "KILLED", undefined),
});
type Content = typeof arbitraryContent extends fc.Arbitrary<infer Value> ? Value : never;

/** What becomes of a run later. */
const arbitraryChange = fc.record({
  run: fc.nat(),
  kind: fc.constantFrom("resume", "resume", "delete", "restore", "remove"),
  content: arbitraryContent,
});

async function log(run: ActiveRun, { metrics, tags, step, end }: Content): Promise<void> {
  run.logMetrics(metrics, { step });
  run.setTags(tags);
  if (end === undefined) await run.flush();
  else await run.end({ status: end, reason: end === "FAILED" ? "x" : undefined });
}

async function record(tracker: Tracker, content: Content): Promise<string> {
  const { name, experiment, params } = content;
  const run = await tracker.startRun({ name, experiment, params });
  await log(run, content);
  return run.id;
}

/** Random filters and orders over random runs, against looking at every run. `histories` is how many are tried. */
export function searchCases(create: () => Promise<TestBackend>, histories: number): void {
  test("a search finds what looking at every run finds, whatever was recorded, changed, deleted and removed", async () => {
    const backend = await create();
    onTestFinished(() => backend.remove());
    const storages = [await backend.open(), await backend.open(), await backend.open()];
    let history = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(arbitraryContent, { minLength: 5, maxLength: 25 }),
        fc.array(fc.array(arbitraryChange, { minLength: 1, maxLength: 5 }), { maxLength: 3 }),
        fc.array(arbitraryQuery, { minLength: 12, maxLength: 12 }),
        async (contents, changes, queries) => {
          const [writing, changing, reading] = storages.map((storage) => storage.namespace(`h${history}`));
          history++;
          const writer = createTracker({ storage: writing!, capture: false });
          const changer = createTracker({ storage: changing!, capture: false });
          const reader = createTracker({ storage: reading!, capture: false });
          const check = async (): Promise<void> => {
            const runs = await runsNow(writing!);
            const opened = createTracker({ storage: changing!, capture: false });
            for (const [index, query] of queries.entries())
              await expectSameAsNaive(index % 4 === 0 ? opened : reader, runs, query);
            await opened.close();
          };
          const ids = await Promise.all(contents.map((content) => record(writer, content)));
          await check();
          for (const step of changes) {
            for (const { run, kind, content } of step) {
              const id = ids[run % ids.length]!;
              const info = await changer.getRun(id);
              if (info === undefined) continue;
              if (kind === "remove") await changer.removeRun(id);
              else if (kind === "delete") await changer.deleteRun(id);
              else if (kind === "restore") await changer.restoreRun(id);
              else if (info.deletedTime === undefined) await log(await changer.resumeRun(id), content);
            }
            await check();
          }
          expect((await reader.searchRuns({ deleted: "include" })).total).toBe(
            (await runsNow(writing!)).length,
          );
          for (const tracker of [writer, changer, reader]) await tracker.close();
        },
      ),
      { numRuns: histories, endOnFailure: true },
    );
  });
}
