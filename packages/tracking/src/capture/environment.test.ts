import { readFileSync, rmSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { digestOf } from "@millwright/core";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type CapturedEnvironment, captureEnvironment } from "./environment.js";
import { environmentTags } from "./environment-tags.js";
import { git, temporaryDirectory, temporaryRepository, write } from "./test-support/temporary-repository.js";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const gitOf = async (directory: string): Promise<CapturedEnvironment["git"]> =>
  (await captureEnvironment({ directory })).git;

describe("the state of a repository", () => {
  test("a clean one has a commit, a branch and no difference", async () => {
    const directory = temporaryRepository();
    expect(await gitOf(directory)).toEqual({
      commit: git(directory, "rev-parse", "HEAD"),
      branch: "main",
      dirty: false,
      untracked: 0,
    });
  });

  test("is found from a directory below it, and not from one beside it", async () => {
    const directory = temporaryRepository();
    write(directory, "models/a/b.txt", "");
    expect((await gitOf(join(directory, "models/a")))?.branch).toBe("main");
    expect(await gitOf(temporaryDirectory())).toBeUndefined();
  });

  test("a branch with a slash, with refs that are packed", async () => {
    const directory = temporaryRepository();
    git(directory, "checkout", "-b", "feature/new-loss");
    git(directory, "commit", "--allow-empty", "--message=second");
    git(directory, "pack-refs", "--all", "--prune");
    expect(await gitOf(directory)).toMatchObject({
      commit: git(directory, "rev-parse", "HEAD"),
      branch: "feature/new-loss",
    });
  });

  test("a detached head has a commit and no branch", async () => {
    const directory = temporaryRepository();
    git(directory, "checkout", "--detach");
    const state = await gitOf(directory);
    expect(state?.commit).toBe(git(directory, "rev-parse", "HEAD"));
    expect(state?.branch).toBeUndefined();
  });

  test("before the first commit there is a branch, and whether something is staged", async () => {
    const directory = temporaryDirectory();
    git(directory, "init", "--initial-branch=main");
    write(directory, "a.txt", "a");
    expect(await gitOf(directory)).toEqual({ branch: "main", dirty: false, untracked: 1 });
    git(directory, "add", ".");
    expect(await gitOf(directory)).toEqual({ branch: "main", dirty: true, untracked: 0 });
  });

  test("a linked working tree has a head of its own and the refs of its repository", async () => {
    const directory = temporaryRepository();
    const other = join(temporaryDirectory(), "tree");
    git(directory, "worktree", "add", "-b", "other", other);
    git(other, "commit", "--allow-empty", "--message=second");
    git(other, "pack-refs", "--all", "--prune");
    expect(await gitOf(other)).toMatchObject({
      commit: git(other, "rev-parse", "HEAD"),
      branch: "other",
      dirty: false,
    });
    expect((await gitOf(directory))?.commit).toBe(git(directory, "rev-parse", "HEAD"));
  });

  test("a submodule is a repository of its own", async () => {
    const inner = temporaryRepository();
    git(inner, "commit", "--allow-empty", "--message=second");
    const outer = temporaryRepository();
    git(outer, "submodule", "add", inner, "vendor");
    git(outer, "commit", "--message=submodule");
    expect(await gitOf(join(outer, "vendor"))).toMatchObject({
      commit: git(inner, "rev-parse", "HEAD"),
      dirty: false,
    });
    expect((await gitOf(outer))?.commit).toBe(git(outer, "rev-parse", "HEAD"));
  });

  test.each([
    ["an empty .git directory", { ".git/x": "" }],
    ["a .git file that points nowhere", { ".git": "gitdir: ../nowhere\n" }],
    ["a .git file of garbage", { ".git": "\0\0" }],
  ])("%s is no repository", async (_, files: Record<string, string>) => {
    const directory = temporaryDirectory();
    for (const [path, content] of Object.entries(files)) write(directory, path, content);
    expect(await gitOf(directory)).toBeUndefined();
  });

  test.each([
    ["garbage", "garbage"],
    ["itself", "ref: refs/heads/loop"],
    ["a file outside of the repository", "ref: refs/../../secret"],
  ])("a head that points to %s has no commit", async (_, head) => {
    const directory = temporaryDirectory();
    write(directory, "secret", "0".repeat(40));
    write(directory, ".git/HEAD", head);
    write(directory, ".git/refs/heads/loop", head);
    expect((await gitOf(directory))?.commit).toBeUndefined();
  });
});

