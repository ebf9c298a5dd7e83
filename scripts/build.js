// npm run build: the JavaScript and the declarations of all packages.
import { runCommand } from "./process/command.js";
import { runMain, say } from "./process/say.js";
import { ensureBuilt } from "./setup/build.js";
import { ensureInstalled } from "./setup/install.js";

await runMain(async () => {
  await ensureInstalled();
  await ensureBuilt();
  say("declarations (tsc -b)");
  return (await runCommand(process.execPath, ["node_modules/typescript/bin/tsc", "-b"])).code;
});
