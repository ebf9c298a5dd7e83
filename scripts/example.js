// npm run example [-- name [arguments]]
// Runs a folder of examples/; without a name it lists them.
import { packagesBelow } from "./process/repository.js";
import { runMain, usageError } from "./process/say.js";
import { mainFile, runTypeScript } from "./process/tsx.js";
import { ensureBuilt } from "./setup/build.js";
import { ensureInstalled } from "./setup/install.js";

await runMain(async () => {
  const examples = packagesBelow("examples").filter(({ folder }) => mainFile(folder) !== undefined);
  const nameOf = (/** @type {{ path: string }} */ { path }) => path.slice("examples/".length);
  const list = examples
    .map((one) => `  ${nameOf(one).padEnd(20)} ${one.manifest.description ?? ""}`.trimEnd())
    .join("\n");
  const [name, ...args] = process.argv.slice(2);
  if (name === undefined) {
    const heading = "npm run example -- <name> [arguments]";
    process.stdout.write(`${heading}\n\n${list || "  there are no examples yet"}\n`);
    return 0;
  }
  if (name.startsWith("-")) throw usageError(`the name of an example comes first, not "${name}"\n${list}`);
  const example = examples.find((one) => nameOf(one) === name);
  if (example === undefined) throw usageError(`there is no example "${name}". There are:\n${list}`);
  await ensureInstalled();
  await ensureBuilt();
  return runTypeScript(example.folder, "main.ts", args);
});
