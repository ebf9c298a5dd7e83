import { expect } from "vitest";
import type { KvDriver } from "../../../kv/driver.js";
import { decodeKey, encodeKey, prefixRange } from "../../../kv/key.js";
import { startChild } from "../kill/child.js";
import { type KillReport, killRounds } from "../kill/kill-rounds.js";
import type { LogWriterInput } from "./log-writer.js";
import { openServerKv, type ServerStore } from "./open-server-kv.js";
import type { PrivateServer } from "./private-redis.js";

/**
 * Kills writers, or the server beneath them, and looks whether every acknowledged append is there under its sequence, no
 * sequence is missing, nothing was applied twice, and the second key of each commit agrees.
 */
export async function serverKillRounds(
  kind: ServerStore["kind"],
  server: PrivateServer,
  options: { kills: number; seed: number; victim: "client" | "server" },
): Promise<KillReport> {
  // A new log now and then, so that long runs do not read ever longer ones.
  const logOf = (round: number): Uint8Array => encodeKey(["killed", Math.floor(round / 20)]);
  const store: ServerStore = { kind, url: server.url, name: `killed_${options.victim}` };
  let writer = 0;
  return killRounds({
    kills: options.kills,
    seed: options.seed,
    // A client takes its time to connect.
    window: 200,
    start({ round }) {
      const writers = [1, 2].map(() => {
        writer = (writer % 200) + 1;
        const input = { store, log: [...logOf(round)], writer } satisfies LogWriterInput;
        return startChild(new URL("./log-writer.ts", import.meta.url), input);
      });
      return options.victim === "server" ? { writers, kill: () => server.kill() } : { writers };
    },
    async verify(acknowledged, { round }) {
      if (options.victim === "server") await server.restart();
      const { driver, close } = await openServerKv(store);
      try {
        await verifyLog(driver, logOf(round), acknowledged.flat());
      } finally {
        await close();
      }
    },
  });
}

async function verifyLog(driver: KvDriver, log: Uint8Array, acknowledged: readonly string[]): Promise<void> {
  const now = Date.now() * 1000;
  const entries = await driver.read({ ...prefixRange(log), kind: "range", reverse: false, limit: 1e6, now });
  const lines = entries.map((entry) => {
    const sequence = decodeKey(entry!.key)!.at(-1) as number;
    return `${sequence} ${new TextDecoder().decode(entry!.value)}`;
  });
  expect(lines.map((line) => Number(line.split(" ")[0]))).toEqual(lines.map((_, index) => index + 1));
  const present = new Set(lines);
  expect(acknowledged.filter((line) => !present.has(line))).toEqual([]);
  const last = new Map<number, string>();
  for (const line of lines) {
    const value = line.split(" ")[1]!;
    last.set(Number(value.split(":")[0]), value);
  }
  const markers = [...last.keys()].map((writer) => Uint8Array.of(0x02, 0x6d, writer, 0x00));
  const marked = await driver.read({ kind: "keys", keys: markers, now });
  expect(marked.map((entry) => new TextDecoder().decode(entry?.value))).toEqual([...last.values()]);
}
