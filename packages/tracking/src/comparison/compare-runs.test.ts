import fc from "fast-check";
import { describe, expect, expectTypeOf, it, test } from "vitest";
import type { ReadRun, RunInfo } from "../runs/run-record.js";
import { compareRuns } from "./compare-runs.js";
import type { ComparedRun } from "./compared-run.js";
import { run } from "./test-support/runs.js";

const refused = (path: string) => expect.objectContaining({ code: "INVALID_ARGUMENT", details: { path } });

test("a run as the tracker gives it can be compared", () => {
  expectTypeOf<RunInfo>().toExtend<ComparedRun>();
  expectTypeOf<ReadRun>().toExtend<ComparedRun>();
});

describe("compareRuns", () => {
  it("says nothing of runs that differ only in name, id, times and steps", () => {
    const same = { params: { depth: 4, bad: Number.NaN }, tags: { team: "a" }, metrics: { loss: 0.5 } };
    const comparison = compareRuns([
      run("a", { ...same, name: "first", startTime: 1, endTime: 5 }),
      run("b", { ...same, startTime: 2 }),
    ]);
    expect(comparison).toEqual({
      runs: [
        { id: "a", name: "first", experiment: "credit", status: "FINISHED", startTime: 1, endTime: 5 },
        { id: "b", experiment: "credit", status: "FINISHED", startTime: 2 },
      ],
      ...{ attributes: [], params: [], tags: [], metrics: [], datasets: [], artifacts: [], environment: [] },
    });
  });

  it("keeps types apart, and counts a missing param as a difference", () => {
    const { params } = compareRuns([
      run("a", { params: { big: 1n, depth: 4, flag: true, only: "x", rate: 0.1, zero: 0 } }),
      run("b", { params: { big: 1, depth: 8, flag: "true", rate: Number.NaN, zero: -0 } }),
    ]);
    expect(params).toEqual([
      { key: "big", values: [{ $bigint: "1" }, 1], range: { low: 1, high: 1 } },
      { key: "depth", values: [4, 8], range: { low: 4, high: 8 } },
      { key: "flag", values: [true, "true"] },
      { key: "only", values: ["x", null] },
      { key: "rate", values: [0.1, { $number: "NaN" }], range: { low: 0.1, high: 0.1 } },
    ]);
  });

  it("leaves tags that programs write for themselves out, unless asked", () => {
    const runs = [
      run("a", { tags: { "mlflow.source": "1", "millwright.host": "1", millwrightish: "1", team: "a" } }),
      run("b", { tags: { "mlflow.source": "2", "millwright.host": "2", millwrightish: "2", team: "a" } }),
    ];
    const keys = (options?: { systemTags: boolean }) => compareRuns(runs, options).tags.map(({ key }) => key);
    expect(keys()).toEqual(["millwrightish"]);
    expect(keys({ systemTags: true })).toEqual(["millwright.host", "millwrightish", "mlflow.source"]);
  });

  it("compares latest, lowest and highest of metrics, and says which run is best and how they spread", () => {
    const { metrics } = compareRuns([
      run("a", { metrics: { loss: [0.9, 0.2, 0.4], same: [1, 2] } }),
      run("b", { metrics: { loss: [0.8, 0.6], same: [1, 2] } }),
      run("c", { metrics: { loss: [Number.NaN], same: [1, 2] } }),
      run("d", { metrics: { same: [1, 2] } }),
    ]);
    expect(metrics).toEqual([
      {
        key: "loss",
        latest: [0.4, 0.6, { $number: "NaN" }, null],
        minimum: [0.2, 0.6, null, null],
        maximum: [0.9, 0.8, null, null],
        best: { minimum: { run: "a", value: 0.2 }, maximum: { run: "a", value: 0.9 } },
        spread: {
          low: 0.4,
          high: 0.6,
          mean: expect.closeTo(0.5, 12),
          standardDeviation: expect.closeTo(0.1414213562373095, 12),
        },
      },
    ]);
  });

  it("sees a metric whose latest values agree but whose extremes do not", () => {
    const { metrics } = compareRuns([
      run("a", { metrics: { loss: [9, 1] } }),
      run("b", { metrics: { loss: 1 } }),
    ]);
    expect(metrics[0]).toMatchObject({ latest: [1, 1], maximum: [9, 1], best: { maximum: { run: "a" } } });
  });

  it("tells a metric that has only NaN from one that was not logged", () => {
    const { metrics } = compareRuns([run("a", { metrics: { loss: Number.NaN } }), run("b")]);
    expect(metrics).toEqual([
      {
        key: "loss",
        latest: [{ $number: "NaN" }, null],
        minimum: [null, null],
        maximum: [null, null],
        best: {},
      },
    ]);
  });

  it("compares infinities as the numbers they are", () => {
    const { metrics } = compareRuns([
      run("a", { metrics: { loss: Number.POSITIVE_INFINITY } }),
      run("b", { metrics: { loss: 3 } }),
    ]);
    expect(metrics[0]).toMatchObject({
      latest: [{ $number: "Infinity" }, 3],
      best: { minimum: { run: "b", value: 3 }, maximum: { run: "a", value: { $number: "Infinity" } } },
      spread: { low: 3, high: 3 },
    });
  });

  it("compares datasets by role and digest, not by name or order", () => {
    const one = { name: "applications", digest: "sha256:1", role: "training" };
    const two = { name: "late", digest: "sha256:2", role: "training" };
    const free = { name: "x", digest: "sha256:3" };
    const compare = (a: ComparedRun["datasets"], b: ComparedRun["datasets"]) =>
      compareRuns([run("a", { datasets: a }), run("b", { datasets: b })]).datasets;
    expect(compare([one, two], [two, { ...one, name: "renamed" }])).toEqual([]);
    expect(compare([one, free], [free])).toEqual([
      { role: "training", values: [[{ name: "applications", digest: "sha256:1" }], []] },
    ]);
    expect(compare([free], [{ ...free, role: "test" }]).map(({ role }) => role)).toEqual([null, "test"]);
  });

  it("compares artifacts by path and digest", () => {
    const comparison = compareRuns([
      run("a", {
        artifacts: { "model.onnx": { digest: "sha256:1", size: 5 }, same: { digest: "sha256:3", size: 1 } },
      }),
      run("b", {
        artifacts: { "model.onnx": { digest: "sha256:2", size: 5 }, same: { digest: "sha256:3", size: 1 } },
      }),
      run("c", { artifacts: { same: { digest: "sha256:3", size: 1 } } }),
    ]);
    expect(comparison.artifacts).toEqual([
      {
        path: "model.onnx",
        values: [{ digest: "sha256:1", size: 5 }, { digest: "sha256:2", size: 5 }, null],
      },
    ]);
  });

  it("compares status, experiment and environment", () => {
    const tags = { "millwright.runtime.version": "20.19.0", "millwright.git.commit": "1" };
    const comparison = compareRuns([
      run("a", { status: "FAILED", tags: { ...tags, "millwright.processor.count": "4" } }),
      run("b", { tags: { ...tags, "millwright.git.commit": "2" } }),
    ]);
    expect(comparison.attributes).toEqual([{ key: "status", values: ["FAILED", "FINISHED"] }]);
    expect(comparison.environment).toEqual([
      { key: "git.commit", values: ["1", "2"] },
      { key: "processor.count", values: ["4", null] },
    ]);
    expect(comparison.tags).toEqual([]);
  });

  it("looks up no key among what objects inherit", () => {
    const params = JSON.parse('{"__proto__": 1, "constructor": 2}') as Record<string, number>;
    const comparison = compareRuns([run("a", { params }), run("b")]);
    expect(comparison.params.map(({ values }) => values)).toEqual([
      [1, null],
      [2, null],
    ]);
  });

  it("finds exactly the params that differ, and survives JSON", () => {
    const scalar = fc.oneof(
      fc.string(),
      fc.boolean(),
      fc.double(),
      fc.bigInt(),
      fc.constantFrom(1, "1", 1n, true, "true", Number.NaN, "NaN"),
    );
    const params = fc.dictionary(fc.constantFrom("a", "b", "c", "__proto__"), scalar);
    fc.assert(
      fc.property(fc.array(params, { minLength: 2, maxLength: 5 }), (all) => {
        const comparison = compareRuns(all.map((one, index) => run(String(index), { params: one })));
        expect(JSON.parse(JSON.stringify(comparison))).toEqual(comparison);
        const values = (key: string) => all.map((one) => (Object.hasOwn(one, key) ? one[key] : undefined));
        const differing = [...new Set(all.flatMap(Object.keys))].filter((key) => {
          const [first, ...rest] = values(key);
          return rest.some((value) => !(value === first || (Number.isNaN(value) && Number.isNaN(first))));
        });
        expect(comparison.params.map(({ key }) => key)).toEqual(differing.sort());
      }),
    );
  });

  it("takes 2 to 500 runs, each once", () => {
    const many = Array.from({ length: 501 }, (_, index) => run(String(index), { params: { index } }));
    expect(() => compareRuns([])).toThrow(refused("runs"));
    expect(() => compareRuns(many.slice(0, 1))).toThrow(refused("runs"));
    expect(() => compareRuns(many)).toThrow(refused("runs"));
    expect(() => compareRuns([many[0]!, many[1]!, many[0]!])).toThrow(refused("runs[2].id"));
    expect(compareRuns(many.slice(0, 500)).params[0]?.range).toEqual({ low: 0, high: 499 });
  });
});
