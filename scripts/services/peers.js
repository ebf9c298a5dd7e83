import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { ScriptError, warn } from "../process/say.js";
import { ensurePythonEnvironment } from "./python.js";

/**
 * Installs the Python programs that a benchmark runs beside ours: one environment for each `peers/<name>.txt` of its
 * folder, which pins every package. Gives the variables that tell where they are, such as `MILLWRIGHT_PEER_MLFLOW`: the
 * path of that environment's Python. A peer that cannot be had is left out with one loud line; with `CI=true`
 * that is a failure.
 * @param {string} folder of the benchmark
 * @returns {Promise<Record<string, string>>}
 */
export async function installPeers(folder) {
  const peers = join(folder, "peers");
  const locks = existsSync(peers) ? readdirSync(peers).filter((file) => file.endsWith(".txt")) : [];
  /** @type {Record<string, string>} */
  const environment = {};
  for (const lock of locks.sort()) {
    const name = basename(lock, ".txt");
    const path = join(peers, lock);
    const text = readFileSync(path, "utf8");
    const digest = createHash("sha256").update(text).digest("hex").slice(0, 12);
    const version = text.match(new RegExp(`^${name}==(.*)$`, "m"))?.[1] ?? "";
    const installed = await ensurePythonEnvironment({
      name: `peer-${name}-${digest}`,
      what: `${name} ${version} (a peer)`,
      requirements: ["-r", path],
    });
    if ("bin" in installed)
      environment[`MILLWRIGHT_PEER_${name.toUpperCase()}`] = join(installed.bin, "python");
    else {
      const problem = `the peer ${name} is missing: ${installed.problem}`;
      if (process.env.CI === "true") throw new ScriptError(problem);
      warn(`${problem} | its rows are left out`);
    }
  }
  return environment;
}
