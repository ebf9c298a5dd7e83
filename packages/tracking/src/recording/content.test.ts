import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { composeStorage } from "@millwright/core";
import { memoryBlobs, memoryKv } from "@millwright/core/memory";
import { expect, onTestFinished, test } from "vitest";
import type { ActiveRun } from "../runs/run.js";
import { createTracker } from "../tracker/create-tracker.js";

const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0);

/** What a run holds after something was logged to it, by path. */
async function filesOf(log: (run: ActiveRun) => unknown): Promise<Record<string, string | undefined>> {
  const storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
  const tracker = createTracker({ storage, capture: false });
  const id = await tracker.run({ experiment: "e" }, async (run) => {
    await log(run);
    return run.id;
  });
  const files: Record<string, string | undefined> = {};
  for (const path of Object.keys((await tracker.getRun(id))!.artifacts))
    files[path] = await (await tracker.getArtifact(id, path))?.text();
  return files;
}

test("a table is stored as MLflow stores it, from rows or from columns", async () => {
  const files = await filesOf((run) => {
    run.logTable("eval/rows.json", [
      { a: 1, b: "x" },
      { b: null, c: Number.NaN },
    ]);
    run.logTable("eval/split.json", { columns: ["a"], data: [[1], [2]] });
  });
  expect(JSON.parse(files["eval/rows.json"]!)).toEqual({
    columns: ["a", "b", "c"],
    data: [
      [1, "x", null],
      [null, null, null],
    ],
  });
  expect(JSON.parse(files["eval/split.json"]!)).toEqual({ columns: ["a"], data: [[1], [2]] });
});

test("images and figures are what their paths say", async () => {
  const files = await filesOf((run) => {
    run.logImage("plots/a.png", png);
    run.logFigure("plots/b.svg", "<svg xmlns='http://www.w3.org/2000/svg'></svg>");
    run.logJson("c.json", { x: 1 });
  });
  expect(Object.keys(files)).toEqual(["c.json", "plots/a.png", "plots/b.svg"]);
});

test("what is none of them is refused, and so is a path out of the run", async () => {
  await filesOf((run) => {
    const code = expect.objectContaining({ code: "INVALID_ARGUMENT" });
    expect(() => run.logTable("a.csv", [])).toThrow(code);
    expect(() => run.logTable("a.json", { columns: ["a"], data: [[1, 2]] })).toThrow(code);
    expect(() => run.logImage("a.jpg", png)).toThrow(code);
    expect(() => run.logImage("a.bmp", png)).toThrow(code);
    expect(() => run.logFigure("a.svg", "no picture")).toThrow(code);
    expect(() => run.logText("../a.txt", "x")).toThrow(code);
  });
});

test("a directory is stored with what is below it, and nothing from outside", async () => {
  const directory = mkdtempSync(join(tmpdir(), "millwright-files-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  mkdirSync(join(directory, "model", "deep"), { recursive: true });
  writeFileSync(join(directory, "model", "a.txt"), "a");
  writeFileSync(join(directory, "model", "deep", "b.txt"), "b");
  writeFileSync(join(directory, "secret"), "s");
  symlinkSync(join(directory, "secret"), join(directory, "model", "link"));
  const files = await filesOf(async (run) => {
    expect(
      (await run.logArtifacts(join(directory, "model"), { path: "out" })).map(({ path }) => path),
    ).toEqual(["out/a.txt", "out/deep/b.txt"]);
    await run.logArtifacts(join(directory, "secret"));
    await expect(run.logArtifacts(join(directory, "none"))).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
    await expect(run.logArtifacts(directory, { path: ".." })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });
  expect(files).toEqual({ "out/a.txt": "a", "out/deep/b.txt": "b", secret: "s" });
});
