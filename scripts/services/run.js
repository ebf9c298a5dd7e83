#!/usr/bin/env node
// node scripts/services/run.js [--only redis,postgres,s3,chromium] -- command args
// Runs any command with the test services up.
import { pathToFileURL } from "node:url";
import { runCommand } from "../process/command.js";
import { runMain, usageError } from "../process/say.js";
import { serviceNames } from "./install.js";
import { withServices } from "./with-services.js";

const usage = `usage: node scripts/services/run.js [--only ${serviceNames.join(",")}] -- command [arguments]`;

/** @returns {{ wanted: import("./install.js").ServiceName[], command: string, args: string[] }} */
export function parseArguments(/** @type {readonly string[]} */ given) {
  const separator = given.indexOf("--");
  const flags = separator === -1 ? [] : given.slice(0, separator);
  const [command, ...args] = separator === -1 ? given : given.slice(separator + 1);
  if (command === undefined || command.startsWith("--")) throw usageError(usage);
  if (flags.length === 0) return { wanted: [...serviceNames], command, args };
  if (flags.length !== 2 || flags[0] !== "--only") throw usageError(usage);
  const names = (flags[1] ?? "").split(",");
  const wanted = serviceNames.filter((name) => names.includes(name));
  if (wanted.length !== names.length) throw usageError(`unknown service in "${flags[1]}"\n${usage}`);
  return { wanted, command, args };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await runMain(async () => {
    const { wanted, command, args } = parseArguments(process.argv.slice(2));
    const run = (/** @type {Record<string, string>} */ environment) =>
      runCommand(command, args, { env: { ...process.env, ...environment } });
    return (await withServices(run, wanted)).code;
  });
}
