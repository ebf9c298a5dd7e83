import type { Host } from "../host.js";
import { findProgram, runProgram } from "../program.js";
import type { Measurements, MetricSource } from "./sources.js";

/** What is asked, in this order: the names are those of `nvidia-smi --help-query-gpu`. Memory is in MiB, temperature in °C. */
const fields = ["index", "utilization.gpu", "memory.used", "memory.total", "temperature.gpu"];

const timeLimit = 5_000;

/** After so many failures in a row the program is not asked any more. */
const patience = 3;

/** The GPUs that `nvidia-smi` sees; `undefined` if it is not installed. */
export async function gpuSource(host: Host, signal: AbortSignal): Promise<MetricSource | undefined> {
  const path = await findProgram(host, "nvidia-smi");
  if (path === undefined) return undefined;
  let failures = 0;
  return {
    async sample() {
      if (failures >= patience) return {};
      const decoder = new TextDecoder();
      let text = "";
      const answered = await runProgram(path, {
        arguments: [`--query-gpu=${fields.join(",")}`, "--format=csv,noheader,nounits"],
        environment: { ...host.process.env, LC_ALL: "C" },
        timeLimit,
        signal,
        keepsAlive: false,
        onOutput: (bytes) => {
          text += decoder.decode(bytes, { stream: true });
        },
      });
      failures = answered ? 0 : failures + 1;
      return answered ? parseGpus(text) : {};
    },
  };
}

/** Of each line of `nvidia-smi`'s answer; `[N/A]` and other words are no measurement. */
export function parseGpus(text: string): Measurements {
  const found: Measurements = {};
  for (const line of text.split("\n")) {
    const [index, ...values] = line.split(",").map((value) => value.trim());
    if (index === undefined || !/^\d+$/.test(index)) continue;
    const [utilization, used, total, temperature] = values.map((value) =>
      /^\d+(\.\d+)?$/.test(value) ? Number(value) : undefined,
    );
    const put = (name: string, value: number | undefined): void => {
      if (value !== undefined) found[`system/gpu_${index}_${name}`] = value;
    };
    put("utilization_percent", utilization);
    put("memory_used_bytes", used === undefined ? undefined : used * 1_048_576);
    put("memory_percent", used === undefined || !total ? undefined : (100 * used) / total);
    put("temperature_celsius", temperature);
  }
  return found;
}
