import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../process/repository.js";

const page = "docs/architecture.md";

/** @type {import("./gate.js").Gate} */
export const gate = {
  name: "architecture",
  remedy: `correct the path in ${page}, or the place of the file`,
  run: async () => {
    if (!existsSync(join(root, page))) return { problems: [`${page} is missing`] };
    const paths = pathsIn(readFileSync(join(root, page), "utf8"), readdirSync(root));
    const missing = paths.filter((path) => !existsSync(join(root, path)));
    const few =
      paths.length < 12 ? [`${page} names only ${paths.length} paths: its table has twelve rows`] : [];
    return { problems: [...missing.map((path) => `${page} names ${path}, which does not exist`), ...few] };
  },
};

/**
 * The paths that a page names: code spans and link targets that start with an entry of the repository. A
 * place holder (`<name>`, `*`) stands for no path.
 * @param {string} markdown
 * @param {readonly string[]} entries of the repository's folder
 * @returns {string[]}
 */
export function pathsIn(markdown, entries) {
  const spans = [...markdown.matchAll(/`([^`\s]+)`/g)].map((match) => match[1] ?? "");
  const links = [...markdown.matchAll(/\]\(\.\.\/([^)#\s]+)[^)]*\)/g)].map((match) => match[1] ?? "");
  const isPath = (/** @type {string} */ text) => {
    const [first = "", second] = text.split("/");
    return (
      second !== undefined && (entries.includes(first) || knownFolders.has(first)) && !/[<>*…{}]/.test(text)
    );
  };
  return [...new Set([...spans.filter(isPath), ...links])];
}

const knownFolders = new Set(["packages", "examples", "benchmarks", "interop", "docs", "scripts", ".ci"]);
