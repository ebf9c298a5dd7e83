import { hostModule } from "@millwright/core";
import type { Host } from "./host.js";

/** How a program is run. */
export interface ProgramRun {
  readonly arguments: readonly string[];
  readonly directory?: string | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  /** Milliseconds after which the program is killed. */
  readonly timeLimit: number;
  readonly signal?: AbortSignal | undefined;
  /** Whether the process waits for the program before it exits by itself. */
  readonly keepsAlive: boolean;
  /** Takes each piece of the output. */
  readonly onOutput: (bytes: Uint8Array) => void;
}

interface Child {
  readonly stdout: {
    on(event: "data", listener: (bytes: Uint8Array) => void): unknown;
    destroy(): void;
    unref?(): void;
  };
  on(event: "error", listener: () => void): unknown;
  on(event: "close", listener: (code: number | null) => void): unknown;
  kill(signal: "SIGKILL"): boolean;
  unref(): void;
}

interface ChildProcesses {
  spawn(path: string, parameters: readonly string[], options: object): Child;
}

interface Timers {
  setTimeout(callback: () => void, milliseconds: number): { unref(): void };
  clearTimeout(timer: unknown): void;
}

/**
 * The absolute path of a program, by the absolute directories of `PATH`; `undefined` if there is none. It is looked up here since
 * hosts also look in the current directory, where anybody may have put a program of that name.
 */
export async function findProgram(host: Host, name: string): Promise<string | undefined> {
  const { process, paths, files } = host;
  const key = Object.keys(process.env).find((each) => each.toUpperCase() === "PATH") ?? "PATH";
  const file = process.platform === "win32" ? `${name}.exe` : name;
  for (const directory of (process.env[key] ?? "").split(paths.delimiter)) {
    if (!paths.isAbsolute(directory)) continue;
    const path = paths.join(directory, file);
    try {
      await files.promises.access(path, files.constants.X_OK);
      if ((await files.promises.stat(path)).isFile()) return path;
    } catch {
      // Not here.
    }
  }
  return undefined;
}

/**
 * Runs a program without a shell. Resolves to whether it ended well; `false` also if it could not be started or took too long,
 * as soon as the time is over, whoever still holds its output open. After that nothing is output any more.
 */
export function runProgram(path: string, run: ProgramRun): Promise<boolean> {
  const processes = hostModule<ChildProcesses>("node:child_process");
  const timers = hostModule<Timers>("node:timers");
  if (processes === undefined || timers === undefined) return Promise.resolve(false);
  return new Promise((resolve, reject) => {
    if (run.signal?.aborted) return reject(run.signal.reason);
    let child: Child;
    try {
      child = processes.spawn(path, run.arguments, {
        cwd: run.directory,
        env: run.environment,
        stdio: ["ignore", "pipe", "ignore"],
        windowsHide: true,
      });
    } catch {
      return resolve(false);
    }
    let over = false;
    const end = (settle: () => void): void => {
      if (over) return;
      over = true;
      timers.clearTimeout(timer);
      run.signal?.removeEventListener("abort", abort);
      settle();
    };
    const stop = (): void => {
      child.kill("SIGKILL");
      // A grandchild may hold the pipe open; nobody waits for it.
      child.stdout.destroy();
      child.unref();
    };
    const abort = (): void => {
      stop();
      end(() => reject(run.signal?.reason));
    };
    const timer = timers.setTimeout(() => {
      stop();
      end(() => resolve(false));
    }, run.timeLimit);
    run.signal?.addEventListener("abort", abort, { once: true });
    child.on("error", () => end(() => resolve(false)));
    child.on("close", (code) => end(() => resolve(code === 0)));
    child.stdout.on("data", (bytes) => {
      if (!over) run.onOutput(bytes);
    });
    if (!run.keepsAlive) {
      timer.unref();
      child.unref();
      child.stdout.unref?.();
    }
  });
}
