import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, type ServerProcess, startServerProcess } from "./server-process.js";

/** A server of a test's own, which it may kill and start again on the same data. */
export interface PrivateServer {
  readonly url: string;
  readonly port: number;
  kill(): Promise<void>;
  /** Starts it again after a kill. */
  restart(): Promise<void>;
  /** Kills it and removes its data. */
  close(): Promise<void>;
}

/** Starts a durable Redis on a free port; `settings` come last and win. */
export async function startPrivateRedis(
  binary: string,
  settings: readonly string[] = [],
): Promise<PrivateServer> {
  const directory = await mkdtemp(join(tmpdir(), "millwright-redis-"));
  const port = await freePort();
  const durable = [
    "--appendonly",
    "yes",
    "--appendfsync",
    "always",
    "--save",
    "",
    "--maxmemory-policy",
    "noeviction",
  ];
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--dir", directory, ...durable, ...settings];
  const start = (): Promise<ServerProcess> => startServerProcess(binary, args, /Ready to accept connections/);
  let server = await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    kill: () => server.kill(),
    async restart() {
      server = await start();
    },
    async close() {
      await server.kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
