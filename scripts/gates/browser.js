import { readFileSync } from "node:fs";
import { join } from "node:path";
import { entryPoints, publishedPackages, root } from "../process/repository.js";
import { bundle, peersOf } from "./source/bundle.js";

/**
 * @typedef {object} Budgets
 * @property {string[]} nodeOnly entry points that browsers cannot use
 * @property {{ from: string, import: string, kilobytes: number }[]} budgets
 */

/** @returns {Budgets} */
export function readBudgets() {
  return JSON.parse(readFileSync(join(root, "scripts/gates/budgets.json"), "utf8"));
}

/** @type {import("./gate.js").Gate} */
export const gate = {
  name: "browser",
  remedy: "reach the host through core/src/host, or put Node-only code behind a subpath of its own",
  run: async () => {
    const { nodeOnly } = readBudgets();
    const packages = publishedPackages();
    const external = peersOf(packages.map(({ manifest }) => manifest));
    const specifiers = packages.flatMap(entryPoints).map(({ specifier }) => specifier);
    const problems = nodeOnly
      .filter((specifier) => !specifiers.includes(specifier))
      .map((specifier) => `budgets.json: "${specifier}" is no entry point`);
    for (const specifier of specifiers.filter((one) => !nodeOnly.includes(one))) {
      const result = await bundle(`export * from "${specifier}";`, { folder: root, external });
      problems.push(...result.problems.map((problem) => `${specifier}: ${problem}`));
    }
    return { problems };
  },
};
