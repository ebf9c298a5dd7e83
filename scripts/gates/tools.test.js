// The gates that call a tool: shown failing with the repository's own configuration of that tool.
import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { root } from "../process/repository.js";
import { unusedIn } from "./exports.js";
import { lint } from "./lint.js";
import { packageProblems } from "./packages.js";
import { writeReference } from "./reference.js";
import { withFiles } from "./source/temporary.js";
import { typeProblems } from "./types.js";

// Each starts a tool or two.
vi.setConfig({ testTimeout: 120_000 });

const readJson = (/** @type {string} */ path) => JSON.parse(readFileSync(join(root, path), "utf8"));

const strict = JSON.stringify({ extends: join(root, "tsconfig.base.json"), include: ["src"] });

it("lint: finds a floating promise of another file's method", async () => {
  const files = {
    "biome.json": JSON.stringify({ ...readJson("biome.json"), vcs: { enabled: false } }),
    "work.ts":
      "export class Work {\n  async run(): Promise<number> {\n    return await Promise.resolve(1);\n  }\n}\n",
    "start.ts":
      'import { Work } from "./work.js";\n\nexport function start(): void {\n  new Work().run();\n}\n',
  };
  const problems = await withFiles(files, lint);
  const floating = problems.filter((line) => line.includes("noFloatingPromises"));
  expect(floating).toHaveLength(1);
  expect(floating[0]).toContain("start.ts:4");
});

it("types: finds what only the strict options refuse", async () => {
  const files = {
    "package.json": JSON.stringify({ type: "module" }),
    "tsconfig.json": strict,
    "src/a.ts": "export const first = (values: readonly number[]): number => values[0];\n",
  };
  const problems = await withFiles(files, typeProblems);
  expect(problems[0]).toMatch(/^src\/a\.ts\(1,61\): error TS2322/);
});

it("exports: finds an export and a file that nothing uses", async () => {
  const files = {
    "knip.json": JSON.stringify({
      ...readJson("knip.json"),
      workspaces: { ".": { entry: ["src/index.ts"] } },
    }),
    "package.json": JSON.stringify({ name: "fixture", type: "module", exports: { ".": "./src/index.ts" } }),
    "tsconfig.json": strict,
    "src/index.ts": 'export { used } from "./part.js";\n',
    "src/part.ts": "export const used = 1;\nexport const dead = 2;\n",
    "src/forgotten.ts": "export const forgotten = 3;\n",
  };
  const problems = (await withFiles(files, unusedIn)).join("\n");
  expect(problems).toContain("dead");
  expect(problems).toContain("forgotten.ts");
  expect(problems).not.toContain("used)");
});

it("packages: finds an entry point that is not packed, and a stray test", async () => {
  const manifest = { name: "fixture", version: "1.0.0", type: "module", files: ["dist"] };
  const good = { types: "./dist/index.d.ts", default: "./dist/index.js" };
  const dist = {
    "dist/index.js": "export const a = 1;\n",
    "dist/index.d.ts": "export declare const a = 1;\n",
  };
  const problems = (/** @type {object} */ exports, /** @type {Record<string, string>} */ files) =>
    withFiles(
      { "package.json": JSON.stringify({ ...manifest, license: "MIT", exports }), ...files },
      packageProblems,
    );
  expect(await problems({ ".": good }, dist)).toEqual([]);
  expect((await problems({ ".": { types: good.types, default: "./src/index.js" } }, dist)).join()).toMatch(
    /publint/,
  );
  // Node does not find a declaration without its extension.
  const extensionless = { ...dist, "dist/index.d.ts": 'export * from "./part";\n', "dist/part.d.ts": "" };
  expect((await problems({ ".": good }, extensionless)).join()).toMatch(/attw/);
  expect((await problems({ ".": good }, { ...dist, "dist/a.test.js": "" })).join()).toMatch(
    /must not be packed/,
  );
});

it("reference: finds a broken link in a doc comment", async () => {
  const files = {
    "package.json": JSON.stringify({ type: "module" }),
    "tsconfig.json": strict,
    "src/index.ts": "/** See {@link nowhere}. */\nexport const here = 1;\n",
  };
  const problems = await withFiles(files, async (folder) => {
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    const entries = [{ specifier: "fixture", path: join(folder, "src/index.ts") }];
    return (await writeReference(entries, join(folder, "tsconfig.json"), join(folder, "reference"))).problems;
  });
  expect(problems.join()).toContain("nowhere");
});
