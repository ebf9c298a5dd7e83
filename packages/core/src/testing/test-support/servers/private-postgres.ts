import { spawnSync } from "node:child_process";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PrivateServer } from "./private-redis.js";
import { freePort, type ServerProcess, startServerProcess } from "./server-process.js";

/** The user that PostgreSQL runs as, from `uid:gid`: it refuses to be root. */
export function serverUser(text: string | undefined): { uid: number; gid: number } | undefined {
  if (text === undefined || text === "") return undefined;
  const [uid, gid] = text.split(":").map(Number);
  return { uid: uid!, gid: gid! };
}

/** Starts a PostgreSQL cluster of a test's own on a free port, with `settings` such as `fsync=off`. */
export async function startPrivatePostgres(
  binaries: string,
  user: { uid: number; gid: number } | undefined,
  settings: readonly string[] = [],
): Promise<PrivateServer> {
  const directory = await mkdtemp(join(tmpdir(), "millwright-postgres-"));
  if (user !== undefined) await chown(directory, user.uid, user.gid);
  const data = join(directory, "data");
  const initialised = spawnSync(
    join(binaries, "initdb"),
    ["-D", data, "-U", "millwright", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
    { cwd: "/", encoding: "utf8", ...user },
  );
  if (initialised.status !== 0) throw new Error(`initdb failed: ${initialised.stderr}`);
  const port = await freePort();
  const args = ["-D", data, "-p", String(port), "-h", "127.0.0.1", "-k", directory];
  for (const setting of settings) args.push("-c", setting);
  const start = (): Promise<ServerProcess> =>
    startServerProcess(
      join(binaries, "postgres"),
      args,
      /database system is ready to accept connections/,
      user,
    );
  let server = await start();
  return {
    url: `postgres://millwright@127.0.0.1:${port}/postgres`,
    port,
    kill: () => server.kill(),
    async restart() {
      server = await start();
    },
    async close() {
      await server.kill();
      await rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
}
