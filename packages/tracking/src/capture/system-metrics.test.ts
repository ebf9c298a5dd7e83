import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import { manualClock } from "@millwright/core/testing";
import { afterEach, describe, expect, test, vi } from "vitest";
import { currentHost } from "./host.js";
import { counterSource, parseDisk, parseNetwork } from "./metrics/counters.js";
import { parseGpus } from "./metrics/gpu.js";
import { type SampleSystemOptions, type SystemSample, sampleSystem } from "./system-metrics.js";
import { bundle, runProgram } from "./test-support/program.js";
import { temporaryDirectory, write } from "./test-support/temporary-repository.js";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** Samples with a clock whose sleeps are over at once, until there are so many. */
async function take(count: number, options: Partial<SampleSystemOptions> = {}): Promise<SystemSample[]> {
  const samples: SystemSample[] = [];
  const sampler = sampleSystem({
    interval: "100ms",
    clock: { ...eagerClock(), ...options.clock },
    onSample: (sample) => void samples.push(sample),
    ...options,
  });
  while (samples.length < count) await wait(1);
  await sampler.close();
  return samples;
}

/** Each sleep lasts 30 real milliseconds, so that the event loop is looked at, and says that it was the whole interval. */
function eagerClock() {
  let time = 0;
  return {
    now: () => time,
    monotonic: () => time,
    async sleep(microseconds: number, signal?: AbortSignal): Promise<void> {
      await wait(30, undefined, signal && { signal });
      time += microseconds;
    },
  };
}

describe("a sample", () => {
  test("has the process, the machine and the event loop, as finite numbers that make sense", async () => {
    vi.stubEnv("PATH", "");
    const samples = await take(3);
    for (const { metrics } of samples) {
      expect(Object.values(metrics).every(Number.isFinite)).toBe(true);
      expect(metrics["system/process_cpu_percent"]).toBeGreaterThanOrEqual(0);
      expect(metrics["system/process_memory_bytes"]).toBeGreaterThan(metrics["system/heap_used_bytes"]!);
      expect(metrics["system/memory_percent"]).toBeGreaterThan(0);
      expect(metrics["system/memory_percent"]).toBeLessThanOrEqual(100);
      expect(metrics["system/event_loop_delay_mean_ms"]).toBeGreaterThanOrEqual(0);
      expect(metrics["system/event_loop_delay_p99_ms"]).toBeGreaterThanOrEqual(0);
      expect(Object.keys(metrics).filter((key) => key.includes("gpu"))).toEqual([]);
    }
    expect(samples.map(({ time }) => time)).toEqual([100_000, 200_000, 300_000]);
  });

  test("says the share of the interval that the process computed", async () => {
    const usage = vi.spyOn(process, "cpuUsage");
    usage
      .mockReturnValueOnce({ user: 1_000, system: 1_000 })
      .mockReturnValue({ user: 51_000, system: 26_000 });
    const [first, second] = await take(2);
    expect(first?.metrics["system/process_cpu_percent"]).toBe(75);
    expect(second?.metrics["system/process_cpu_percent"]).toBe(0);
  });

  test("shows an event loop that was blocked", async () => {
    const samples: SystemSample[] = [];
    const clock = eagerClock();
    const sampler = sampleSystem({
      interval: "100ms",
      clock,
      onSample: (sample) => {
        samples.push(sample);
        if (samples.length > 1) return;
        const end = performance.now() + 120;
        while (performance.now() < end);
      },
    });
    while (samples.length < 2) await wait(1);
    await sampler.close();
    expect(samples[1]!.metrics["system/event_loop_delay_p99_ms"]).toBeGreaterThan(50);
  });

  test.runIf(process.platform === "linux")("counts bytes of disk and network on Linux", async () => {
    const [sample] = await take(1);
    expect(sample!.metrics["system/disk_written_bytes"]).toBeGreaterThanOrEqual(0);
  });
});

