import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { runCommand } from "../process/command.js";
import { publishedPackages, readManifest, root } from "../process/repository.js";

/** @type {import("./gate.js").Gate} */
export const gate = {
  name: "packages",
  remedy: "correct the package.json; publint and attw explain each message on their sites",
  run: async () => {
    const problems = [];
    for (const { folder } of publishedPackages()) problems.push(...(await packageProblems(folder)));
    return { problems };
  },
};

/**
 * Packs a package as `npm publish` does and asks publint (strict) and "are the types wrong" (ESM only).
 * @returns {Promise<string[]>}
 */
export async function packageProblems(/** @type {string} */ folder) {
  const manifest = readManifest(folder);
  const output = await mkdtemp(join(tmpdir(), "millwright-pack-"));
  try {
    const packed = await runCommand("npm", ["pack", "--ignore-scripts", "--pack-destination", output], {
      cwd: folder,
      capture: true,
    });
    const [tarball] = (await readdir(output)).filter((name) => name.endsWith(".tgz"));
    if (packed.code !== 0 || tarball === undefined) return [`${manifest.name}: npm pack: ${packed.output}`];
    const strays = packed.output
      .split("\n")
      .filter((line) => /\.test\.|\.testing\.|test-support|testdata|tsbuildinfo|\.env/.test(line));

    const content = await readFile(join(output, tarball));
    const { messages } = await publint({
      strict: true,
      pack: { tarball: new Uint8Array(content).buffer },
    });
    const attw = await runCommand(
      process.execPath,
      [
        join(root, "node_modules/@arethetypeswrong/cli/dist/index.js"),
        ...[join(output, tarball), "--profile", "esm-only", "--format", "ascii", "--no-emoji", "--no-color"],
      ],
      { capture: true },
    );
    return [
      ...strays.map((line) => `${manifest.name}: must not be packed: ${line.trim()}`),
      ...messages.map((message) => `${manifest.name}: publint: ${formatMessage(message, manifest)}`),
      ...(attw.code === 0 ? [] : [`${manifest.name}: attw: ${attw.output.trim()}`]),
    ];
  } finally {
    await rm(output, { recursive: true, force: true });
  }
}
