import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../process/repository.js";
import { committableFiles } from "./source/files.js";

const names = /(^|\/)(pnpm-lock\.yaml|package-lock\.json|npm-shrinkwrap\.json|yarn\.lock)$/;

/** @type {import("./gate.js").Gate} */
export const gate = {
  name: "lockfile",
  remedy: "the lockfile names packages and digests only: make it again with `npm run lock`",
  run: async () => {
    const files = committableFiles(root, names);
    if (!files.includes("pnpm-lock.yaml")) return { problems: ["pnpm-lock.yaml is missing"] };
    return {
      problems: files.flatMap((path) =>
        path === "pnpm-lock.yaml"
          ? addressesIn(path, readFileSync(join(root, path), "utf8"))
          : [`${path}: pnpm-lock.yaml is the only lockfile`],
      ),
    };
  },
};

/** @returns {string[]} */
export function addressesIn(/** @type {string} */ path, /** @type {string} */ text) {
  return text
    .split("\n")
    .flatMap((line, index) =>
      /\b[a-z][a-z+]*:\/\/|\btarball:/.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [],
    );
}
