import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../process/command.js";
import { cache, root } from "../process/repository.js";

/** The lowest version that we support, and the newest of each later line with long-term support. */
const versions = ["20.19.0", "22", "24"];

/** @type {import("./gate.js").Gate} */
export const gate = {
  name: "matrix",
  remedy: "run it again with the version named: .cache/node-<version>/node_modules/.bin/node",
  run: async () => {
    const problems = [];
    const notes = [];
    for (const version of versions) {
      const { problem, note } = await unitTestsOn(version);
      if (problem !== undefined) problems.push(problem);
      notes.push(note);
    }
    return { problems, notes };
  },
};

/** @returns {Promise<{ problem?: string, note: string }>} */
async function unitTestsOn(/** @type {string} */ version) {
  const node = await ensureNode(version);
  if ("problem" in node) return { problem: `Node ${version}: ${node.problem}`, note: "" };
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const env = { ...process.env, MILLWRIGHT_TEST_SUMMARY: undefined, NO_COLOR: "1", FORCE_COLOR: undefined };
  const args = [vitest, "run", "--project", "unit", "--reporter", "dot", "packages/"];
  const { code, output } = await runCommand(node.path, args, { env, capture: true });
  const note = `Node ${node.actual}: ${/Tests\s+(.*)/.exec(output)?.[1] ?? "no tests"}`;
  return code === 0 ? { note } : { note, problem: `${note}\n${output.trim().slice(-4000)}` };
}

/**
 * Node from the npm package `node`, in `.cache/`.
 * @returns {Promise<{ path: string, actual: string } | { problem: string }>}
 */
async function ensureNode(/** @type {string} */ version) {
  const folder = join(cache, `node-${version}`);
  const path = join(folder, "node_modules/node/bin/node");
  if (!existsSync(path)) {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "package.json"), '{ "private": true }\n');
    const args = [
      "install",
      "--no-audit",
      "--no-fund",
      "--no-save",
      "--foreground-scripts",
      `node@${version}`,
    ];
    const install = await runCommand("npm", args, { cwd: folder, capture: true });
    if (install.code !== 0) return { problem: `npm install node@${version} failed: ${install.output}` };
  }
  const shown = await runCommand(path, ["--version"], { capture: true }).catch((error) => ({
    code: 1,
    output: String(error),
  }));
  const actual = shown.output.trim().replace(/^v/, "");
  if (shown.code !== 0 || !(actual === version || actual.startsWith(`${version}.`))) {
    return { problem: `${path} is not Node ${version}: ${shown.output}` };
  }
  return { path, actual };
}
