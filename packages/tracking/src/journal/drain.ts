import { abortable, type CallOptions, type Clock, type Journal } from "@millwright/core";
import { trackingError } from "../errors.js";
import { decodeOperation } from "../operations/encode.js";
import type { PlacedOperation } from "../operations/operation.js";
import type { OperationSink, RefusedOperation } from "../sink/sink.js";

const pauseMicros = 1_000_000;
/** After failures the pause is doubled each time, up to this. */
const longestPauseMicros = 60_000_000;
/** Operations that go to the sink at once. */
const batchBytes = 8 * 1024 * 1024;
const batchOperations = 5_000;

/** What a drain works with. */
export interface DrainOptions {
  /** The journal, with everything in it that was logged before the call. */
  readonly journal: () => Promise<Journal>;
  readonly sink: OperationSink;
  readonly clock: Clock;
  readonly onRefused: (refused: readonly RefusedOperation[]) => void;
  /** Hears of a failure in the background. It is tried again after a second, then after ever longer pauses up to a minute. */
  readonly onError: (error: unknown) => void;
}

/** Moves operations from a journal to a sink, in the background and on request, one batch after the other. */
export interface Drain {
  /** Sees to it that what was logged is applied within about a second. */
  schedule(): void;
  /** Resolves once everything logged before the call has been applied. @throws {MillwrightError} `NOT_STORED` */
  drained(options?: CallOptions): Promise<void>;
  /** Ends the work in the background; what is not applied stays in the journal. */
  stop(): Promise<void>;
}

/** Makes a drain; nothing happens before it is asked for. */
export function createDrain({ journal, sink, clock, onRefused, onError }: DrainOptions): Drain {
  const stopped = new AbortController();
  let scheduled = false;
  let failures = 0;
  let running: Promise<void> = Promise.resolve();

  /** One drain after the other: one that is asked for during another sees what was logged before it was asked for. */
  function drain(): Promise<void> {
    const result = running.then(async () => {
      const source = await journal();
      onRefused((await drainJournal(source, sink)).refused);
    });
    running = result.then(
      () => {
        failures = 0;
      },
      () => {
        failures++;
      },
    );
    return result;
  }

  function inBackground(): void {
    scheduled = false;
    drain().catch((error: unknown) => {
      if (stopped.signal.aborted) return;
      onError(error);
      schedule();
    });
  }

  function schedule(): void {
    if (scheduled || stopped.signal.aborted) return;
    scheduled = true;
    clock
      .sleep(Math.min(pauseMicros * 2 ** failures, longestPauseMicros), stopped.signal)
      .then(inBackground, () => {});
  }

  return {
    schedule,
    drained: async ({ signal } = {}) => {
      try {
        await abortable(drain(), signal);
      } catch (cause) {
        if (signal?.aborted) throw cause;
        // It is kept only once it is where the journal keeps it, which in a browser is some time after it was appended.
        await abortable(
          journal().then((source) => source.sync()),
          signal,
        ).catch(() => signal?.throwIfAborted());
        throw trackingError(
          "NOT_STORED",
          "what was logged could not be stored; it is kept, and tried again by flush, by end and in the background",
          { cause },
        );
      }
    },
    stop() {
      stopped.abort(new DOMException("The tracker is closed.", "AbortError"));
      return running;
    },
  };
}

/** What a drain did. */
export interface DrainReport {
  readonly refused: readonly RefusedOperation[];
  /** The runs whose operations were applied. */
  readonly runs: ReadonlySet<string>;
}

/** Applies what is in a journal and gives it up there. */
export async function drainJournal(
  journal: Journal,
  sink: OperationSink,
  options: CallOptions = {},
): Promise<DrainReport> {
  const refused: RefusedOperation[] = [];
  const runs = new Set<string>();
  const applied = await sink.appliedSequence(journal.id, options);
  if (applied >= journal.lastSequence) return { refused, runs };
  let batch: PlacedOperation[] = [];
  let bytes = 0;
  const send = async (): Promise<void> => {
    const last = batch.at(-1);
    if (last === undefined) return;
    refused.push(...(await sink.apply(journal.id, batch, options)));
    batch = [];
    bytes = 0;
    await journal.truncate(last.sequence + 1, options);
  };
  for await (const { sequence, data } of journal.read(applied + 1, options)) {
    const operation = decodeOperation(data);
    batch.push({ sequence, operation });
    runs.add(operation.run);
    bytes += data.length;
    if (bytes >= batchBytes || batch.length >= batchOperations) await send();
  }
  await send();
  return { refused, runs };
}
