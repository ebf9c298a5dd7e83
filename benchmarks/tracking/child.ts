import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What a child is given. */
export type ChildInput = Readonly<Record<string, unknown>>;

/** A program of this benchmark as a process of its own, run as this one is: against the built packages, with `gc`. */
export function startChild(module: URL, input: ChildInput): ChildProcess {
  return spawn(process.execPath, [...process.execArgv, fileURLToPath(module), JSON.stringify(input)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
}

/** Runs a program of this benchmark to its end, and gives what it printed: one line of JSON. */
export function runChild<Result>(module: URL, input: ChildInput): Promise<Result> {
  return printed(startChild(module, input), fileURLToPath(module));
}

/** Runs a Python program to its end, and gives what it printed: one line of JSON. */
export function runPython<Result>(python: string, program: URL, args: readonly string[]): Promise<Result> {
  const path = fileURLToPath(program);
  const child = spawn(python, [path, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  return printed(child, path);
}

/** In the child: what it was given. */
export function childInput<Input>(): Input {
  return JSON.parse(process.argv[2] ?? "{}") as Input;
}

/** In the child: prints its result. */
export function printResult(result: unknown): void {
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

async function printed<Result>(child: ChildProcess, name: string): Promise<Result> {
  const output: string[] = [];
  const errors: string[] = [];
  child.stdout!.on("data", (chunk: Buffer) => output.push(chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => errors.push(chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const line = output.join("").trim().split("\n").at(-1) ?? "";
  if (code !== 0) throw new Error(`${name} ended with ${code}: ${errors.join("").trim().slice(-2_000)}`);
  return JSON.parse(line) as Result;
}
