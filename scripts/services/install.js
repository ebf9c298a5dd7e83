import { canInstallDebianPackages, installDebianPackages } from "./debian.js";
import { findChromium, findOnPath, findPostgres } from "./find.js";
import { ensureMoto } from "./moto.js";

/**
 * What tests need beside Node: servers, a browser, and git, which the tests of the gates run.
 * @typedef {"redis" | "postgres" | "s3" | "chromium" | "git"} ServiceName
 */

/** @type {readonly ServiceName[]} */
export const serviceNames = ["redis", "postgres", "s3", "chromium", "git"];

/**
 * What is installed. `paths`: the Redis server, the folder of the PostgreSQL binaries, moto's S3 server,
 * Chromium and git. `missing`: why something is not there, and how to get it.
 * @typedef {object} Installed
 * @property {Partial<Record<ServiceName, string>>} paths
 * @property {{ name: ServiceName, problem: string }[]} missing
 */

/** @type {readonly { name: ServiceName, debianPackage: string, find: () => string | undefined }[]} */
const fromDebian = [
  { name: "redis", debianPackage: "redis-server", find: () => findOnPath("redis-server") },
  { name: "postgres", debianPackage: "postgresql", find: findPostgres },
  { name: "chromium", debianPackage: "chromium", find: findChromium },
  { name: "git", debianPackage: "git", find: () => findOnPath("git") },
];

/**
 * Finds the programs of the named services and installs those that are missing, where this process can.
 * @param {readonly ServiceName[]} wanted
 * @returns {Promise<Installed>}
 */
export async function installServices(wanted) {
  const services = fromDebian.filter(({ name }) => wanted.includes(name));
  const absent = services.filter(({ find }) => find() === undefined);
  const able = canInstallDebianPackages();
  const failure =
    absent.length > 0 && able
      ? await installDebianPackages(absent.map(({ debianPackage }) => debianPackage))
      : undefined;

  /** @type {Installed} */
  const installed = { paths: {}, missing: [] };
  for (const { name, debianPackage, find } of services) {
    const path = find();
    if (path !== undefined) installed.paths[name] = path;
    else {
      const problem = able ? (failure ?? `${debianPackage} has no program`) : "not installed";
      installed.missing.push({ name, problem: `${problem}; apt-get install ${debianPackage}` });
    }
  }
  if (wanted.includes("s3")) {
    const moto = await ensureMoto();
    if ("path" in moto) installed.paths.s3 = moto.path;
    else installed.missing.push({ name: "s3", problem: `${moto.problem}; install python3 and python3-venv` });
  }
  return installed;
}
