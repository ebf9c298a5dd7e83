import { hostModule } from "@millwright/core";

/** What capture uses of Node's `process`; Deno and Bun have it too, with some members absent. */
export interface HostProcess {
  readonly pid: number;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  readonly arch: string;
  readonly versions: Readonly<Record<string, string | undefined>>;
  readonly exitCode?: number | string | null | undefined;
  cwd(): string;
  kill(pid: number, signal: string | 0): boolean;
  cpuUsage(): { readonly user: number; readonly system: number };
  memoryUsage(): { readonly rss: number; readonly heapUsed: number; readonly heapTotal: number };
  constrainedMemory?(): number | undefined;
}

/** What capture uses of `node:os`. */
export interface HostSystem {
  hostname(): string;
  type(): string;
  release(): string;
  totalmem(): number;
  freemem(): number;
  cpus(): readonly {
    readonly model: string;
    readonly times: Readonly<Record<"user" | "nice" | "sys" | "idle" | "irq", number>>;
  }[];
}

/** What capture uses of `node:fs`. */
export interface HostFiles {
  readonly promises: {
    readFile(path: string): Promise<Uint8Array>;
    realpath(path: string): Promise<string>;
    stat(path: string): Promise<{ isFile(): boolean; isDirectory(): boolean }>;
    access(path: string, mode: number): Promise<void>;
  };
  readonly constants: { readonly X_OK: number };
  readFileSync(path: string, encoding: "utf8"): string;
  readlinkSync(path: string): string;
}

/** What capture uses of `node:path`. */
export interface HostPaths {
  readonly sep: string;
  readonly delimiter: string;
  join(...parts: string[]): string;
  resolve(...parts: string[]): string;
  dirname(path: string): string;
  basename(path: string): string;
  relative(from: string, to: string): string;
  isAbsolute(path: string): boolean;
}

/** The parts of Node that capture works with, or `undefined` in a browser. */
export interface Host {
  readonly process: HostProcess;
  readonly system: HostSystem;
  readonly files: HostFiles;
  readonly paths: HostPaths;
}

/** The host that this program runs on; `undefined` where there are no processes, as in a browser. */
export function currentHost(): Host | undefined {
  const process = hostModule<HostProcess>("node:process");
  const system = hostModule<HostSystem>("node:os");
  const files = hostModule<HostFiles>("node:fs");
  const paths = hostModule<HostPaths>("node:path");
  if (process === undefined || system === undefined || files === undefined || paths === undefined)
    return undefined;
  return { process, system, files, paths };
}

/** What a question to the host gives, or `undefined` if it has no answer: what cannot be captured is left out. */
export function answerOf<Answer>(question: () => Answer): Answer | undefined {
  try {
    return question();
  } catch {
    return undefined;
  }
}

/** The text of a file; `undefined` if it cannot be read. */
export async function readText({ files }: Pick<Host, "files">, path: string): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await files.promises.readFile(path));
  } catch {
    return undefined;
  }
}

/** The directory and those above it, innermost first. */
export function directoriesUpwards(paths: HostPaths, directory: string): string[] {
  const found = [directory];
  for (let parent = paths.dirname(directory); parent !== found.at(-1); parent = paths.dirname(parent))
    found.push(parent);
  return found;
}
