import { accessSync, constants, existsSync, readdirSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** @returns {string | undefined} the path of the first of `names` that `PATH` has. */
export function findOnPath(/** @type {string[]} */ ...names) {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  for (const name of names) {
    const path = folders.map((folder) => join(folder, name)).find(isExecutable);
    if (path !== undefined) return path;
  }
  return undefined;
}

/** @returns {string | undefined} the folder of the newest PostgreSQL server: Debian keeps it off `PATH`. */
export function findPostgres() {
  const parent = "/usr/lib/postgresql";
  const versions = existsSync(parent) ? readdirSync(parent).sort((a, b) => Number(b) - Number(a)) : [];
  return versions
    .map((version) => join(parent, version, "bin"))
    .find((folder) => ["initdb", "postgres"].every((name) => isExecutable(join(folder, name))));
}

/** @returns {string | undefined} the path of a Chromium or Chrome. */
export function findChromium() {
  return findOnPath("chromium", "chromium-browser", "google-chrome");
}

function isExecutable(/** @type {string} */ path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
