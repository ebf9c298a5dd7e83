import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, renameSync, writeFileSync, writeSync } from "node:fs";
import { basename, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Starts a TypeScript module of this repository as a process of its own, from source. Its outputs are pipes; `input`, the
 * arguments, is what `childArguments` gives it.
 */
export function startChild(module: URL, input: Readonly<Record<string, unknown>>): ChildProcess {
  const flags = ["--conditions=@millwright/source", "--import", import.meta.resolve("tsx")];
  return spawn(process.execPath, [...flags, fileURLToPath(module), JSON.stringify(input)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/**
 * Bundles a module and what it imports from this repository into one file of JavaScript, once, and gives a function that
 * starts it as `startChild` does, in a tenth of the time: for tests that start hundreds.
 */
export async function prepareChild(
  module: URL,
): Promise<(input: Readonly<Record<string, unknown>>) => ChildProcess> {
  const { build } = await import("esbuild");
  const source = fileURLToPath(module);
  const { outputFiles } = await build({
    entryPoints: [source],
    write: false,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    logLevel: "silent",
  });
  const { contents, hash } = outputFiles[0]!;
  // Below the package, so that what stays outside of the bundle is found where the package finds it.
  const packageRoot = source.slice(0, source.lastIndexOf(`${sep}src${sep}`));
  const folder = join(packageRoot, "node_modules", ".cache", "millwright");
  // Named by its content, so that runs share it and none has to remove it.
  const file = join(folder, `${basename(source, ".ts")}-${hash.replaceAll(/[^A-Za-z0-9]/g, "_")}.mjs`);
  const temporary = `${file}.${crypto.randomUUID()}`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(temporary, contents);
  renameSync(temporary, file);
  return (input) =>
    spawn(process.execPath, [file, JSON.stringify(input)], {
      stdio: ["ignore", "pipe", "pipe"],
    });
}

/** In the child: what `startChild` was given. */
export function childArguments<Input>(): Input {
  return JSON.parse(process.argv[2] ?? "{}") as Input;
}

/** In the child: says that its modules are loaded and the work begins, opening included. */
export function ready(): void {
  acknowledge("ready");
}

/**
 * In the child: says that a call has returned. Written by the calling thread, so that whatever is killed later has said
 * it before.
 */
export function acknowledge(line: string): void {
  const bytes = Buffer.from(`${line}\n`);
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(1, bytes, written);
    } catch (error) {
      // The pipe is full: whoever reads it is slower.
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    }
  }
}
