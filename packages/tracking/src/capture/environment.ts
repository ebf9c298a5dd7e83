import {
  abortable,
  type CallOptions,
  type Digest,
  type DurationInput,
  digestOf,
  toDuration,
} from "@millwright/core";
import { invalidArgument } from "../errors.js";
import { type CapturedGit, captureGit, type FoundGit } from "./git/capture-git.js";
import { currentHost, directoriesUpwards, type Host } from "./host.js";
import { type CapturedMachine, captureBrowser, captureMachine } from "./machine.js";

/** What a run knows of the code and the machine that it ran on. A field is absent if it is not known. */
export interface CapturedEnvironment extends CapturedMachine {
  /** The repository that holds the directory. */
  readonly git?: CapturedGit | undefined;
  /** The file that the process was started with, relative to the repository with `/` between its parts, else only its name. */
  readonly entryPoint?: string | undefined;
  /** The lock file of the package manager, and the digest of its bytes. */
  readonly lockFile?: { readonly name: string; readonly digest: Digest } | undefined;
}

/** Where to look. */
export interface CaptureEnvironmentOptions extends CallOptions {
  /** Where the search for the repository and the lock file begins, upwards. Default: the working directory, else that of the entry point. */
  readonly directory?: string | undefined;
  /** How long git may take for a command before it is given up. Default: `"5s"`. */
  readonly gitTimeLimit?: DurationInput | undefined;
}

/**
 * Captures git state, entry point, lock file, runtime, operating system and hardware of this process.
 *
 * What cannot be found out is left out: without git, or when it is too slow, commit and branch are still read from the files of the
 * repository, and `dirty`, `untracked` and `diffDigest` are absent. In a browser there are only its name, platform, processors and language.
 * The lock file is the nearest of `package-lock.json`, `pnpm-lock.yaml`, `yarn.lock` and `bun.lock` upwards, not beyond the repository.
 * Nothing captured is a path of this machine, a user or an environment variable.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` for a directory or a time limit that is none
 * @example
 * ```ts
 * import { captureEnvironment, environmentTags } from "@millwright/tracking/capture";
 *
 * const environment = await captureEnvironment();
 * console.log(environment.git?.commit, environment.git?.dirty, environmentTags(environment));
 * ```
 */
export async function captureEnvironment(
  options: CaptureEnvironmentOptions = {},
): Promise<CapturedEnvironment> {
  const { directory, signal } = options;
  if (directory !== undefined && (typeof directory !== "string" || directory === ""))
    throw invalidArgument("directory", "must be the path of a directory");
  const timeLimit = toDuration(options.gitTimeLimit ?? "5s", "gitTimeLimit") / 1_000;
  signal?.throwIfAborted();
  const host = currentHost();
  if (host === undefined) return captureBrowser();
  return abortable(captureHost(host, directory, timeLimit, signal), signal);
}

async function captureHost(
  host: Host,
  directory: string | undefined,
  timeLimit: number,
  signal: AbortSignal | undefined,
): Promise<CapturedEnvironment> {
  const { paths, process, files } = host;
  // A directory that was removed has no path any more.
  const start = await realPath(host, paths.resolve(directory ?? workingDirectory(host)));
  const script = process.argv[1];
  const entry = script ? await entryFile(host, script) : undefined;
  let place = start;
  let found = await captureGit(host, start, timeLimit, signal);
  if (found === undefined && directory === undefined && entry !== undefined) {
    found = await captureGit(host, paths.dirname(entry), timeLimit, signal);
    if (found !== undefined) place = paths.dirname(entry);
  }
  return {
    ...captureMachine(host),
    git: found?.git,
    entryPoint: entry === undefined ? undefined : entryPoint(host, entry, found),
    lockFile: await findLockFile(),
  };

  async function findLockFile(): Promise<CapturedEnvironment["lockFile"]> {
    for (const each of directoriesUpwards(paths, place)) {
      for (const name of ["package-lock.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock"]) {
        const bytes = await files.promises.readFile(paths.join(each, name)).catch(() => undefined);
        if (bytes !== undefined) return { name, digest: digestOf(bytes) };
      }
      // What lies above the repository belongs to something else.
      if (each === found?.root) break;
    }
    return undefined;
  }
}

function workingDirectory({ process, paths }: Host): string {
  try {
    return process.cwd();
  } catch {
    return paths.sep;
  }
}

/** The file that Node was started with. What is no file may be an argument of `node -e`, which nobody asked to be captured. */
async function entryFile(host: Host, script: string): Promise<string | undefined> {
  const path = host.paths.resolve(workingDirectory(host), script);
  for (const ending of ["", ".js", ".mjs", ".cjs", `${host.paths.sep}index.js`]) {
    const status = await host.files.promises.stat(path + ending).catch(() => undefined);
    if (status?.isFile()) return realPath(host, path + ending);
  }
  return undefined;
}

function realPath({ files }: Host, path: string): Promise<string> {
  return files.promises.realpath(path).catch(() => path);
}

function entryPoint({ paths }: Host, entry: string, found: FoundGit | undefined): string {
  const relative = found === undefined ? ".." : paths.relative(found.root, entry);
  const isInside = relative !== "" && relative.split(paths.sep)[0] !== ".." && !paths.isAbsolute(relative);
  return isInside ? relative.split(paths.sep).join("/") : paths.basename(entry);
}
