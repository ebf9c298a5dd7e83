import type { DurationInput } from "@millwright/core";

/** What runs capture by themselves. */
export interface CaptureOptions {
  /** Git state, entry point, versions and hardware, as tags under `millwright.`. Default: true. */
  readonly environment?: boolean | undefined;
  /** Where the repository is looked for, upwards. Default: the working directory. */
  readonly directory?: string | undefined;
  /**
   * Whether SIGTERM, SIGINT and SIGHUP end runs as KILLED, before they end the process as ever. Default: true. In a loop that never
   * returns to the event loop a signal that is listened to takes effect only when it does: pass `false` for such a program if Ctrl-C
   * must end it at once; its runs are then FAILED as soon as somebody notices.
   */
  readonly signals?: boolean | undefined;
  /** How often processor, memory, event loop, disk, network and GPUs are measured, as metrics under `system/`. Default: never. */
  readonly system?: DurationInput | undefined;
  /** The arguments of the program, secrets masked, as the tag `millwright.arguments`. Default: false. */
  readonly arguments?: boolean | undefined;
  /** What the program writes to its standard outputs, secrets masked, at most 1 MiB, as the file `console/output.log`. Default: false. */
  readonly console?: boolean | undefined;
}

/** What goes on beside a run. */
export interface RunCapture {
  /** Stops measuring and logs what was kept back. */
  stop(): void;
  /** Resolves when everything has been found out. */
  readonly done: Promise<void>;
}
