import { join } from "node:path";
import { runCommand } from "../process/command.js";
import { root } from "../process/repository.js";

/** @type {import("./gate.js").Gate} */
export const gate = {
  name: "exports",
  remedy: "remove the export, file or dependency that nothing uses (rules: knip.json)",
  run: async () => ({ problems: await unusedIn(root) }),
};

/** What nothing uses, by the `knip.json` of a folder. @returns {Promise<string[]>} */
export async function unusedIn(/** @type {string} */ folder) {
  const args = [join(root, "node_modules/knip/bin/knip.js"), "--no-progress", "--reporter", "compact"];
  const { code, output } = await runCommand(process.execPath, args, { cwd: folder, capture: true });
  return code === 0 ? [] : output.split("\n").filter((line) => line.trim() !== "");
}
