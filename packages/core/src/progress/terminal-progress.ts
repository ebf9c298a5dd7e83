import { hostModule } from "../host/host.js";
import { type Clock, systemClock } from "../time/clock.js";
import type { ProgressEvent } from "./progress-event.js";
import { isLast, plainText, progressLine } from "./progress-line.js";

/** What is used of a stream, such as `process.stderr`. */
export interface ProgressStream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  /** The width of the terminal. Default: 80. */
  readonly columns?: number | undefined;
  readonly writable?: boolean | undefined;
}

/** Where to show progress, and of what. */
export interface TerminalProgressOptions {
  /** What is going on: `"sync"`. */
  readonly label: string;
  /** Default: the standard error of the process; nothing is shown where there is none, as in a browser. */
  readonly stream?: ProgressStream | undefined;
  /** Default: that of the host. */
  readonly clock?: Clock | undefined;
}

/** Shows the events that it is called with. */
export interface TerminalProgress {
  (event: ProgressEvent): void;
  /** Leaves the line as it is at the end. Needed where the events do not say which one is the last; idempotent. */
  finish(): void;
  [Symbol.dispose](): void;
}

/** Microseconds between two drawings on a terminal. */
const drawInterval = 100_000;
/** Microseconds between two lines elsewhere, where nothing can be drawn over. */
const lineInterval = 10_000_000;

/**
 * Shows progress in one line, as a listener for `onProgress` of any operation. On a terminal the line is drawn over itself, at
 * most ten times a second, and never wider than the terminal: a bar and the time that is left where the total is known, else counts
 * and the time that has passed. Elsewhere, in a file or a pipe, it is a plain line every ten seconds and one at the end, and
 * nothing for what is over sooner.
 *
 * The line is finished by itself with an event that says it is the last (`done` is `total`, or `true`), else by `finish()`; the next
 * event begins another. It never throws, and what cannot be written is left out. Other output meanwhile should begin with a line
 * break.
 *
 * @example
 * ```ts
 * import { openLocalStorage } from "@millwright/core/local";
 * import { copyStorage } from "@millwright/core";
 * import { terminalProgress } from "@millwright/core/progress";
 *
 * const [from, to] = [await openLocalStorage("./old"), await openLocalStorage("./new")];
 * const onProgress = terminalProgress({ label: "copying" });
 * await copyStorage(from, to, { onProgress });
 * onProgress.finish(); // copying  12,040 entries, 31 blobs, 84.2 MB  3 s
 * ```
 */
export function terminalProgress({ label, stream, clock }: TerminalProgressOptions): TerminalProgress {
  const text = plainText(String(label));
  const output = stream ?? standardError();
  const { monotonic } = clock ?? systemClock();
  const isTerminal = output?.isTTY === true && !isDumb();
  let shown: { event: ProgressEvent; since: number; at: number; lines: number } | undefined;

  function write(ended: boolean): void {
    if (shown === undefined || output === undefined || output.writable === false) return;
    const width = isTerminal ? Math.max(1, (output.columns ?? 80) - 1) : 200;
    const line = progressLine({ label: text, event: shown.event, elapsed: monotonic() - shown.since }, width);
    output.write(isTerminal ? `\r${line}\u001b[K${ended ? "\n" : ""}` : `${line}\n`);
    shown.at = monotonic();
    shown.lines++;
  }

  function show(event: ProgressEvent): void {
    if (typeof event !== "object" || event === null) return;
    const now = monotonic();
    // On a terminal the first event is shown at once; elsewhere whatever lasts shorter than the interval is not.
    shown ??= { event, since: now, at: isTerminal ? Number.NEGATIVE_INFINITY : now, lines: 0 };
    shown.event = event;
    if (isLast(event)) end();
    else if (now - shown.at >= (isTerminal ? drawInterval : lineInterval)) write(false);
  }

  function end(): void {
    try {
      if (isTerminal || (shown?.lines ?? 0) > 0) write(true);
    } finally {
      shown = undefined;
    }
  }

  const progress = (event: ProgressEvent): void => quietly(() => show(event));
  const finish = (): void => quietly(end);
  return Object.assign(progress, { finish, [Symbol.dispose]: finish });
}

/** A stream that fails, or an event with a getter that throws, must not end what is being watched. */
function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // There is nobody to tell: this is where it would have been told.
  }
}

interface HostProcess {
  readonly stderr?: ProgressStream;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

function standardError(): ProgressStream | undefined {
  return hostModule<HostProcess>("node:process")?.stderr;
}

/** A terminal that cannot draw over a line. */
function isDumb(): boolean {
  return hostModule<HostProcess>("node:process")?.env?.TERM === "dumb";
}
