import { existsSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../process/command.js";
import { cache } from "../process/repository.js";
import { say } from "../process/say.js";
import { canInstallDebianPackages, installDebianPackages } from "./debian.js";
import { findOnPath } from "./find.js";

/**
 * Packages from PyPI, in a virtual environment of their own below `.cache/`, where they stay.
 * @param {object} environment
 * @param {string} environment.name of its folder: other requirements need another
 * @param {string} environment.what what is installed, for people
 * @param {readonly string[]} environment.requirements arguments of `pip install`
 * @returns {Promise<{ bin: string } | { problem: string }>} the folder of its programs
 */
export async function ensurePythonEnvironment({ name, what, requirements }) {
  const folder = join(cache, name);
  const bin = join(folder, "bin");
  // Written last. It holds the path, since an environment that is moved no longer works.
  const complete = join(folder, "installed-at");
  if (existsSync(complete) && readFileSync(complete, "utf8") === folder) return { bin };

  say(`install ${what} from PyPI into .cache/`);
  await mkdir(cache, { recursive: true });
  await rm(folder, { recursive: true, force: true });
  const problem = (await createEnvironment(folder)) ?? (await install(folder, requirements));
  if (problem !== undefined) {
    await rm(folder, { recursive: true, force: true });
    return { problem };
  }
  await writeFile(complete, folder);
  return { bin };
}

/** @returns {Promise<string | undefined>} */
async function createEnvironment(/** @type {string} */ folder) {
  const create = async () => {
    const python = findOnPath("python3");
    if (python === undefined) return { code: 1, output: "python3 is not installed" };
    return runCommand(python, ["-m", "venv", folder], { capture: true });
  };
  let result = await create();
  // Debian's python3 comes without venv.
  if (result.code !== 0 && canInstallDebianPackages()) {
    const problem = await installDebianPackages(["python3", "python3-venv"]);
    if (problem !== undefined) return problem;
    await rm(folder, { recursive: true, force: true });
    result = await create();
  }
  return result.code === 0 ? undefined : `python3 -m venv failed: ${result.output.trim().slice(-1000)}`;
}

/** @returns {Promise<string | undefined>} */
async function install(/** @type {string} */ folder, /** @type {readonly string[]} */ requirements) {
  const pip = join(folder, "bin", "pip");
  const args = ["install", "--quiet", "--disable-pip-version-check", "--no-compile", ...requirements];
  const { code, output } = await runCommand(pip, args, { capture: true });
  return code === 0 ? undefined : `pip ${args.join(" ")} failed: ${output.trim().slice(-1000)}`;
}
