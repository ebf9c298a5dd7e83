import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";

/** A child process whose lines are read as it says them. */
export interface FollowedChild {
  /** What it has said so far, whole lines. */
  readonly lines: readonly string[];
  /** Resolves when it has said a line, also one that it said before; rejects if it ends without. */
  said(line: string): Promise<void>;
  /** Resolves when it has ended well; rejects if it has not, with what it complained of. */
  readonly ended: Promise<void>;
}

/** Follows a child whose outputs are pipes. */
export function followChild(child: ChildProcess): FollowedChild {
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  let complaints = "";
  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    complaints = (complaints + text).slice(-4_000);
  });
  createInterface({ input: child.stdout! }).on("line", (line) => {
    lines.push(line);
    for (const look of waiting) look();
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`the child ended by ${signal ?? `exit code ${code}`}: ${complaints}`));
    });
  });
  ended.catch(() => {});
  return {
    lines,
    ended,
    said: (line) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!lines.includes(line)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
        ended.then(() => reject(new Error(`the child ended without saying ${line}`)), reject);
      }),
  };
}