describe("the difference to the commit", () => {
  test("a changed, a staged and a deleted file each make it dirty, with a digest of its own", async () => {
    const directory = temporaryRepository();
    write(directory, "train.js", "console.log(2);\n");
    const changed = await gitOf(directory);
    git(directory, "add", ".");
    const staged = await gitOf(directory);
    rmSync(join(directory, "train.js"));
    const deleted = await gitOf(directory);
    expect([changed?.dirty, staged?.dirty, deleted?.dirty]).toEqual([true, true, true]);
    expect(staged?.diffDigest).toBe(changed?.diffDigest);
    expect(deleted?.diffDigest).not.toBe(changed?.diffDigest);
  });

  test("an untracked file is counted and in the digest, and an ignored one is not", async () => {
    const directory = temporaryRepository();
    write(directory, ".git/info/exclude", "*.log\n");
    write(directory, "run.log", "");
    expect(await gitOf(directory)).toMatchObject({ dirty: false, untracked: 0 });
    write(directory, "new model.py", "");
    write(directory, "data/a", "");
    write(directory, "data/b", "");
    const state = await gitOf(directory);
    expect(state).toMatchObject({ dirty: false, untracked: 2 });
    expect(state?.diffDigest).toBe(digestOf("\0data/\0new model.py"));
  });

  test("the digest is that of the documented bytes, whatever the configuration of the user", async () => {
    const directory = temporaryRepository();
    write(directory, "train.js", "console.log(3);\n");
    const plain = `${git(directory, "diff", "HEAD", "--full-index")}\n`;
    const before = await gitOf(directory);
    expect(before?.diffDigest).toBe(digestOf(plain));
    for (const [name, value] of [
      ["diff.noprefix", "true"],
      ["diff.mnemonicPrefix", "true"],
      ["diff.context", "9"],
      ["diff.external", "false"],
      ["diff.orderFile", "nowhere"],
      ["color.ui", "always"],
      ["core.fsmonitor", "false-program"],
    ] as const)
      git(directory, "config", name, value);
    expect(await gitOf(directory)).toEqual(before);
  });

  test("looking leaves the index of the repository as it is", async () => {
    const directory = temporaryRepository();
    const index = readFileSync(join(directory, ".git/index"));
    write(directory, "train.js", "console.log(1);\n");
    expect(await gitOf(directory)).toMatchObject({ dirty: false });
    expect(readFileSync(join(directory, ".git/index"))).toEqual(index);
  });

  test("variables of another repository, as hooks have them, do not lead astray", async () => {
    const directory = temporaryRepository();
    const other = temporaryRepository();
    write(other, "train.js", "changed");
    vi.stubEnv("GIT_DIR", join(other, ".git"));
    vi.stubEnv("GIT_WORK_TREE", other);
    expect(await gitOf(directory)).toMatchObject({ dirty: false, untracked: 0 });
  });
});

describe("without a git that answers", () => {
  test("commit and branch are there and the rest is absent, if git is not installed", async () => {
    const directory = temporaryRepository();
    const commit = git(directory, "rev-parse", "HEAD");
    vi.stubEnv("PATH", temporaryDirectory());
    expect(await gitOf(directory)).toEqual({ commit, branch: "main" });
  });

  test("the same if it does not end in time, though it has left a child that holds its output", async () => {
    const directory = temporaryRepository();
    const commit = git(directory, "rev-parse", "HEAD");
    const programs = temporaryDirectory();
    write(programs, "git", "#!/bin/sh\nsleep 100 &\nsleep 100\n", 0o755);
    vi.stubEnv("PATH", `${programs}:${process.env.PATH}`);
    const { git: state } = await captureEnvironment({ directory, gitTimeLimit: "50ms" });
    expect(state).toEqual({ commit, branch: "main" });
  });

  test("the same if it fails", async () => {
    const directory = temporaryRepository();
    const commit = git(directory, "rev-parse", "HEAD");
    const programs = temporaryDirectory();
    write(programs, "git", "#!/bin/sh\necho ' M train.js'\nexit 128\n", 0o755);
    vi.stubEnv("PATH", `${programs}:${process.env.PATH}`);
    expect(await gitOf(directory)).toEqual({ commit, branch: "main" });
  });

  test("a program called git in the working directory is not started", async () => {
    const directory = temporaryRepository();
    write(directory, "git", "#!/bin/sh\ntouch started\n", 0o755);
    vi.stubEnv("PATH", `.:${process.env.PATH}:`);
    expect(await gitOf(directory)).toMatchObject({ dirty: false, untracked: 1 });
  });

  test("refs that are no files are asked of git", async () => {
    const directory = temporaryDirectory();
    write(directory, ".git/HEAD", "ref: refs/heads/.invalid\n");
    expect(await gitOf(directory)).toEqual({});
    const programs = temporaryDirectory();
    const script = `#!/bin/sh\ncase "$*" in *rev-parse*) echo ${"a".repeat(40)};; *symbolic-ref*) echo main;; esac\n`;
    write(programs, "git", script, 0o755);
    vi.stubEnv("PATH", programs);
    expect(await gitOf(directory)).toEqual({
      commit: "a".repeat(40),
      branch: "main",
      dirty: false,
      untracked: 0,
    });
  });

  test("a signal ends the wait with its reason", async () => {
    const directory = temporaryRepository();
    const programs = temporaryDirectory();
    write(programs, "git", "#!/bin/sh\nsleep 100\n", 0o755);
    vi.stubEnv("PATH", `${programs}:${process.env.PATH}`);
    const reason = new Error("enough");
    const controller = new AbortController();
    const captured = captureEnvironment({ directory, signal: controller.signal });
    setTimeout(() => controller.abort(reason), 20);
    await expect(captured).rejects.toBe(reason);
    await expect(captureEnvironment({ signal: controller.signal })).rejects.toBe(reason);
  });
});

