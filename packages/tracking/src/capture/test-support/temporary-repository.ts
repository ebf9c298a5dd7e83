import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** An empty directory that is removed after the test. Its path has no symbolic link. */
export function temporaryDirectory(): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "millwright-capture-")));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Writes a file, and the directories that it needs. */
export function write(directory: string, path: string, content: string, mode = 0o644): string {
  const file = join(directory, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content, { mode });
  return file;
}

/** Runs git as nobody in particular, and gives its output. */
export function git(directory: string, ...parameters: string[]): string {
  const identity = [
    "-c",
    "user.name=a",
    "-c",
    "user.email=a@example.com",
    "-c",
    "protocol.file.allow=always",
  ];
  return execFileSync("git", [...identity, ...parameters], {
    cwd: directory,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    env: { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" },
  }).trim();
}

/** A repository with one commit of the file `train.js`, on the branch `main`. */
export function temporaryRepository(): string {
  const directory = temporaryDirectory();
  git(directory, "init", "--initial-branch=main");
  write(directory, "train.js", "console.log(1);\n");
  git(directory, "add", ".");
  git(directory, "commit", "--message=first");
  return directory;
}
