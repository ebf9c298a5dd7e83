import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../process/repository.js";
import { committableFiles } from "./source/files.js";

/** Files that may be longer, each with its reason. @type {Record<string, string>} */
const allowed = {};

const limits = { source: 350, test: 700 };

/** @type {import("./gate.js").Gate} */
export const gate = {
  name: "sizes",
  remedy: "split the file by subject, or add it to `allowed` in scripts/gates/sizes.js with a reason",
  run: async () => {
    const pattern = /^(packages|examples|benchmarks|scripts|interop)\/(?!.*\/testdata\/).*\.(ts|js)$/;
    const files = committableFiles(root, pattern).map((path) => ({
      path,
      lines: readFileSync(join(root, path), "utf8").split("\n").length - 1,
    }));
    return { problems: tooLong(files, allowed) };
  },
};

/**
 * @param {readonly { path: string, lines: number }[]} files
 * @param {Record<string, string>} exceptions
 * @returns {string[]}
 */
export function tooLong(files, exceptions) {
  const over = files.filter(({ path, lines }) => lines > limitOf(path));
  const stale = Object.keys(exceptions).filter((path) => !over.some((file) => file.path === path));
  return [
    ...over
      .filter(({ path }) => (exceptions[path] ?? "") === "")
      .map(({ path, lines }) => `${path} has ${lines} lines (limit ${limitOf(path)})`),
    ...stale.map((path) => `${path} needs no exception any more`),
  ];
}

function limitOf(/** @type {string} */ path) {
  return /\.test\.(ts|js)$/.test(path) ? limits.test : limits.source;
}
