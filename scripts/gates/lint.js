import { join } from "node:path";
import { runCommand } from "../process/command.js";
import { root } from "../process/repository.js";
import { typeProblems } from "./types.js";

/** @type {import("./gate.js").Gate} */
export const gate = {
  name: "lint",
  remedy: "`npm run format` corrects most of it",
  run: async () => {
    // Biome follows a call into another package through its declarations. What is wrong with the types, the
    // gate `types` says.
    await typeProblems(root);
    return { problems: await lint(root) };
  },
};

/** Lints and checks the format of a folder by the `biome.json` in it. @returns {Promise<string[]>} */
export async function lint(/** @type {string} */ folder) {
  const biome = join(root, "node_modules/@biomejs/biome/bin/biome");
  const args = [biome, "ci", "--colors=off", "--reporter=concise", "."];
  const { code, output } = await runCommand(process.execPath, args, { cwd: folder, capture: true });
  return code === 0 ? [] : output.split("\n").filter((line) => line.trim() !== "");
}
