import { hostModule } from "@millwright/core";
import { captureOutput } from "../capture/console-output.js";
import { captureEnvironment } from "../capture/environment.js";
import { environmentTags } from "../capture/environment-tags.js";
import { captureArguments } from "../capture/mask-secrets.js";
import { watchProcessEnd } from "../capture/process-end.js";
import { processIdentity } from "../capture/process-identity.js";
import { sampleSystem } from "../capture/system-metrics.js";
import { trackingLimits } from "../limits.js";
import type { Operation } from "../operations/operation.js";
import type { ActiveRun } from "../runs/run.js";
import type { CaptureOptions, RunCapture } from "./capture-options.js";

/** What captures. */
export interface Capturing {
  readonly watchProcessEnd: typeof watchProcessEnd;
  readonly processIdentity: typeof processIdentity;
  /** Begins what was asked for, beside a run. `append` writes an operation also when the run has ended meanwhile. */
  start(run: ActiveRun, append: (operation: Operation) => void): RunCapture;
}

/**
 * Makes what captures. Loaded when the first run starts: for a program that only reads runs it would be half of the package. The
 * environment is found out once; nothing that is missing there is an error.
 */
export function createCapturing(options: CaptureOptions): Capturing {
  let found: Promise<Record<string, string>> | undefined;
  const environment = (): Promise<Record<string, string>> => {
    found ??= captureEnvironment({ directory: options.directory }).then(environmentTags, () => ({}));
    return found;
  };
  return {
    watchProcessEnd,
    processIdentity,
    start: (run, append) => startCapture(run, append, options, environment),
  };
}

function startCapture(
  run: ActiveRun,
  append: (operation: Operation) => void,
  options: CaptureOptions,
  environment: () => Promise<Record<string, string>>,
): RunCapture {
  const stops: (() => void)[] = [];
  if (options.system !== undefined) {
    let step = 0;
    const sampler = sampleSystem({
      interval: options.system,
      onSample: ({ time, metrics }) => run.logMetrics(metrics, { step: step++, time }),
    });
    stops.push(() => void sampler.close());
  }
  if (options.console === true) {
    const texts: string[] = [];
    const capture = captureOutput({ onText: ({ text }) => texts.push(text) });
    stops.push(() => {
      void capture.close();
      if (texts.length > 0) run.logText("console/output.log", texts.join(""));
    });
  }
  if (options.arguments === true) {
    const argv = hostModule<{ argv: readonly string[] }>("node:process")?.argv ?? [];
    const text = JSON.stringify(captureArguments(argv.slice(2))).slice(0, trackingLimits.tagLength);
    append({ kind: "tags", run: run.id, tags: { "millwright.arguments": text.toWellFormed() } });
  }
  const done =
    options.environment === false
      ? Promise.resolve()
      : environment().then((tags) => {
          if (Object.keys(tags).length > 0) append({ kind: "tags", run: run.id, tags });
        });
  return {
    stop() {
      for (const stop of stops.splice(0)) stop();
    },
    done,
  };
}
