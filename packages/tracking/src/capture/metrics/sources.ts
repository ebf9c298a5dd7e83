import type { Host } from "../host.js";

/** Numbers by key; one that its source does not have is left out. */
export type Measurements = Record<string, number>;

/** Something that is measured again and again. What counts since the last sample begins to count when it is opened. */
export interface MetricSource {
  /** `elapsed`: microseconds since the last sample. */
  sample(elapsed: number): Measurements | Promise<Measurements>;
  close?(): void;
}

/** CPU of the process and of the machine. */
export function processorSource({ process, system }: Host): MetricSource {
  const usage = (): number => {
    const { user, system: inKernel } = process.cpuUsage();
    return user + inKernel;
  };
  const machine = (): { busy: number; all: number } => {
    let [busy, all] = [0, 0];
    for (const { times } of system.cpus()) {
      const used = times.user + times.nice + times.sys + times.irq;
      busy += used;
      all += used + times.idle;
    }
    return { busy, all };
  };
  let lastUsage = usage();
  let lastMachine = machine();
  return {
    sample(elapsed) {
      const found: Measurements = {};
      const now = usage();
      if (elapsed > 0) found["system/process_cpu_percent"] = (100 * (now - lastUsage)) / elapsed;
      lastUsage = now;
      const { busy, all } = machine();
      const passed = all - lastMachine.all;
      if (passed > 0) found["system/cpu_percent"] = within100((100 * (busy - lastMachine.busy)) / passed);
      lastMachine = { busy, all };
      return found;
    },
  };
}

/** Memory of the process, its heap, and how full the machine is. */
export function memorySource({ process, system }: Host): MetricSource {
  return {
    sample() {
      const { rss, heapUsed, heapTotal } = process.memoryUsage();
      const total = system.totalmem();
      const found: Measurements = {
        "system/process_memory_bytes": rss,
        "system/heap_used_bytes": heapUsed,
        "system/heap_total_bytes": heapTotal,
      };
      if (total > 0) found["system/memory_percent"] = within100((100 * (total - system.freemem())) / total);
      return found;
    },
  };
}

function within100(percent: number): number {
  return Math.min(100, Math.max(0, percent));
}
