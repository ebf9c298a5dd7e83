import { type Host, readText } from "../host.js";
import type { Measurements, MetricSource } from "./sources.js";

/**
 * What `/proc` counts of Linux: bytes that this process had read from and written to disks, and bytes that came and went over all network
 * interfaces but the loopback, each since the last sample. A counter that went back, as when an interface was removed, is left out once.
 */
export async function counterSource(host: Host): Promise<MetricSource> {
  let last = await readCounters(host);
  return {
    async sample() {
      const now = await readCounters(host);
      const found: Measurements = {};
      for (const [key, count] of Object.entries(now)) {
        const before = last[key];
        if (before !== undefined && count >= before) found[key] = count - before;
      }
      last = now;
      return found;
    },
  };
}

async function readCounters(host: Host): Promise<Measurements> {
  const [disk, network] = await Promise.all([
    readText(host, "/proc/self/io"),
    readText(host, "/proc/net/dev"),
  ]);
  return { ...parseDisk(disk ?? ""), ...parseNetwork(network ?? "") };
}

/** Of `/proc/[pid]/io`, see proc(5): what went to the storage layer, not what the page cache answered. */
export function parseDisk(text: string): Measurements {
  const found: Measurements = {};
  const read = /^read_bytes: (\d+)$/m.exec(text)?.[1];
  const written = /^write_bytes: (\d+)$/m.exec(text)?.[1];
  if (read !== undefined) found["system/disk_read_bytes"] = Number(read);
  if (written !== undefined) found["system/disk_written_bytes"] = Number(written);
  return found;
}

/** Of `/proc/net/dev`: after the name of an interface, column 1 counts the bytes received and column 9 those sent. */
export function parseNetwork(text: string): Measurements {
  let [received, sent, interfaces] = [0, 0, 0];
  for (const line of text.split("\n")) {
    const [, name, counts] = /^\s*([^:\s]+):\s*(.*)$/.exec(line) ?? [];
    if (name === undefined || name === "lo") continue;
    const columns = counts!.trim().split(/\s+/).map(Number);
    const [come, gone] = [columns[0], columns[8]];
    if (come === undefined || gone === undefined || !Number.isFinite(come + gone)) continue;
    received += come;
    sent += gone;
    interfaces++;
  }
  if (interfaces === 0) return {};
  return { "system/network_received_bytes": received, "system/network_sent_bytes": sent };
}
