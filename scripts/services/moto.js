import { existsSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../process/command.js";
import { cache } from "../process/repository.js";
import { say } from "../process/say.js";
import { canInstallDebianPackages, installDebianPackages } from "./debian.js";
import { findOnPath } from "./find.js";

const version = "5.2.5";

// What the extra "server" brings for S3 alone: the whole of it is three times as large and four times as slow.
const requirements = [`moto[s3]==${version}`, "flask", "flask-cors"];

/**
 * The S3 server of moto, in a virtual environment of its own below `.cache/`.
 * @returns {Promise<{ path: string } | { problem: string }>}
 */
export async function ensureMoto() {
  const folder = join(cache, `moto-${version}`);
  const path = join(folder, "bin", "moto_server");
  // Written last. It holds the path, since an environment that is moved no longer works.
  const complete = join(folder, "installed-at");
  if (existsSync(complete) && readFileSync(complete, "utf8") === folder) return { path };

  say(`install moto ${version} (S3 server) from PyPI into .cache/`);
  await mkdir(cache, { recursive: true });
  await rm(folder, { recursive: true, force: true });
  const problem = (await createEnvironment(folder)) ?? (await installMoto(folder));
  if (problem !== undefined) {
    await rm(folder, { recursive: true, force: true });
    return { problem };
  }
  await writeFile(complete, folder);
  return { path };
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
async function installMoto(/** @type {string} */ folder) {
  const pip = join(folder, "bin", "pip");
  const args = ["install", "--quiet", "--disable-pip-version-check", "--no-compile", ...requirements];
  const { code, output } = await runCommand(pip, args, { capture: true });
  return code === 0 ? undefined : `pip ${args.join(" ")} failed: ${output.trim().slice(-1000)}`;
}
