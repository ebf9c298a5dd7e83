import { join } from "node:path";
import { runCommand } from "../process/command.js";
import { root } from "../process/repository.js";

/** @type {import("./gate.js").Gate} */
export const gate = {
  name: "types",
  remedy: "correct the types; `npx tsc -b` shows the same",
  run: async () => ({ problems: await typeProblems(root) }),
};

/** Builds the projects of a folder's tsconfig.json. @returns {Promise<string[]>} */
export async function typeProblems(/** @type {string} */ folder) {
  const args = [join(root, "node_modules/typescript/bin/tsc"), "-b", folder, "--pretty", "false"];
  const { code, output } = await runCommand(process.execPath, args, { cwd: folder, capture: true });
  return code === 0 ? [] : output.split("\n").filter((line) => line.trim() !== "");
}
