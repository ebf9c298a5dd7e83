import { execFileSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";

/**
 * The files that are, or would be, committed: tracked ones and new ones that git does not ignore.
 * @param {string} root
 * @param {RegExp} [pattern] on the path, which has `/`
 * @returns {string[]} sorted
 */
export function committableFiles(root, pattern = /./) {
  const output = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  return [...new Set(output.split("\0"))]
    .filter((path) => path !== "" && pattern.test(path))
    .filter((path) => existsSync(join(root, path)) && statSync(join(root, path)).isFile())
    .sort();
}

/** Source files of packages, without what only tests use, and without declarations. */
export const packageSource =
  /^packages\/[^/]+\/src\/(?!.*\.(?:test|testing|d)\.ts$)(?!.*\/(?:testdata|test-support)\/).*\.ts$/;
