// npm run bench [-- name [arguments]]
// Runs benchmarks/<name>/main.ts against the built packages, with the test services up and the Python peers of
// its `peers` folder installed; without a name it lists the benchmarks.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "./process/command.js";
import { root } from "./process/repository.js";
import { runMain, usageError } from "./process/say.js";
import { mainFile } from "./process/tsx.js";
import { installPeers } from "./services/peers.js";
import { withServices } from "./services/with-services.js";
import { ensureBuilt } from "./setup/build.js";
import { ensureInstalled } from "./setup/install.js";

await runMain(async () => {
  const parent = join(root, "benchmarks");
  const names = (existsSync(parent) ? readdirSync(parent) : []).filter(
    (name) => mainFile(join(parent, name)) !== undefined,
  );
  const list = names.map((name) => `  ${name}`).join("\n") || "  there are no benchmarks yet";
  const [name, ...args] = process.argv.slice(2);
  if (name === undefined) {
    process.stdout.write(`npm run bench -- <name> [arguments]\n\n${list}\n`);
    return 0;
  }
  if (!names.includes(name)) throw usageError(`there is no benchmark "${name}". There are:\n${list}`);
  await ensureInstalled();
  await ensureBuilt();
  const peers = await installPeers(join(parent, name));
  return withServices(
    async (environment) => {
      const loader = join(root, "node_modules/tsx/dist/loader.mjs");
      const run = await runCommand(
        process.execPath,
        ["--expose-gc", "--import", loader, join(parent, name, "main.ts"), ...args],
        { cwd: join(parent, name), env: { ...process.env, ...peers, ...environment } },
      );
      return run.code;
    },
    ["redis", "postgres", "s3"],
  );
});
