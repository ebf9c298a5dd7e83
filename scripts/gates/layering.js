import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { packagesBelow, root } from "../process/repository.js";
import { committableFiles } from "./source/files.js";
import { importsOf } from "./source/imports.js";

/** @type {import("./gate.js").Gate} */
export const gate = {
  name: "layering",
  remedy: "a station imports core only, core no station: declare a small interface where the consumer is",
  run: async () => {
    const files = committableFiles(root, /^packages\/[^/]+\/src\/.*\.ts$/);
    const imports = files.flatMap((path) => forbiddenImports(path, readFileSync(join(root, path), "utf8")));
    const manifests = packagesBelow("packages").flatMap(({ path, manifest }) =>
      forbiddenPackages(path, manifest),
    );
    return { problems: [...imports, ...manifests, ...missingReferences()] };
  },
};

/** What tests of core use, such as the harness that kills processes, is open to those of its stations. */
const isTestSupport = /^packages\/core\/src\/(?:.+\/)?test-support\//;
const isTest = /\.test\.ts$|\/test-support\//;

/**
 * @param {string} path such as `packages/tracking/src/runs/run.ts`
 * @param {string} text
 * @returns {string[]}
 */
export function forbiddenImports(path, text) {
  const own = path.split("/").slice(0, 3).join("/");
  const [, name = ""] = path.split("/");
  return importsOf(path, text).flatMap(({ specifier, line }) => {
    const where = `${path}:${line}`;
    if (specifier.startsWith(".")) {
      const target = posix.join(posix.dirname(path), specifier);
      const isOpen = target.startsWith(`${own}/`) || (isTest.test(path) && isTestSupport.test(target));
      return isOpen ? [] : [`${where} leaves its package: "${specifier}"`];
    }
    const other = /^@millwright\/([^/]+)/.exec(specifier)?.[1];
    if (other === undefined) return [];
    if (other === name)
      return [`${where} imports its own package by name: "${specifier}"; use a relative path`];
    return mayImport(name, other) ? [] : [`${where}: ${name} imports ${other} ("${specifier}")`];
  });
}

/**
 * @param {string} path
 * @param {import("../process/repository.js").Manifest} manifest
 * @returns {string[]}
 */
export function forbiddenPackages(path, manifest) {
  const name = manifest.name.replace("@millwright/", "");
  return [
    manifest.dependencies,
    manifest.devDependencies,
    manifest.peerDependencies,
    manifest.optionalDependencies,
  ]
    .flatMap((group) => Object.keys(group ?? {}))
    .filter((dependency) => dependency.startsWith("@millwright/"))
    .map((dependency) => dependency.replace("@millwright/", ""))
    .filter((dependency) => !mayImport(name, dependency))
    .map((dependency) => `${path}/package.json: ${name} depends on ${dependency}`);
}

function mayImport(/** @type {string} */ from, /** @type {string} */ to) {
  return from !== "core" && to === "core";
}

/** What `tsc -b` does not reach is not checked at all. */
function missingReferences() {
  /** @type {{ references: { path: string }[] }} */
  const { references } = JSON.parse(readFileSync(join(root, "tsconfig.json"), "utf8"));
  const reached = new Set(references.map(({ path }) => path.replace(/\/tsconfig\.json$/, "")));
  const packages = committableFiles(root, /^packages\/[^/]+\/tsconfig[^/]*\.json$/).map((path) =>
    path.replace(/\/tsconfig\.json$/, ""),
  );
  const folders = ["scripts", "examples", "benchmarks", "interop"].filter(
    (folder) => committableFiles(root, new RegExp(`^${folder}/.*\\.ts$`)).length > 0,
  );
  return [...packages, ...folders]
    .filter((path) => !reached.has(path))
    .map((path) => `tsconfig.json has no reference to ${path}`);
}
