import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { basename, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** Starts the module with what `childArguments` gives it there. Its outputs are pipes. */
export type StartBundle = (input: Readonly<Record<string, unknown>>) => ChildProcess;

/** What cannot be bundled: native, or of its own loading. */
const external = ["lmdb", "ioredis", "pg", "aws4fetch", "apache-arrow", "fake-indexeddb"];

/**
 * Bundles a module with all that it imports of this repository, from source, and gives a function that starts it. It is up in a tenth of
 * the time that `startChild` takes, most of which goes into transpiling.
 */
export async function bundleChild(module: URL): Promise<StartBundle> {
  const source = fileURLToPath(module);
  const { outputFiles } = await build({
    entryPoints: [source],
    write: false,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    conditions: ["@millwright/source"],
    external,
    logLevel: "silent",
  });
  const { contents, hash } = outputFiles[0]!;
  // Below core, where what stays outside of the bundle is installed.
  const packages = source.slice(0, source.lastIndexOf(`${sep}tracking${sep}src${sep}`));
  const folder = join(packages, "core", "node_modules", ".cache", "millwright");
  // Named by its content, so that runs share it and none has to remove it.
  const file = join(folder, `${basename(source, ".ts")}-${hash.replaceAll(/[^A-Za-z0-9]/g, "_")}.mjs`);
  const temporary = `${file}.${crypto.randomUUID()}`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(temporary, contents);
  renameSync(temporary, file);
  return (input) =>
    spawn(process.execPath, [file, JSON.stringify(input)], { stdio: ["ignore", "pipe", "pipe"] });
}