describe("counters of /proc", () => {
  test("network adds the interfaces but not the loopback", () => {
    const text = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 9999 1 0 0 0 0 0 0 9999 1 0 0 0 0 0 0
  eth0: 1000 5 0 0 0 0 0 0 300 4 0 0 0 0 0 0
eth1.5:12345678901 1 0 0 0 0 0 0 2 1 0 0 0 0 0 0
`;
    expect(parseNetwork(text)).toEqual({
      "system/network_received_bytes": 12_345_679_901,
      "system/network_sent_bytes": 302,
    });
    expect(parseNetwork("")).toEqual({});
    expect(parseNetwork("lo: 1 1 1 1 1 1 1 1 1 1")).toEqual({});
  });

  test("disk is what reached the storage layer", () => {
    const text =
      "rchar: 5\nwchar: 6\nsyscr: 1\nsyscw: 1\nread_bytes: 4096\nwrite_bytes: 8192\ncancelled_write_bytes: 3\n";
    expect(parseDisk(text)).toEqual({ "system/disk_read_bytes": 4_096, "system/disk_written_bytes": 8_192 });
    expect(parseDisk("")).toEqual({});
  });

  test("a sample has the difference, and none for a counter that went back or was not there", async () => {
    const io = [
      "read_bytes: 10\nwrite_bytes: 10\n",
      "read_bytes: 15\nwrite_bytes: 4\n",
      "",
      "read_bytes: 20\n",
    ];
    const host = currentHost()!;
    const readFile = async (path: string): Promise<Uint8Array> => {
      if (path !== "/proc/self/io") throw new Error("not there");
      return new TextEncoder().encode(io.shift());
    };
    const files = { ...host.files, promises: { ...host.files.promises, readFile } };
    const source = await counterSource({ ...host, files });
    expect(await source.sample(1)).toEqual({ "system/disk_read_bytes": 5 });
    expect(await source.sample(1)).toEqual({});
    expect(await source.sample(1)).toEqual({});
  });
});

describe("GPUs", () => {
  /** A program that is found as `nvidia-smi`. */
  const install = (script: string): string => {
    const directory = temporaryDirectory();
    write(directory, "nvidia-smi", `#!/bin/sh\n${script}\n`, 0o755);
    vi.stubEnv("PATH", `${directory}:${process.env.PATH}`);
    return directory;
  };

  test("each has its utilisation, memory and temperature", async () => {
    install(
      'test "$*" = "--query-gpu=index,utilization.gpu,memory.used,memory.total,temperature.gpu --format=csv,noheader,nounits" || exit 1\necho "0, 35, 1024, 4096, 61"\necho "1, 0, 0, 4096, 30"',
    );
    const [sample] = await take(1);
    expect(sample!.metrics).toMatchObject({
      "system/gpu_0_utilization_percent": 35,
      "system/gpu_0_memory_used_bytes": 1_073_741_824,
      "system/gpu_0_memory_percent": 25,
      "system/gpu_0_temperature_celsius": 61,
      "system/gpu_1_utilization_percent": 0,
      "system/gpu_1_memory_percent": 0,
    });
  });

  test("a program that fails is asked three times and then no more, and the rest is sampled", async () => {
    const directory = install('echo "NVIDIA-SMI has failed"; echo x >> "$(dirname "$0")/asked"; exit 9');
    const samples = await take(5);
    expect(samples.every(({ metrics }) => metrics["system/process_memory_bytes"]! > 0)).toBe(true);
    expect(Object.keys(samples.at(-1)!.metrics).filter((key) => key.includes("gpu"))).toEqual([]);
    const { readFileSync } = await import("node:fs");
    expect(readFileSync(`${directory}/asked`, "utf8")).toBe("x\nx\nx\n");
  });

  test("what is not supported, and lines of other text, are no measurement", () => {
    expect(parseGpus("0, [N/A], [Not Supported], 4096, 55\nNo devices were found\n\n1, 5\n")).toEqual({
      "system/gpu_0_temperature_celsius": 55,
      "system/gpu_1_utilization_percent": 5,
    });
  });

  test("closing does not wait for a program that hangs", async () => {
    const directory = install('touch "$(dirname "$0")/started"; exec sleep 100');
    const sampler = sampleSystem({ interval: "100ms", clock: eagerClock(), onSample: () => {} });
    const { existsSync } = await import("node:fs");
    while (!existsSync(`${directory}/started`)) await wait(1);
    await sampler.close();
  });
});

describe("the sampler", () => {
  test("samples once for each interval of its clock", async () => {
    vi.stubEnv("PATH", "");
    const clock = manualClock(0);
    let count = 0;
    const sampler = sampleSystem({ interval: "1s", clock, onSample: () => count++ });
    for (let round = 1; round <= 3; round++) {
      // Reads of files take some turns until the sampler sleeps again.
      for (let turn = 0; turn < 50; turn++) await wait(1);
      expect(count).toBe(round - 1);
      clock.advance(1_000_000);
    }
    while (count < 3) await nextTurn();
    await sampler.close();
  });

  test("goes on after a callback that throws, and says so", async () => {
    const errors: unknown[] = [];
    let count = 0;
    const sampler = sampleSystem({
      interval: "100ms",
      clock: eagerClock(),
      onSample: () => {
        count++;
        throw new Error("full");
      },
      onError: (error) => {
        errors.push(error);
        throw error;
      },
    });
    while (count < 2) await wait(1);
    await sampler.close();
    expect(errors.length).toBe(count);
  });

  test.each([
    ["close", async (close: () => Promise<void>) => close()],
    [
      "its signal",
      async (close: () => Promise<void>, abort: () => void) => {
        abort();
        await close();
      },
    ],
  ])("tells nothing after %s, however often it is closed", async (_, end) => {
    const controller = new AbortController();
    let count = 0;
    const sampler = sampleSystem({
      interval: "100ms",
      clock: eagerClock(),
      onSample: () => count++,
      signal: controller.signal,
    });
    while (count < 1) await wait(1);
    await end(
      () => sampler.close(),
      () => controller.abort(),
    );
    const before = count;
    await sampler[Symbol.asyncDispose]();
    await wait(60);
    expect(count).toBe(before);
  });

  test("does not keep the process alive, also while a program hangs", async () => {
    const directory = temporaryDirectory();
    write(directory, "nvidia-smi", `#!/bin/sh\ntouch "${directory}/started"\nexec sleep 5\n`, 0o755);
    const module = await bundle(directory, "system-metrics.ts");
    const { code, lines } = await runProgram(
      `
      import { existsSync } from "node:fs";
      import { sampleSystem } from ${JSON.stringify(module)};
      process.env.PATH = ${JSON.stringify(directory)} + ":" + process.env.PATH;
      sampleSystem({ interval: "100ms", onSample: () => console.log("sample") });
      const look = setInterval(() => { if (existsSync(${JSON.stringify(`${directory}/started`)})) clearInterval(look); }, 5);
    `,
      [],
      directory,
    );
    expect({ code, lines }).toEqual({ code: 0, lines: [] });
  });

  test("bad arguments are refused, and a host without processes", () => {
    const onSample = (): void => {};
    const refused = (options: unknown, code: string): void =>
      expect(() => sampleSystem(options as SampleSystemOptions)).toThrow(expect.objectContaining({ code }));
    refused({ interval: "50ms", onSample }, "INVALID_ARGUMENT");
    refused({ interval: "soon", onSample }, "INVALID_ARGUMENT");
    refused({ interval: "1s" }, "INVALID_ARGUMENT");
    const builtins = process.getBuiltinModule;
    process.getBuiltinModule = undefined as never;
    try {
      refused({ interval: "1s", onSample }, "UNSUPPORTED");
    } finally {
      process.getBuiltinModule = builtins;
    }
  });
});
