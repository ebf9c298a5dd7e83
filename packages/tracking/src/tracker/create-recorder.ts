import { type CallOptions, type Clock, type JournalDriver, systemClock } from "@millwright/core";
import { memoryJournals } from "@millwright/core/memory";
import { invalidArgument, trackingError } from "../errors.js";
import { summarise } from "../metrics/summarise.js";
import type { CreateOperation, Operation, ResumeOperation } from "../operations/operation.js";
import type { RunHome } from "../recording/run-home.js";
import { createdRun, RunDraft } from "../runs/run-draft.js";
import type { RecordingSink } from "../sink/sink.js";
import type { Recorder } from "./recorder.js";
import type { RecordingOptions } from "./run-options.js";
import { createRunStarter } from "./run-starter.js";

/** What a recorder needs. */
export interface RecorderOptions extends RecordingOptions {
  /** Where runs go, such as `httpSink({ url })` of `@millwright/tracking/http`. */
  readonly sink: RecordingSink;
  /**
   * Where what was logged waits until the sink has it: `indexedDbJournals(name)` in a browser, `localJournals(directory)` in Node, so
   * that a page or process that ends early loses nothing. Whoever makes them closes them. Default: this process's memory.
   */
  readonly journals?: JournalDriver | undefined;
  /** Default: the clock of the host. */
  readonly clock?: Clock | undefined;
}

/**
 * Records runs where there is no storage to read them from: in browsers and at the edge, to a server. All that a run can log, it can
 * log here; runs are read where they go. `end()` gives the run as this process wrote it. Content over 4 MiB, and that of streams, is sent
 * when it is logged; everything else waits in the journal while there is no line.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT`
 *
 * @example
 * ```ts
 * import { createRecorder } from "@millwright/tracking";
 * import { httpSink } from "@millwright/tracking/http";
 *
 * const recorder = createRecorder({ sink: httpSink({ url: "https://models.example/tracking" }) });
 * await recorder.run({ experiment: "in the browser", params: { learningRate: 0.1 } }, (run) => {
 *   for (let step = 0; step < 100; step++) run.logMetric("loss", 1 / (step + 1), { step });
 * });
 * await recorder.close();
 * ```
 */
export function createRecorder(options: RecorderOptions): Recorder {
  const { sink, journals = memoryJournals(), clock = systemClock() } = options;
  if (typeof sink?.apply !== "function" || typeof sink.storeContent !== "function")
    throw invalidArgument("sink", "give a sink, such as httpSink({ url })");
  /** The runs that are written here, as they are by what was logged. */
  const drafts = new Map<string, RunDraft>();

  function homeOf(begin: CreateOperation | ResumeOperation): RunHome {
    if (begin.kind === "create") drafts.set(begin.run, new RunDraft(createdRun(begin)));
    return {
      storage: { clock, blobs: { put: (source, call) => sink.storeContent(source, call) } },
      async get(id) {
        const draft = drafts.get(id);
        if (draft === undefined) throw trackingError("RUN_NOT_FOUND", `the run ${id} is not recorded here`);
        // It is asked for when it has ended.
        drafts.delete(id);
        return { value: draft.toRun() };
      },
    };
  }

  const { channels, startRun, run } = createRunStarter({
    ...options,
    // No namespace has a blank in its name, so that of a storage is never meant.
    place: { journals, clock, namespaceName: `sink ${sink.name}` },
    sink,
    homeOf,
    onAppend: (operation) => applyTo(drafts.get(operation.run), operation),
  });
  const close = (): Promise<void> => channels.close();
  return {
    startRun(start) {
      void channels.recoverOnce();
      return startRun(start);
    },
    run(start, body) {
      void channels.recoverOnce();
      return run(start, body);
    },
    recover: (call: CallOptions = {}) => channels.recover(call),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function applyTo(draft: RunDraft | undefined, operation: Operation): void {
  if (operation.kind === "points") draft?.addMetrics(summarise(operation.points));
  else draft?.apply(operation);
}
