import { execFileSync } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A file system of its own, in memory. */
export interface SmallFileSystem {
  readonly path: string;
  /** Mounts it again, writable or not. */
  remount(mode: "rw" | "ro"): void;
}

/** Whether this process may mount: `undefined`, or the reason why not. Skip a test with it, in the open. */
export function cannotMount(): string | undefined {
  if (process.platform !== "linux") return `${process.platform} has no tmpfs`;
  if (process.getuid?.() !== 0) return "mounting needs root";
  const path = mkdtempSync(join(tmpdir(), "millwright-mount-"));
  try {
    mount(path, 1);
    execFileSync("umount", [path], { stdio: "ignore" });
    return undefined;
  } catch {
    return "this container may not mount";
  } finally {
    rmdirSync(path);
  }
}

/** Mounts a tmpfs of so many megabytes until the end of the test. */
export function smallFileSystem(megabytes: number): SmallFileSystem {
  const path = mkdtempSync(join(tmpdir(), "millwright-mount-"));
  mount(path, megabytes);
  onTestFinished(() => {
    execFileSync("umount", ["-l", path]);
    rmdirSync(path);
  });
  return { path, remount: (mode) => void execFileSync("mount", ["-o", `remount,${mode}`, path]) };
}

function mount(path: string, megabytes: number): void {
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", path], { stdio: "pipe" });
}