describe("the entry point", () => {
  test("is relative to the repository", async () => {
    const directory = temporaryRepository();
    const script = write(directory, "scripts/train.js", "");
    vi.spyOn(process, "argv", "get").mockReturnValue(["node", script]);
    expect((await captureEnvironment({ directory })).entryPoint).toBe("scripts/train.js");
  });

  test("is found through a link, and without its extension", async () => {
    const directory = temporaryRepository();
    write(directory, "scripts/train.js", "");
    const link = join(temporaryDirectory(), "link");
    symlinkSync(directory, link);
    vi.spyOn(process, "argv", "get").mockReturnValue(["node", join(link, "scripts/train")]);
    expect((await captureEnvironment({ directory })).entryPoint).toBe("scripts/train.js");
  });

  test("is a bare name outside of the repository", async () => {
    const script = write(temporaryDirectory(), "somewhere/train.js", "");
    vi.spyOn(process, "argv", "get").mockReturnValue(["node", script]);
    expect((await captureEnvironment({ directory: temporaryRepository() })).entryPoint).toBe("train.js");
  });

  test("an argument that is no file is not captured", async () => {
    vi.spyOn(process, "argv", "get").mockReturnValue(["node", "a-secret-argument"]);
    expect((await captureEnvironment()).entryPoint).toBeUndefined();
  });

  test("its repository counts, if the working directory is in none", async () => {
    const directory = temporaryRepository();
    vi.spyOn(process, "cwd").mockReturnValue(temporaryDirectory());
    vi.spyOn(process, "argv", "get").mockReturnValue(["node", join(directory, "train.js")]);
    expect(await captureEnvironment()).toMatchObject({ entryPoint: "train.js", git: { branch: "main" } });
  });
});

describe("the lock file", () => {
  test("is the nearest one upwards, by the digest of its bytes", async () => {
    const directory = temporaryDirectory();
    write(directory, "package-lock.json", "{}");
    write(directory, "packages/a/pnpm-lock.yaml", "lockfileVersion: 9\n");
    write(directory, "packages/b/src/index.js", "");
    const lockFileOf = async (path: string) =>
      (await captureEnvironment({ directory: join(directory, path) })).lockFile;
    expect(await lockFileOf("packages/a")).toEqual({
      name: "pnpm-lock.yaml",
      digest: digestOf("lockfileVersion: 9\n"),
    });
    expect(await lockFileOf("packages/b/src")).toEqual({ name: "package-lock.json", digest: digestOf("{}") });
  });

  test("one above the repository is not its own", async () => {
    const directory = temporaryDirectory();
    write(directory, "yarn.lock", "");
    write(directory, "project/.git/HEAD", "ref: refs/heads/main");
    expect((await captureEnvironment({ directory: join(directory, "project") })).lockFile).toBeUndefined();
  });
});

test("runtime, operating system and hardware are those of the process", async () => {
  const environment = await captureEnvironment();
  expect(environment).toMatchObject({
    runtime: { name: "node", version: process.versions.node },
    platform: process.platform,
    architecture: process.arch,
  });
  expect(environment.processor?.count).toBeGreaterThan(0);
  expect(environment.memory?.bytes).toBeGreaterThan(1e6);
  expect(environment.operatingSystem?.release).not.toBe("");
});

test("a browser says what it is, and nothing of Node", async () => {
  const builtins = process.getBuiltinModule;
  vi.stubGlobal("navigator", {
    userAgent: "Firefox",
    platform: "Linux",
    hardwareConcurrency: 8,
    language: "de",
  });
  process.getBuiltinModule = undefined as never;
  try {
    expect(await captureEnvironment()).toEqual({
      runtime: { name: "browser" },
      platform: "Linux",
      processor: { count: 8 },
      userAgent: "Firefox",
      language: "de",
    });
  } finally {
    process.getBuiltinModule = builtins;
  }
});

test.each([[{ directory: "" }], [{ directory: 5 as never }], [{ gitTimeLimit: "soon" }]])(
  "%o is refused",
  async (options) => {
    await expect(captureEnvironment(options)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  },
);

test("tags name what is known and nothing else", async () => {
  const directory = temporaryRepository();
  const environment = await captureEnvironment({ directory });
  const tags = environmentTags(environment);
  expect(tags).toMatchObject({
    "millwright.git.commit": git(directory, "rev-parse", "HEAD"),
    "millwright.git.dirty": "false",
    "millwright.runtime.name": "node",
  });
  expect(tags).not.toHaveProperty(["millwright.git.diffDigest"]);
  expect(Object.values(tags).every((value) => typeof value === "string")).toBe(true);
  expect(JSON.stringify(tags)).not.toContain(basename(directory));
  expect(environmentTags({ runtime: { name: "browser" }, userAgent: "x".repeat(9_000) })).toEqual({
    "millwright.runtime.name": "browser",
    "millwright.userAgent": "x".repeat(8_000),
  });
});
