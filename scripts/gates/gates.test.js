// Each gate is shown failing on a small bad fixture: a gate that cannot fail checks nothing.
import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { root } from "../process/repository.js";
import { findOnPath } from "../services/find.js";
import { addressesIn } from "./addresses.js";
import { pathsIn } from "./architecture.js";
import { checkBudget } from "./budgets.js";
import { findCycles, importGraph } from "./cycles.js";
import { checkExamples } from "./examples.js";
import { forbiddenImports, forbiddenPackages } from "./layering.js";
import { addressesIn as lockfileAddressesIn } from "./lockfile.js";
import { tooLong } from "./sizes.js";
import { bundle } from "./source/bundle.js";
import { committableFiles } from "./source/files.js";
import { withFiles } from "./source/temporary.js";

it("cycles: finds a cycle of value imports, of type imports and of re-exports, and no false one", async () => {
  const files = {
    "a.ts": 'import { b } from "./b.js";\nexport const a = b;\n',
    "b.ts": 'import type { C } from "./c.js";\nexport const b = {} as C;\n',
    "c.ts": 'export type { a as C } from "./a.js";\n',
    "self.ts": 'export * from "./self.js";\n',
    "lazy.ts": 'export const load = () => import("./late.js");\n',
    "late.ts": 'export { load } from "./lazy.js";\n',
    "top.ts": 'import "./a.js";\n',
  };
  await withFiles(files, (folder) => {
    expect(findCycles(importGraph(folder, Object.keys(files)))).toEqual([
      ["a.ts", "b.ts", "c.ts", "a.ts"],
      ["self.ts", "self.ts"],
    ]);
  });
});

it("layering: refuses a station in a station or in core, a package by its own name, a path out of it", () => {
  const imports = (/** @type {string} */ path, /** @type {string} */ specifier) =>
    forbiddenImports(path, `import type { A } from "${specifier}";\n`).length;
  expect(imports("packages/tracking/src/a.ts", "@millwright/core/columns")).toBe(0);
  expect(imports("packages/tracking/src/runs/a.ts", "../b.js")).toBe(0);
  expect(imports("packages/tracking/src/a.ts", "@millwright/registry")).toBe(1);
  expect(imports("packages/core/src/a.ts", "@millwright/tracking")).toBe(1);
  expect(imports("packages/core/src/a.ts", "@millwright/core/memory")).toBe(1);
  expect(imports("packages/tracking/src/a.ts", "../../core/src/index.js")).toBe(1);
  expect(
    forbiddenImports("packages/core/src/a.ts", 'type A = import("@millwright/serving").A;'),
  ).toHaveLength(1);
  const manifest = {
    name: "@millwright/tracking",
    devDependencies: { "@millwright/registry": "workspace:^" },
  };
  expect(forbiddenPackages("packages/tracking", manifest)).toHaveLength(1);
});

it("browser: refuses Node's modules with and without their prefix, also when loaded late", async () => {
  const files = {
    "prefixed.js": 'export { readFileSync } from "node:fs";',
    "bare.js": 'export { join } from "path";',
    "late.js": 'export const load = async () => { try { return await import("node:os"); } catch {} };',
    "clean.js": 'export { z } from "zod";',
  };
  await withFiles(files, async (folder) => {
    const problems = async (/** @type {string} */ name) =>
      (await bundle(`export * from "./${name}.js";`, { folder, external: ["zod"] })).problems.length;
    expect(await problems("prefixed")).toBe(1);
    expect(await problems("bare")).toBe(1);
    expect(await problems("late")).toBe(1);
    expect(await problems("clean")).toBe(0);
    expect(await problems("absent")).toBe(1);
  });
});

it("budgets: refuses a bundle over its budget and an import that is not there", async () => {
  const noise = Array.from({ length: 4000 }, (_, index) =>
    ((index * 2_654_435_761) % 4_294_967_296).toString(36),
  );
  const files = {
    "node_modules/one/index.js": `export const big = "${noise.join("")}";export const small = 1;`,
  };
  await withFiles(files, async (folder) => {
    const ok = async (/** @type {string} */ name, /** @type {number} */ kilobytes) =>
      (await checkBudget({ from: "one", import: name, kilobytes }, { folder, external: [] })).ok;
    expect(await ok("small", 1)).toBe(true);
    expect(await ok("big", 1)).toBe(false);
    expect(await ok("*", 1)).toBe(false);
    expect(await ok("gone", 1)).toBe(false);
  });
});

it("examples: reports the wrong line of a README and of a doc comment, and an opt-out without a reason", () => {
  const readme = [
    "# Title",
    "```ts",
    "const text: string = 5;",
    "```",
    "```ts no-check",
    "nonsense(",
    "```",
    "```ts no-check: a sketch of what comes",
    "nonsense(",
    "```",
    "```ts",
    "const first = 1;",
    "```",
    "```ts continued",
    "const second: string = first;",
    "```",
  ].join("\n");
  const { problems, checked } = checkExamples(root, [{ path: "README.md", text: readme }]);
  expect(checked).toBe(2);
  expect(problems.map((problem) => problem.split(": ")[0])).toEqual([
    "README.md:5",
    "README.md:3",
    "README.md:15",
  ]);
});

it("lockfile: refuses an address", () => {
  const line = (/** @type {string} */ text) => lockfileAddressesIn("pnpm-lock.yaml", text).length;
  expect(line("    resolution: {integrity: sha512-abc==}")).toBe(0);
  expect(line(`    resolution: {tarball: https:${"//"}host.example/a.tgz}`)).toBe(1);
});

it("addresses: refuses paths of one machine and package hosts, and reads no binary file", () => {
  const found = (/** @type {string} */ text) => addressesIn("a.md", Buffer.from(text)).length;
  expect(found(["cd ", "work", "main"].join("/"))).toBe(1);
  expect(found(["", "home", "ada", "project"].join("/"))).toBe(1);
  expect(found(["see https:", "", "registry.npm" + "js.org", "x"].join("/"))).toBe(1);
  expect(found("packages/core/work/root/home.ts and ./work/x")).toBe(0);
  expect(found(`\0${["", "work", "main"].join("/")}`)).toBe(0);
});

it("architecture: reads the paths of a page, and no other code", () => {
  const page =
    "`packages/core/src/kv.ts` `application/json` `packages/<name>/x` [x](../scripts/check.js) `README.md`";
  expect(pathsIn(page, ["packages", "scripts"])).toEqual(["packages/core/src/kv.ts", "scripts/check.js"]);
});

it("sizes: refuses a long file, an exception without a reason and one that is no longer needed", () => {
  const long = { path: "packages/core/src/long.ts", lines: 351 };
  expect(tooLong([long], {})).toHaveLength(1);
  expect(tooLong([long], { [long.path]: "" })).toHaveLength(1);
  expect(tooLong([long], { [long.path]: "one table" })).toHaveLength(0);
  expect(tooLong([{ ...long, lines: 350 }], { [long.path]: "one table" })).toHaveLength(1);
  expect(tooLong([{ path: "packages/core/src/long.test.ts", lines: 351 }], {})).toHaveLength(0);
});

it.skipIf(findOnPath("git") === undefined)(
  "the files that gates read are those that git would commit",
  async () => {
    await withFiles({ "kept.ts": "", "dist/left-out.ts": "", ".gitignore": "dist/\n" }, (folder) => {
      execFileSync("git", ["init", "--quiet"], { cwd: folder });
      expect(committableFiles(folder)).toEqual([".gitignore", "kept.ts"]);
    });
  },
);
