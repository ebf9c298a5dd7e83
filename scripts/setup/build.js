import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../process/command.js";
import { cache, entryPoints, publishedPackages, root } from "../process/repository.js";
import { ScriptError, say } from "../process/say.js";

/** @typedef {import("../process/repository.js").WorkspacePackage} WorkspacePackage */

/**
 * Builds the JavaScript of the packages whose sources changed since the last build.
 * Every source file becomes one file of `dist`, at the same place as its declarations.
 */
export async function ensureBuilt() {
  const configuration = ["package.json", "scripts/setup/build.js", "scripts/setup/tsup.js"].map((file) =>
    readFileSync(join(root, file)),
  );
  const stale = publishedPackages()
    .filter(({ folder }) => existsSync(join(folder, "src")))
    .map((one) => ({ one, files: sourceFiles(one), stamp: join(cache, "build", one.manifest.name) }))
    .filter(({ files }) => files.length > 0)
    .map((entry) => ({ ...entry, fingerprint: fingerprint(entry.one, entry.files, configuration) }))
    .filter(({ one, stamp, fingerprint }) => !(isBuilt(one) && readStamp(stamp) === fingerprint));
  if (stale.length === 0) return;

  say(`build ${stale.map(({ one }) => one.manifest.name).join(", ")}`);
  // A process of its own: tsup is a dependency, and this file is loaded before there are any.
  const { code, output } = await runCommand(
    process.execPath,
    [join(root, "scripts/setup/tsup.js"), ...stale.map(({ one }) => one.path)],
    { capture: true },
  );
  if (code !== 0) throw new ScriptError(`the build failed:\n${output}`, code);
  for (const { stamp, fingerprint } of stale) {
    await mkdir(join(stamp, ".."), { recursive: true });
    await writeFile(stamp, fingerprint);
  }
}

/** The TypeScript files of a package that are part of it, with `/`, below `src`. @returns {string[]} */
export function sourceFiles(/** @type {{ folder: string }} */ { folder }) {
  return readdirSync(join(folder, "src"), { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".ts") && !/\.(test|testing|d)\.ts$/.test(path))
    .filter((path) => !/(^|\/)(testdata|test-support)\//.test(path))
    .sort();
}

function isBuilt(/** @type {WorkspacePackage} */ one) {
  return entryPoints(one)
    .filter(({ source }) => existsSync(join(one.folder, source)))
    .every(({ script }) => existsSync(join(one.folder, script)));
}

/**
 * @param {WorkspacePackage} one
 * @param {readonly string[]} files
 * @param {readonly Buffer[]} configuration
 */
function fingerprint(one, files, configuration) {
  const hash = createHash("sha256");
  for (const content of configuration) hash.update(content);
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(join(one.folder, "src", file)));
  return hash.digest("hex");
}

function readStamp(/** @type {string} */ path) {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}
