import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../process/repository.js";
import { committableFiles } from "./source/files.js";

// Written so that this file does not match itself.
/** @type {readonly { what: string, pattern: RegExp }[]} */
const patterns = [
  {
    what: "path of one machine",
    pattern: /(?<![\w.)}\]~-])\/(?:work|root)\/\w|\/home\/[a-z]\w*\/|\/Users\/\w+\//,
  },
  { what: "path of one machine", pattern: /\b[A-Z]:\\{1,2}Users\\{1,2}\w/ },
  {
    what: "address of a package host",
    pattern:
      /registry\.(?:npmjs|yarnpkg)\.|\bnpmmirror\.|\bpypi\.org|pythonhosted\.|(?:deb|security)\.debian\.|proxy\.golang\.|(?:static|index)\.crates\.io|repo1?\.maven|\bunpkg\.com|cdn\.jsdelivr/,
  },
];

/** Files that must hold such a text, each with its reason. @type {Record<string, string>} */
const allowed = {};

/** @type {import("./gate.js").Gate} */
export const gate = {
  name: "addresses",
  remedy: "commit no path of one machine and no address of a package host",
  run: async () => ({
    problems: committableFiles(root, /^(?!pnpm-lock\.yaml$)/)
      .filter((path) => allowed[path] === undefined)
      .flatMap((path) => addressesIn(path, readFileSync(join(root, path)))),
  }),
};

/** @returns {string[]} */
export function addressesIn(/** @type {string} */ path, /** @type {Uint8Array} */ content) {
  // Binary files are data.
  if (content.subarray(0, 8000).includes(0)) return [];
  return new TextDecoder()
    .decode(content)
    .split("\n")
    .flatMap((line, index) =>
      patterns.flatMap(({ what, pattern }) => {
        const found = pattern.exec(line);
        return found === null ? [] : [`${path}:${index + 1}: ${what}: ${found[0]}`];
      }),
    );
}
