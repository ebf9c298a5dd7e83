// npm run check [-- gate …]
// Runs all gates, or the named ones. Every gate is run, whatever the others say.
import { runMain, ScriptError, say, usageError } from "./process/say.js";
import { ensureBuilt } from "./setup/build.js";
import { ensureInstalled } from "./setup/install.js";

// In the order in which they are run: `types` writes the declarations that later gates read.
const names = [
  ...["lockfile", "addresses", "sizes", "architecture", "lint", "cycles", "layering", "types", "exports"],
  ...["examples", "packages", "browser", "budgets", "reference", "matrix"],
];

await runMain(async () => {
  const wanted = process.argv.slice(2);
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw usageError(`there is no gate "${unknown}". There are: ${names.join(", ")}`);
  await ensureInstalled();
  /** @type {string[]} */
  const failed = [];
  await ensureBuilt().catch((error) => {
    if (!(error instanceof ScriptError)) throw error;
    process.stdout.write(`FAIL  build\n${error.message}\n`);
    failed.push("build");
  });

  for (const name of wanted.length > 0 ? wanted : names) {
    if (!(await check(name, wanted.length > 0))) failed.push(name);
  }
  if (failed.length === 0) return 0;
  say(`failed: ${failed.join(", ")}`);
  return 1;
});

/** @returns {Promise<boolean>} */
async function check(/** @type {string} */ name, /** @type {boolean} */ alone) {
  const started = Date.now();
  /** @type {import("./gates/gate.js").Gate} */
  const gate = (await import(`./gates/${name}.js`)).gate;
  const { problems, notes = [] } = await gate
    .run()
    .catch((error) => ({ problems: [String(error instanceof Error ? error.stack : error)], notes: [] }));
  const seconds = `${((Date.now() - started) / 1000).toFixed(1)} s`;
  if (alone) for (const note of notes) process.stdout.write(`      ${note}\n`);
  if (problems.length === 0) {
    process.stdout.write(`ok    ${name} (${seconds})\n`);
    return true;
  }
  const shown = problems.slice(0, 30).map((problem) => `      ${problem.replaceAll("\n", "\n      ")}\n`);
  const more = problems.length > shown.length ? `      … and ${problems.length - shown.length} more\n` : "";
  process.stdout.write(`FAIL  ${name} (${seconds}): ${gate.remedy}\n${shown.join("")}${more}`);
  return false;
}
