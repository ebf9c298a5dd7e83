// npm run conformance
// Runs the published suites on every driver and writes docs/conformance.md.
import { join } from "node:path";
import { runCommand } from "./process/command.js";
import { root } from "./process/repository.js";
import { runMain, say } from "./process/say.js";
import { withServices } from "./services/with-services.js";
import { ensureInstalled } from "./setup/install.js";

await runMain(async () => {
  await ensureInstalled();
  return withServices(async (environment) => {
    say("conformance of seven drivers");
    const program = join(root, "packages/core/src/testing/test-support/report/main.ts");
    const args = [
      "--conditions=@millwright/source",
      "--import",
      "tsx",
      program,
      join(root, "docs/conformance.md"),
    ];
    const run = await runCommand(process.execPath, args, {
      cwd: root,
      env: { ...process.env, ...environment },
    });
    return run.code;
  });
});
