import { entryPoints, publishedPackages, root } from "../process/repository.js";
import { readBudgets } from "./browser.js";
import { bundle, peersOf } from "./source/bundle.js";

/** @type {import("./gate.js").Gate} */
export const gate = {
  name: "budgets",
  remedy: "find what the import drags in, or change scripts/gates/budgets.json with a reason in the commit",
  run: async () => {
    const { budgets, nodeOnly } = readBudgets();
    const packages = publishedPackages();
    const external = peersOf(packages.map(({ manifest }) => manifest));
    const problems = packages
      .flatMap(entryPoints)
      .map(({ specifier }) => specifier)
      .filter((specifier) => !budgets.some((budget) => budget.from === specifier && budget.import === "*"))
      .map((specifier) => `budgets.json has no row for all of "${specifier}"`);
    const notes = [];
    for (const budget of budgets) {
      const node = nodeOnly.includes(budget.from);
      const { message, ok } = await checkBudget(budget, { folder: root, external, node });
      notes.push(message);
      if (!ok) problems.push(message);
    }
    return { problems, notes };
  },
};

/**
 * @param {{ from: string, import: string, kilobytes: number }} budget `import`: names with commas, or `*`
 * @param {Parameters<typeof bundle>[1]} options
 * @returns {Promise<{ ok: boolean, message: string }>}
 */
export async function checkBudget(budget, options) {
  const what = budget.import === "*" ? "*" : `{ ${budget.import} }`;
  const { problems, bytes } = await bundle(`export ${what} from "${budget.from}";`, {
    ...options,
    startOnly: true,
  });
  const name = `${what} from "${budget.from}"`;
  if (problems.length > 0) return { ok: false, message: `${name}: ${problems[0]}` };
  const measured = bytes / 1024;
  const ok = measured <= budget.kilobytes;
  return {
    ok,
    message: `${name}: ${measured.toFixed(1)} KB of ${budget.kilobytes} KB${ok ? "" : ", too large"}`,
  };
}
