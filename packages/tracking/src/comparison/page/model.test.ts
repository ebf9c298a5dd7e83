import { describe, expect, it } from "vitest";
import { run } from "../test-support/runs.js";
import { reportModel, short } from "./model.js";

describe("reportModel", () => {
  const objectiveOf = (metrics: Readonly<Record<string, number>>) =>
    reportModel([run("a", { metrics })], undefined).objective;

  it("ranks by a metric of validation and quality if there is one", () => {
    expect(objectiveOf({ "grad norm": 1, "train/loss": 1, "validation/loss": 1 })).toEqual({
      metric: "validation/loss",
      goal: "minimize",
    });
    expect(objectiveOf({ accuracy: 1, epoch: 3 })).toEqual({ metric: "accuracy", goal: "maximize" });
    expect(objectiveOf({ b: 1, a: 1, "system/cpu": 1 })).toEqual({ metric: "a", goal: "maximize" });
    expect(objectiveOf({ "system/cpu": 1 })).toBeUndefined();
    expect(objectiveOf({ auc: Number.NaN })).toBeUndefined();
  });

  it("does not rank by what few runs have", () => {
    const runs = [
      run("a", { metrics: { "test/auc": 1, loss: 1 } }),
      run("b", { metrics: { loss: 1 } }),
      run("c", { metrics: { loss: 1 } }),
    ];
    expect(reportModel(runs, undefined).objective?.metric).toBe("loss");
  });

  it("orders runs from best to worst, those without a number left out", () => {
    const runs = [0.5, Number.NaN, 0.9, 0.1].map((auc, index) => run(String(index), { metrics: { auc } }));
    expect(reportModel(runs, { metric: "auc", goal: "maximize" }).ranking).toEqual([2, 0, 3]);
    expect(reportModel(runs, { metric: "auc", goal: "minimize" }).ranking).toEqual([3, 0, 2]);
  });

  it("gives twelve runs a colour each, and of more only the six best", () => {
    const runs = Array.from({ length: 13 }, (_, index) => run(String(index), { metrics: { auc: index } }));
    expect(reportModel(runs.slice(0, 12), undefined).colors).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(reportModel(runs, undefined).colors).toEqual([...Array(7).fill(null), 5, 4, 3, 2, 1, 0]);
  });

  it("calls every run by a name of its own", () => {
    const runs = [
      run("0193a", { name: "a" }),
      run("0193b", { name: "a" }),
      run("0193c4567890", { name: " " }),
    ];
    expect(reportModel(runs, undefined).labels).toEqual(["a (0193a)", "a (0193b)", "0193c456"]);
  });
});

describe("short", () => {
  it("bounds a text and hides nothing", () => {
    expect(short("x".repeat(10_000), 5)).toBe("xxxxx…");
    expect(short("a\u202eb\u0000")).toBe("a\\u202eb\\u0000");
    expect(short(" ")).toBe("(empty)");
  });
});
