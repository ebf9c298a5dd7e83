import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs";
import { arch, cpus, loadavg, platform, totalmem } from "node:os";
import { join } from "node:path";

/** Where numbers were measured. */
export interface Machine {
  readonly platform: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGigabytes: number;
  readonly node: string;
  /** Of the last minute: over the number of cores, the times are those of a queue. */
  readonly load: number;
  /** Median of 4 KiB written and synced, in microseconds. Under about 100, nothing waited for a disk. */
  readonly syncMicroseconds: number;
}

/** Looks at the machine, and at the disk of a folder. */
export function describeMachine(folder: string): Machine {
  const processors = cpus();
  return {
    platform: `${platform()} ${arch()}`,
    processor: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    load: loadavg()[0]!,
    syncMicroseconds: measureSync(join(folder, "sync-probe")),
  };
}

/** The machine in one line. */
export function machineLine(machine: Machine): string {
  const { platform: system, processor, cores, memoryGigabytes, node, load, syncMicroseconds } = machine;
  return `${processor}, ${cores} cores, ${memoryGigabytes} GB, ${system}, Node ${node}, load ${load.toFixed(1)}, 4 KiB + fdatasync ${syncMicroseconds.toFixed(0)} µs`;
}

function measureSync(path: string): number {
  const file = openSync(path, "w");
  const block = new Uint8Array(4_096);
  const times: number[] = [];
  for (let index = 0; index < 50; index++) {
    const started = performance.now();
    writeSync(file, block, 0, block.length, index * block.length);
    fdatasyncSync(file);
    times.push((performance.now() - started) * 1_000);
  }
  closeSync(file);
  return times.sort((a, b) => a - b)[25]!;
}
