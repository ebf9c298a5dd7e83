import {
  type CallOptions,
  type Clock,
  coreError,
  type DurationInput,
  systemClock,
  toDuration,
} from "@millwright/core";
import { invalidArgument } from "../errors.js";
import { answerOf, currentHost, type Host } from "./host.js";
import { counterSource } from "./metrics/counters.js";
import { eventLoopSource } from "./metrics/event-loop.js";
import { gpuSource } from "./metrics/gpu.js";
import { type Measurements, type MetricSource, memorySource, processorSource } from "./metrics/sources.js";

/** Measurements of one moment. */
export interface SystemSample {
  /** Microseconds since the epoch. */
  readonly time: number;
  /** By key, such as `system/cpu_percent`. What the machine does not offer is left out. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** What to do with samples, and how often. `signal` stops the sampler as `close` does. */
export interface SampleSystemOptions extends CallOptions {
  /** From the end of one sample to the next, at least 100 ms. */
  readonly interval: DurationInput;
  /** Takes a sample. What it throws goes to `onError`. */
  readonly onSample: (sample: SystemSample) => void;
  /** Hears of what `onSample` threw. */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** Default: the clock of the host. */
  readonly clock?: Clock | undefined;
}

/** Samples until it is closed. */
export interface SystemSampler extends AsyncDisposable {
  /** Takes no further sample, and waits for one that is being taken; that one is dropped. */
  close(): Promise<void>;
}

const shortestInterval = 100_000;

/**
 * Measures the process and the machine on an interval, in the background, without keeping the process alive. The first sample comes
 * after the first interval.
 *
 * | key | value |
 * |---|---|
 * | `system/process_cpu_percent` | of the process since the last sample; 100 is one processor |
 * | `system/cpu_percent` | of all processors of the machine since the last sample, 0 to 100 |
 * | `system/process_memory_bytes`, `system/heap_used_bytes`, `system/heap_total_bytes` | resident memory; heap of JavaScript |
 * | `system/memory_percent` | of the machine, what is not available to programs |
 * | `system/event_loop_delay_mean_ms`, `…_p99_ms` | how late the event loop was since the last sample |
 * | `system/disk_read_bytes`, `system/disk_written_bytes` | by the process since the last sample (Linux) |
 * | `system/network_received_bytes`, `system/network_sent_bytes` | by the machine or container since the last sample (Linux) |
 * | `system/gpu_0_utilization_percent`, `…_memory_used_bytes`, `…_memory_percent`, `…_temperature_celsius` | of each GPU that `nvidia-smi` sees |
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT`; `UNSUPPORTED` on a host without processes, such as a browser
 * @example
 * ```ts
 * import { sampleSystem } from "@millwright/tracking/capture";
 *
 * const sampler = sampleSystem({
 *   interval: "10s",
 *   onSample: ({ time, metrics }) => console.log(time, metrics["system/cpu_percent"]),
 * });
 * // … the work …
 * await sampler.close();
 * ```
 */
export function sampleSystem(options: SampleSystemOptions): SystemSampler {
  const { onSample, onError, clock = systemClock(), signal } = options;
  const interval = toDuration(options.interval, "interval");
  if (interval < shortestInterval) throw invalidArgument("interval", "must be at least 100ms");
  if (typeof onSample !== "function") throw invalidArgument("onSample", "must be a function");
  const host = currentHost();
  if (host === undefined)
    throw coreError("UNSUPPORTED", "this host has no processes to measure; leave out system metrics here");
  const stop = new AbortController();
  const abort = (): void => stop.abort(new DOMException("The sampler was closed.", "AbortError"));
  if (signal?.aborted) abort();
  else signal?.addEventListener("abort", abort, { once: true });
  const done = sampleUntil(stop.signal).catch(() => {});

  async function sampleUntil(stopped: AbortSignal): Promise<void> {
    const sources = await openSources(host!, stopped);
    try {
      for (let last = clock.monotonic(); ; ) {
        await clock.sleep(interval, stopped);
        const now = clock.monotonic();
        const metrics = await sampleAll(sources, now - last);
        last = now;
        if (stopped.aborted) return;
        tell({ time: clock.now(), metrics });
      }
    } finally {
      for (const source of sources) source.close?.();
    }
  }

  function tell(sample: SystemSample): void {
    try {
      onSample(sample);
    } catch (error) {
      answerOf(() => onError?.(error));
    }
  }

  const sampler: SystemSampler = {
    async close() {
      signal?.removeEventListener("abort", abort);
      abort();
      await done;
    },
    [Symbol.asyncDispose]: () => sampler.close(),
  };
  return sampler;
}

async function openSources(host: Host, signal: AbortSignal): Promise<MetricSource[]> {
  const immediate = [
    answerOf(() => processorSource(host)),
    answerOf(() => memorySource(host)),
    answerOf(() => eventLoopSource()),
  ];
  const [counters, gpus] = await Promise.all([counterSource(host), gpuSource(host, signal)]);
  return [...immediate, counters, gpus].filter((source) => source !== undefined);
}

/** A source that fails is left out of the sample. */
async function sampleAll(sources: readonly MetricSource[], elapsed: number): Promise<Measurements> {
  const sampled = await Promise.all(
    sources.map(async (source): Promise<Measurements> => {
      try {
        return await source.sample(elapsed);
      } catch {
        return {};
      }
    }),
  );
  return Object.assign({}, ...sampled) as Measurements;
}
