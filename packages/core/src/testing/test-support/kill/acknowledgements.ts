import type { ChildProcess } from "node:child_process";

/** The output of a writer, followed while it lives. */
export interface Acknowledgements {
  /** Resolves at the line `ready`; rejects if the process ends before, with what it wrote to standard error. */
  readonly ready: Promise<void>;
  /** Resolves once so many lines have come after `ready`, or the process has ended. */
  after(count: number): Promise<void>;
  /** Resolves at the end of the process with all whole lines after `ready`; rejects if it failed by itself. */
  readonly lines: Promise<string[]>;
}

/** Follows a process whose standard output and standard error are pipes. */
export function acknowledgementsOf(child: ChildProcess): Acknowledgements {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null)
    throw new Error("the writer must be spawned with pipes for its outputs");
  const pieces: Buffer[] = [];
  let complaints = "";
  let announced = false;
  let onReady: () => void = () => {};
  let onFailure: (error: Error) => void = () => {};
  const ready = new Promise<void>((resolve, reject) => {
    onReady = resolve;
    onFailure = reject;
  });
  ready.catch(() => {});
  let lineEnds = 0;
  let ended = false;
  const waiting = new Set<() => void>();
  stdout.on("data", (piece: Buffer) => {
    pieces.push(piece);
    for (const byte of piece) if (byte === 0x0a) lineEnds++;
    for (const look of waiting) look();
    if (announced || !Buffer.concat(pieces).includes("ready\n")) return;
    announced = true;
    onReady();
  });
  stderr.setEncoding("utf8").on("data", (text: string) => {
    complaints = (complaints + text).slice(-4_000);
  });
  const lines = new Promise<string[]>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      ended = true;
      for (const look of waiting) look();
      const failure = new Error(
        `the writer ended by itself (${signal ?? `exit code ${code}`}): ${complaints || "no message"}`,
      );
      onFailure(failure);
      if (signal !== "SIGKILL" && code !== 0) return reject(failure);
      // What follows the last line end was torn by the kill; the call it stands for had returned, but nobody knows which.
      const whole = Buffer.concat(pieces).toString("utf8").split("\n").slice(0, -1);
      return resolve(whole.slice(whole.indexOf("ready") + 1));
    });
  });
  lines.catch(onFailure);
  const after = (count: number): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!ended && lineEnds <= count) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  return { ready, after, lines };
}
