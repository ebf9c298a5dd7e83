import { abortable, createIdentifierHex, messageOf } from "@millwright/core";
import { invalidArgument } from "../errors.js";
import type { Channel } from "../journal/channel.js";
import { trackingLimits } from "../limits.js";
import { assertName } from "../names.js";
import type { CreateOperation, ResumeOperation } from "../operations/operation.js";
import { flattenParams } from "../params/flatten.js";
import type { StartedRun, WrittenRun } from "../recording/active-run.js";
import type { Capturing } from "../recording/capture.js";
import type { RunHome } from "../recording/run-home.js";
import { assertGoals } from "../runs/metric-goal.js";
import type { ActiveRun } from "../runs/run.js";
import { assertTags } from "../runs/tags.js";
import { Channels, type ChannelsOptions } from "./channels.js";
import type { RecordingOptions, RunOptions } from "./run-options.js";

/** Where runs are recorded to, and how. */
export interface RunStarterOptions
  extends RecordingOptions,
    Pick<ChannelsOptions, "place" | "sink" | "onRecovered" | "onAppend"> {
  /** What a run needs that begins, or goes on, with an operation. */
  readonly homeOf: (begin: CreateOperation | ResumeOperation) => RunHome;
}

/** Starts runs, for trackers and recorders. */
export interface RunStarter {
  readonly channels: Channels;
  /** Tells `onError`. */
  tell(error: unknown, run: string | undefined): void;
  /** Begins a run, or goes on with one, as an operation says. */
  open(started: StartedRun, begin: CreateOperation | ResumeOperation): Promise<WrittenRun>;
  start(options: RunOptions): Promise<WrittenRun>;
  startRun(options: RunOptions): Promise<ActiveRun>;
  run<Result>(options: RunOptions, body: (run: ActiveRun) => Result | Promise<Result>): Promise<Result>;
}

export function createRunStarter(options: RunStarterOptions): RunStarter {
  const { place, sink, onRecovered, onAppend, durability, actor } = options;
  const { clock } = place;
  const tell = (error: unknown, run: string | undefined): void => {
    try {
      options.onError?.(error, run);
    } catch {
      // A listener's own mistakes harm nobody.
    }
  };
  const captured = options.capture === false ? { environment: false } : (options.capture ?? {});
  let loading: Promise<Capturing> | undefined;
  const capturing = (): Promise<Capturing> => {
    loading ??= import("../recording/capture.js").then(({ createCapturing }) => createCapturing(captured));
    return loading;
  };
  const channels = new Channels({
    place,
    sink,
    durability,
    signals: options.capture !== false && captured.signals !== false,
    onError: tell,
    onRecovered,
    onAppend,
  });

  async function open(started: StartedRun, begin: CreateOperation | ResumeOperation): Promise<WrittenRun> {
    // Loaded for the first run, as what captures is: a program that only reads needs neither.
    const [{ processIdentity, start: capture, watchProcessEnd }, { createActiveRun }] = await Promise.all([
      capturing(),
      import("../recording/active-run.js"),
    ]);
    const make = (channel: Channel): WrittenRun => {
      const beginning = { ...begin, process: processIdentity() };
      return createActiveRun(
        {
          runs: options.homeOf(beginning),
          channel,
          takeRefused: (run) => channels.takeRefused(run),
          onEnd: (run) => channels.release(run),
          capture,
        },
        started,
        beginning,
      );
    };
    return channels.open(make, watchProcessEnd);
  }

  async function start(run: RunOptions): Promise<WrittenRun> {
    const { experiment, name, parent, params = {}, tags = {}, goals = {}, signal } = run;
    signal?.throwIfAborted();
    assertName(experiment, "experiment", trackingLimits.nameLength);
    if (name !== undefined) assertName(name, "name", trackingLimits.nameLength);
    assertTags(tags);
    assertGoals(goals);
    const flat = flattenParams(params);
    if (parent !== undefined && !/^[0-9a-f]{32}$/.test(parent))
      throw invalidArgument("parent", `${JSON.stringify(parent)} is no id of a run`);
    const time = clock.now();
    const id = createIdentifierHex({ time });
    const started = await open(
      { id, experiment, params: {} },
      {
        kind: "create",
        run: id,
        experiment,
        name,
        parent,
        actor: actor?.id,
        time,
      },
    );
    if (flat.size > 0) started.run.logParams(Object.fromEntries(flat));
    if (Object.keys(tags).length > 0) started.run.setTags(tags);
    started.run.setGoals(goals);
    return started;
  }

  const startRun = async (run: RunOptions): Promise<ActiveRun> => (await start(run)).run;

  return {
    channels,
    tell,
    open,
    start,
    startRun,
    async run(options, body) {
      const run = await startRun(options);
      let result: Awaited<ReturnType<typeof body>>;
      try {
        result = await abortable(Promise.resolve(run).then(body), options.signal);
      } catch (error) {
        // The error of the body is the one that counts, also if the end cannot be stored.
        await run
          .end({ status: "FAILED", reason: messageOf(error) })
          .catch((failure: unknown) => tell(failure, run.id));
        throw error;
      }
      await run.end();
      return result;
    },
  };
}
