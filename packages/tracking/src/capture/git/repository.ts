import { directoriesUpwards, type Host, readText } from "../host.js";

/** Where the parts of a git repository lie. */
export interface GitRepository {
  /** The working tree: the directory that holds `.git`. */
  readonly root: string;
  /** `HEAD` and what belongs to this working tree alone. */
  readonly directory: string;
  /** Refs, objects and configuration; the same as `directory`, but for a linked working tree. */
  readonly common: string;
}

/** What `HEAD` points to. */
export interface GitHead {
  /** Object id of the commit, in hexadecimal; absent before the first commit. */
  readonly commit?: string | undefined;
  /** Name of the branch; absent on a detached head. */
  readonly branch?: string | undefined;
  /** The refs are not kept as files, so only git itself can read them. */
  readonly unreadable?: boolean | undefined;
}

const objectId = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** git follows symbolic refs this far. */
const deepest = 5;

/**
 * The repository of a directory, by the nearest `.git` upwards: a directory, or the file that a linked working tree and a
 * submodule have (gitrepository-layout(5)).
 */
export async function findRepository(host: Host, directory: string): Promise<GitRepository | undefined> {
  const { paths } = host;
  for (const root of directoriesUpwards(paths, directory)) {
    const place = paths.join(root, ".git");
    const found = await gitDirectoryOf(host, root, place);
    if (found === undefined) continue;
    const common = (await readText(host, paths.join(found, "commondir")))?.trim();
    return { root, directory: found, common: common ? paths.resolve(found, common) : found };
  }
  return undefined;
}

async function gitDirectoryOf(host: Host, root: string, place: string): Promise<string | undefined> {
  let isDirectory: boolean;
  try {
    isDirectory = (await host.files.promises.stat(place)).isDirectory();
  } catch {
    return undefined;
  }
  const pointer = isDirectory ? place : /^gitdir: (.+?)\s*$/.exec((await readText(host, place)) ?? "")?.[1];
  if (pointer === undefined) return undefined;
  const directory = host.paths.resolve(root, pointer);
  // An empty `.git` is no repository, for git neither.
  return (await readText(host, host.paths.join(directory, "HEAD"))) === undefined ? undefined : directory;
}

/** What `HEAD` points to, read from the files of the repository, without git. */
export async function readHead(host: Host, repository: GitRepository): Promise<GitHead> {
  const { paths } = host;
  let text = (await readText(host, paths.join(repository.directory, "HEAD")))?.trim() ?? "";
  let branch: string | undefined;
  for (let depth = 0; depth <= deepest; depth++) {
    if (objectId.test(text)) return { commit: text, branch };
    const ref = /^ref:\s*(\S.*)$/.exec(text)?.[1];
    if (ref === undefined || !isSafe(ref)) return { branch };
    // What a repository with reftables has in HEAD.
    if (ref === "refs/heads/.invalid") return { unreadable: true };
    if (depth === 0 && ref.startsWith("refs/heads/")) branch = ref.slice("refs/heads/".length);
    text = await readRef(host, repository, ref);
  }
  return { branch };
}

async function readRef(host: Host, repository: GitRepository, ref: string): Promise<string> {
  for (const place of new Set([repository.directory, repository.common])) {
    const loose = (await readText(host, host.paths.join(place, ...ref.split("/"))))?.trim();
    if (loose) return loose;
  }
  const packed = (await readText(host, host.paths.join(repository.common, "packed-refs"))) ?? "";
  const line = packed.split("\n").find((each) => each.trimEnd().endsWith(` ${ref}`));
  return line?.slice(0, line.indexOf(" ")) ?? "";
}

function isSafe(ref: string): boolean {
  return ref.startsWith("refs/") && !ref.split("/").includes("..");
}
