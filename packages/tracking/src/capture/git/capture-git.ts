import type { Digest } from "@millwright/core";
import type { Host } from "../host.js";
import { readRemote } from "./remote.js";
import { findRepository, readHead } from "./repository.js";
import { askHead, openGit, readWorkingTree } from "./working-tree.js";

/** The state of a git repository. A field is absent if it is not known. */
export interface CapturedGit {
  /** Object id of the commit that is checked out, in hexadecimal; absent before the first commit. */
  readonly commit?: string | undefined;
  /** Name of the branch; absent on a detached head. */
  readonly branch?: string | undefined;
  /** Whether tracked files differ from the commit, staged or not. Untracked files do not count, as for `git describe --dirty`. */
  readonly dirty?: boolean | undefined;
  /** How many files are neither tracked nor ignored; a directory with nothing else in it counts as one. */
  readonly untracked?: number | undefined;
  /**
   * SHA-256 over the bytes of `git diff HEAD --full-index` (without renames, three lines of context, whatever the user's
   * configuration says), then for each untracked file or directory, in order of UTF-16 units, NUL and its name. Two runs of one commit and
   * one digest had the same content in all tracked files and the same untracked names; contents of untracked files are not read.
   * Absent if there is no difference, before the first commit, and if git could not say it in time.
   */
  readonly diffDigest?: Digest | undefined;
  /** Where the repository was cloned from, without credentials. */
  readonly repository?: string | undefined;
}

/** What {@link captureGit} found, with the root of the working tree, which is a path of this machine. */
export interface FoundGit {
  readonly root: string;
  readonly git: CapturedGit;
}

/**
 * The state of the repository that holds a directory. Commit and branch are read from its files, so they are there without git;
 * `timeLimit`, in milliseconds, is for each command of git.
 */
export async function captureGit(
  host: Host,
  directory: string,
  timeLimit: number,
  signal: AbortSignal | undefined,
): Promise<FoundGit | undefined> {
  const repository = await findRepository(host, directory);
  if (repository === undefined) return undefined;
  const { root } = repository;
  const git = await openGit(host, root, timeLimit, signal);
  let head = await readHead(host, repository);
  if (head.unreadable) head = git === undefined ? {} : await askHead(git);
  const { commit, branch } = head;
  const [address, tree] = await Promise.all([
    readRemote(host, repository, branch),
    git === undefined ? {} : readWorkingTree(git, commit !== undefined),
  ]);
  return { root, git: { commit, branch, ...tree, repository: address } };
}
