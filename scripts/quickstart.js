// npm run quickstart: installs, builds what is needed, and runs the whole loop on embedded storage.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "./process/repository.js";
import { runMain, ScriptError, say } from "./process/say.js";
import { runTypeScript } from "./process/tsx.js";
import { ensureBuilt } from "./setup/build.js";
import { ensureInstalled } from "./setup/install.js";

await runMain(async () => {
  const folder = join(root, "examples/quickstart");
  if (!existsSync(join(folder, "main.ts"))) throw new ScriptError("examples/quickstart/main.ts is missing");
  await ensureInstalled();
  await ensureBuilt();
  say("quick start (examples/quickstart/main.ts)");
  return runTypeScript(folder, "main.ts", process.argv.slice(2));
});
