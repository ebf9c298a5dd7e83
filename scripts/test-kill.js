// npm run test:kill -- [--kills N] [vitest filters]
// The kill tests alone, with N kills in all (default 200).
import { join } from "node:path";
import { runCommand } from "./process/command.js";
import { root } from "./process/repository.js";
import { runMain, say, usageError } from "./process/say.js";
import { withServices } from "./services/with-services.js";
import { ensureInstalled } from "./setup/install.js";

await runMain(async () => {
  const { kills, rest } = parseArguments(process.argv.slice(2));
  await ensureInstalled();
  return withServices(
    async (environment) => {
      say(`kill tests, ${kills} kills`);
      const run = await runCommand(
        process.execPath,
        [
          join(root, "node_modules/vitest/vitest.mjs"),
          ...["run", "--project", "kill", "--testTimeout", String(60_000 + kills * 5_000), ...rest],
        ],
        { env: { ...process.env, ...environment, MILLWRIGHT_TEST_KILLS: String(kills) } },
      );
      return run.code;
    },
    ["redis", "postgres"],
  );
});

/** @returns {{ kills: number, rest: string[] }} */
function parseArguments(/** @type {readonly string[]} */ given) {
  const usage = "usage: npm run test:kill -- [--kills N] [filters]";
  const rest = [...given];
  const flag = rest.findIndex((argument) => argument.startsWith("--"));
  if (flag === -1) return { kills: 200, rest };
  const [name, joined] = (rest[flag] ?? "").split("=");
  if (name !== "--kills") throw usageError(`unknown flag "${name}"\n${usage}`);
  const [value] =
    joined === undefined ? rest.splice(flag, 2).slice(1) : rest.splice(flag, 1).map(() => joined);
  const kills = Number(value);
  if (!Number.isSafeInteger(kills) || kills < 1) throw usageError(`--kills takes a whole number\n${usage}`);
  if (rest.some((argument) => argument.startsWith("--"))) throw usageError(usage);
  return { kills, rest };
}
