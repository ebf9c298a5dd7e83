import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { runCommand } from "./command.js";
import { root } from "./repository.js";

/** Runs a TypeScript file in its own folder, against the built packages. @returns {Promise<number>} */
export async function runTypeScript(
  /** @type {string} */ folder,
  /** @type {string} */ file,
  /** @type {readonly string[]} */ args,
) {
  const loader = pathToFileURL(join(root, "node_modules/tsx/dist/loader.mjs")).href;
  return (
    await runCommand(process.execPath, ["--import", loader, join(folder, file), ...args], { cwd: folder })
  ).code;
}

/** @returns {string | undefined} the file that runs a folder: `main.ts` */
export function mainFile(/** @type {string} */ folder) {
  return existsSync(join(folder, "main.ts")) ? "main.ts" : undefined;
}
