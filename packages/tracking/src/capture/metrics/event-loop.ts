import { hostModule } from "@millwright/core";
import { answerOf } from "../host.js";
import type { MetricSource } from "./sources.js";

interface Histogram {
  readonly count: number;
  readonly mean: number;
  percentile(percentile: number): number;
  record(nanoseconds: number): void;
  reset(): void;
}

interface Timers {
  setTimeout(callback: () => void, milliseconds: number): { unref(): void };
  clearTimeout(timer: unknown): void;
}

/** Milliseconds between two looks at the event loop. */
const resolution = 10;

/**
 * How late the event loop is; `undefined` where the host has no histograms. A timer of our own looks, not `monitorEventLoopDelay`: after
 * `reset()` that one does not see a delay that has begun before its next look, which in a program that rarely returns is every delay.
 */
export function eventLoopSource(): MetricSource | undefined {
  const hooks = hostModule<{ createHistogram?(): Histogram }>("node:perf_hooks");
  const timers = hostModule<Timers>("node:timers");
  const histogram = answerOf(() => hooks?.createHistogram?.());
  if (histogram === undefined || timers === undefined) return undefined;
  let due: number;
  let timer: unknown;
  const look = (): void => {
    const late = performance.now() - due;
    histogram.record(Math.max(1, Math.round(late * 1e6)));
    wait();
  };
  const wait = (): void => {
    due = performance.now() + resolution;
    const next = timers.setTimeout(look, resolution);
    next.unref();
    timer = next;
  };
  wait();
  return {
    sample() {
      if (histogram.count === 0) return {};
      const found = {
        "system/event_loop_delay_mean_ms": histogram.mean / 1e6,
        "system/event_loop_delay_p99_ms": histogram.percentile(99) / 1e6,
      };
      histogram.reset();
      return found;
    },
    close: () => timers.clearTimeout(timer),
  };
}
