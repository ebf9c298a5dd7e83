// npm test [-- filters and flags of vitest]
// Installs what is missing, brings the test services up, runs every test and takes the services down.
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "./process/command.js";
import { cache, root } from "./process/repository.js";
import { runMain, say } from "./process/say.js";
import { withServices } from "./services/with-services.js";
import { ensureInstalled } from "./setup/install.js";

await runMain(async () => {
  await ensureInstalled();
  const args = process.argv.slice(2);
  const summary = join(cache, `test-summary-${process.pid}.txt`);
  await mkdir(cache, { recursive: true });
  const code = await withServices(async (environment) => {
    say(`vitest ${args.join(" ")}`.trim());
    const run = await runCommand(
      process.execPath,
      [join(root, "node_modules/vitest/vitest.mjs"), "run", ...args],
      { env: { ...process.env, ...environment, MILLWRIGHT_TEST_SUMMARY: summary } },
    );
    return run.code;
  });
  if (existsSync(summary)) process.stdout.write(readFileSync(summary, "utf8"));
  await rm(summary, { force: true });
  return code;
});
