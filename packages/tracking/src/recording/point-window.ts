import type { Clock } from "@millwright/core";
import type { OperationJournal } from "../journal/operation-journal.js";
import { PointBuffer } from "../metrics/point-buffer.js";

const windowMicros = 50_000;
/** Points of 28 bytes in 64 KiB. */
const windowPoints = 2_340;

/**
 * The points of a run that are not in its journal yet: at most 64 KiB, for at most 50 ms. That is looked after by every call,
 * since a training loop may never let a timer fire, and by a timer, for what is logged last.
 */
export class PointWindow {
  readonly #run: string;
  readonly #journal: OperationJournal;
  readonly #clock: Clock;
  readonly #immediate: boolean;
  #points = new PointBuffer();
  #openedAt = 0;
  #timer = false;

  constructor(run: string, journal: OperationJournal, clock: Clock) {
    this.#run = run;
    this.#journal = journal;
    this.#clock = clock;
    this.#immediate = journal.durability === "fsync";
  }

  /** Adds a point; call {@link check} after the last one of a call. */
  add(key: string, value: number, step: bigint, time: number): void {
    this.#points.add(key, value, step, time);
    if (this.#points.length >= windowPoints) this.write();
  }

  /** Hands over what is older than the window. `now` is the time of the call. */
  check(now: number): void {
    if (this.#immediate) this.flush();
    else if (this.#openedAt === 0) {
      this.#openedAt = now;
      this.#flushLater();
    } else if (now - this.#openedAt >= windowMicros || now < this.#openedAt) this.flush();
  }

  /** Writes the points to the journal, and hands over all that is in it. */
  flush(): void {
    this.#openedAt = 0;
    this.write();
    this.#journal.flush();
  }

  /** Writes the points to the journal, so that what is written next comes behind them. */
  write(): void {
    if (this.#points.length === 0) return;
    const points = this.#points.toBatch();
    this.#points = new PointBuffer(Math.max(64, Math.min(points.rows, windowPoints)));
    this.#journal.append({ kind: "points", run: this.#run, points });
  }

  #flushLater(): void {
    if (this.#timer) return;
    this.#timer = true;
    this.#clock.sleep(windowMicros).then(
      () => {
        this.#timer = false;
        if (this.#openedAt !== 0) this.flush();
      },
      () => {},
    );
  }
}
