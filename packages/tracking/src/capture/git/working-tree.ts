import { createHasher, type Digest } from "@millwright/core";
import type { Host } from "../host.js";
import { findProgram, runProgram } from "../program.js";
import type { GitHead } from "./repository.js";

/** How a working tree differs from its commit. A field is absent if git could not say it in time. */
export interface WorkingTree {
  readonly dirty?: boolean | undefined;
  readonly untracked?: number | undefined;
  readonly diffDigest?: Digest | undefined;
}

/** Asks git. */
export interface Git {
  /** Runs a command to its end; `false` if it failed, or took too long. */
  run(parameters: readonly string[], onOutput: (bytes: Uint8Array) => void): Promise<boolean>;
}

/** git, if it is installed, in a directory. `timeLimit` in milliseconds for each command. */
export async function openGit(
  host: Host,
  directory: string,
  timeLimit: number,
  signal: AbortSignal | undefined,
): Promise<Git | undefined> {
  const path = await findProgram(host, "git");
  if (path === undefined) return undefined;
  const environment = environmentOf(host);
  return {
    run: (parameters, onOutput) =>
      runProgram(path, {
        arguments: [...settings.flatMap((setting) => ["-c", setting]), ...parameters],
        directory,
        environment,
        timeLimit,
        signal,
        keepsAlive: true,
        onOutput,
      }),
  };
}

/** No program of the repository's configuration is started for a look, and output does not depend on that of the user. */
const settings = [
  "core.fsmonitor=false",
  "core.quotePath=true",
  "diff.orderFile=/dev/null",
  "diff.suppressBlankEmpty=false",
  "diff.relative=false",
];

const diff = [
  "diff",
  "HEAD",
  "--no-color",
  "--no-ext-diff",
  "--no-textconv",
  "--no-renames",
  "--full-index",
  "--diff-algorithm=myers",
  "--indent-heuristic",
  "--unified=3",
  "--inter-hunk-context=0",
  "--src-prefix=a/",
  "--dst-prefix=b/",
  "--submodule=short",
  "--ignore-submodules=untracked",
];

const status = [
  "status",
  "--porcelain",
  "-z",
  "--untracked-files=normal",
  "--no-renames",
  "--ignore-submodules=untracked",
];

/** Variables of git that a hook or a script may have set for another repository are kept away from it. */
function environmentOf({ process }: Host): Record<string, string | undefined> {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^GIT_/i.test(name) || /^GIT_(CONFIG|EXEC_PATH)/i.test(name),
  );
  return {
    ...Object.fromEntries(kept),
    LC_ALL: "C",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_TERMINAL_PROMPT: "0",
    GIT_NO_LAZY_FETCH: "1",
  };
}

/** Commit and branch as git says them, for repositories whose refs are not files. */
export async function askHead(git: Git): Promise<GitHead> {
  const pieces = { commit: [] as Uint8Array[], branch: [] as Uint8Array[] };
  const [hasCommit, hasBranch] = await Promise.all([
    git.run(["rev-parse", "--verify", "--quiet", "HEAD"], (bytes) => void pieces.commit.push(bytes)),
    git.run(["symbolic-ref", "--short", "--quiet", "HEAD"], (bytes) => void pieces.branch.push(bytes)),
  ]);
  return {
    commit: hasCommit ? textOf(pieces.commit).trim() : undefined,
    branch: hasBranch ? textOf(pieces.branch).trim() : undefined,
  };
}

/** Compares a working tree with its commit, by git. */
export async function readWorkingTree(git: Git, hasCommit: boolean): Promise<WorkingTree> {
  const hasher = createHasher();
  let changed = 0;
  const pieces: Uint8Array[] = [];
  const [compared, listed] = await Promise.all([
    hasCommit &&
      git.run(diff, (bytes) => {
        changed += bytes.length;
        hasher.update(bytes);
      }),
    git.run(status, (bytes) => void pieces.push(bytes)),
  ]);
  const entries = listed ? textOf(pieces).split("\0").slice(0, -1) : undefined;
  const untracked = entries?.filter((entry) => entry.startsWith("?? ")).map((entry) => entry.slice(3));
  if (!compared)
    return { dirty: entries?.some((entry) => !entry.startsWith("??")), untracked: untracked?.length };
  const dirty = changed > 0;
  if (untracked === undefined || (!dirty && untracked.length === 0))
    return { dirty, untracked: untracked?.length };
  for (const name of untracked.sort()) hasher.update(new TextEncoder().encode(`\0${name}`));
  return { dirty, untracked: untracked.length, diffDigest: hasher.digest() };
}

function textOf(pieces: readonly Uint8Array[]): string {
  const decoder = new TextDecoder();
  return pieces.map((piece) => decoder.decode(piece, { stream: true })).join("") + decoder.decode();
}
