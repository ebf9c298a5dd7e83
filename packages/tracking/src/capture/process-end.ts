import { hostModule } from "@millwright/core";
import { invalidArgument } from "../errors.js";
import {
  installProcessWatch,
  type ProcessEnd,
  type ProcessEvents,
  type ProcessWatch,
  watchMark,
} from "./process-watch.js";

/** What to watch. */
export interface WatchProcessEndOptions {
  /**
   * Whether SIGTERM, SIGINT and SIGHUP are watched. Default: true. A program that computes for long without returning to the event loop may
   * prefer `false`: until it returns no listener runs, and a signal that somebody listens to does not end the process.
   */
  readonly signals?: boolean | undefined;
}

/**
 * Calls back when this process is about to end by an uncaught error, an unhandled rejection, SIGTERM, SIGINT or SIGHUP, without
 * changing how it ends. Gives what stops the watching.
 *
 * `onEnd` is called at most once, by the thread that is about to end: only what it does synchronously is done. What it throws is
 * dropped. An exit by itself or by `process.exit` is no failure.
 *
 * - An error is seen through `uncaughtExceptionMonitor`. If the host handles uncaught errors itself, the process may go on: then `onEnd` is
 *   called when it exits after that with a code other than 0.
 * - A signal that nobody else listens to is sent again after `onEnd`, so that the process ends by it. If somebody else listens, all happens as
 *   if nobody watched, and `onEnd` is called when the process exits after SIGTERM or SIGINT; a host that handles SIGHUP usually reloads.
 * - In a worker thread its own errors are seen, and no signals: Node gives those to the main thread. In a browser nothing is seen.
 *
 * However many watch, in however many copies of this package, the process has one listener for each event.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` if `onEnd` is no function
 * @example
 * ```ts
 * import { writeFileSync } from "node:fs";
 * import { watchProcessEnd } from "@millwright/tracking/capture";
 *
 * const stopWatching = watchProcessEnd(({ status, reason }) => writeFileSync("status.txt", `${status} ${reason}`));
 * // … the work …
 * stopWatching();
 * ```
 */
export function watchProcessEnd(
  onEnd: (end: ProcessEnd) => void,
  options: WatchProcessEndOptions = {},
): () => void {
  if (typeof onEnd !== "function") throw invalidArgument("onEnd", "must be a function");
  const process = hostModule<ProcessEvents>("node:process");
  if (process === undefined) return () => {};
  const watch = currentWatch(process) ?? installProcessWatch(process);
  const watcher = (end: ProcessEnd): void => onEnd(end);
  watch.watchers.add(watcher);
  if (options.signals ?? true) watch.listenToSignals();
  return () => {
    if (watch.watchers.delete(watcher) && watch.watchers.size === 0) watch.uninstall();
  };
}

/** The listeners of the process are where a watch is found again, so that no module has to remember it. */
function currentWatch(process: ProcessEvents): ProcessWatch | undefined {
  return process
    .listeners("uncaughtExceptionMonitor")
    .map((listener) => (listener as { [watchMark]?: ProcessWatch })[watchMark])
    .find((watch) => watch !== undefined);
}
