import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { temporaryDirectory, write } from "./temporary-repository.js";

/** How a program ended, and what it wrote. */
export interface ProgramResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly lines: readonly string[];
  readonly errors: string;
}

/** Bundles a module of this folder into one file of JavaScript, for plain Node. */
export async function bundle(directory: string, module: string): Promise<string> {
  const source = fileURLToPath(new URL(`../${module}`, import.meta.url));
  const { outputFiles } = await build({
    entryPoints: [source],
    write: false,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    conditions: ["@millwright/source"],
    logLevel: "silent",
  });
  return write(directory, module.replace(/\.ts$/, ".mjs"), outputFiles[0]!.text);
}

/**
 * Runs a program in a process of its own. `signals` are sent one after the other, each when the program has written another line that says
 * `ready`.
 */
export async function runProgram(
  text: string,
  signals: readonly NodeJS.Signals[] = [],
  directory: string = temporaryDirectory(),
): Promise<ProgramResult> {
  const file = write(directory, `program-${crypto.randomUUID()}.mjs`, text);
  const child = spawn(process.execPath, [file], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let errors = "";
  let sent = 0;
  child.stdout.setEncoding("utf8").on("data", (piece: string) => {
    output += piece;
    const ready = output.match(/^ready$/gm)?.length ?? 0;
    for (; sent < Math.min(ready, signals.length); sent++) child.kill(signals[sent]);
  });
  child.stderr.setEncoding("utf8").on("data", (piece: string) => {
    errors += piece;
  });
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return { code, signal, lines: output.split("\n").slice(0, -1), errors };
}
