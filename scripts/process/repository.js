import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's folder. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Where scripts keep what can be thrown away: ignored by git. */
export const cache = join(root, ".cache");

/**
 * @typedef {object} Manifest
 * @property {string} name
 * @property {string} [version]
 * @property {string} [description]
 * @property {Record<string, string | Record<string, string>>} [exports]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [devDependencies]
 * @property {Record<string, string>} [peerDependencies]
 * @property {Record<string, string>} [optionalDependencies]
 * @property {Record<string, string>} [scripts]
 */

/**
 * @typedef {object} WorkspacePackage
 * @property {string} folder absolute path
 * @property {string} path path below the repository, with `/`
 * @property {Manifest} manifest
 */

/** @returns {Manifest} */
export function readManifest(/** @type {string} */ folder) {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}

/**
 * The published packages: those below `packages/`, in the order in which they can be built.
 * @returns {WorkspacePackage[]}
 */
export function publishedPackages() {
  const found = packagesBelow("packages");
  const isCore = (/** @type {WorkspacePackage} */ one) => one.manifest.name === "@millwright/core";
  return [...found.filter(isCore), ...found.filter((one) => !isCore(one))];
}

/** @returns {WorkspacePackage[]} the packages in the direct folders of `parent`, sorted by name. */
export function packagesBelow(/** @type {string} */ parent) {
  const folder = join(root, parent);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .filter((name) => existsSync(join(folder, name, "package.json")))
    .map((name) => ({
      folder: join(folder, name),
      path: `${parent}/${name}`,
      manifest: readManifest(join(folder, name)),
    }));
}

/**
 * The entry points of a package: every subpath of `exports` that has a source file.
 * @param {WorkspacePackage} workspacePackage
 * @returns {{ subpath: string, specifier: string, source: string, script: string, types: string }[]}
 */
export function entryPoints({ manifest }) {
  return Object.entries(manifest.exports ?? {}).flatMap(([subpath, target]) => {
    if (typeof target === "string") return [];
    const source = target["@millwright/source"];
    const script = target.default;
    const types = target.types;
    if (source === undefined || script === undefined || types === undefined) return [];
    return [{ subpath, specifier: manifest.name + subpath.slice(1), source, script, types }];
  });
}
