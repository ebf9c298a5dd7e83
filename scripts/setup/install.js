import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../process/command.js";
import { packagesBelow, readManifest, root } from "../process/repository.js";
import { ScriptError, say } from "../process/say.js";

const marker = join(root, "node_modules", ".millwright-installed");

/**
 * Installs the dependencies with the frozen lockfile, unless `node_modules` is from the same lockfile and
 * manifests. Needs only Node and npm: npx brings the pinned pnpm.
 */
export async function ensureInstalled() {
  checkNode();
  const wanted = fingerprint();
  if (existsSync(marker) && readFileSync(marker, "utf8") === wanted) return;
  say("install dependencies");
  const { code } = await pnpm(["install", "--frozen-lockfile"]);
  if (code !== 0) {
    throw new ScriptError("the install failed; after a change of dependencies run `npm run lock`", code);
  }
  await writeFile(marker, wanted);
}

/** Runs the pinned pnpm. @returns {Promise<{ code: number, output: string }>} */
export function pnpm(
  /** @type {string[]} */ args,
  /** @type {import("../process/command.js").CommandOptions} */ options = {},
) {
  const version = String(Reflect.get(readManifest(root), "packageManager"));
  // pnpm removes and re-creates node_modules without asking only in CI.
  return runCommand("npx", ["--yes", version, ...args], options);
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new ScriptError(`Node ${process.versions.node} is too old: Millwright needs Node 20.19 or newer`);
}

/** What an install depends on. */
function fingerprint() {
  const hash = createHash("sha256");
  const folders = [...packagesBelow("packages"), ...packagesBelow("examples")].map(({ path }) => path);
  const files = [
    "pnpm-lock.yaml",
    "pnpm-workspace.yaml",
    "package.json",
    "benchmarks/package.json",
    ...folders.map((folder) => `${folder}/package.json`),
  ];
  for (const file of files) {
    const path = join(root, file);
    if (existsSync(path)) hash.update(`${file}\0`).update(readFileSync(path)).update("\0");
  }
  return hash.digest("hex");
}
