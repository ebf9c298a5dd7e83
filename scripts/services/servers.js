import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { runCommand } from "../process/command.js";

/** @typedef {import("./session.js").ServerSession} ServerSession */

/** A Redis of the durability that the Redis driver asks for. @returns {Promise<string>} its URL */
export async function startRedis(/** @type {ServerSession} */ session, /** @type {string} */ server) {
  const folder = await session.folder("redis", undefined);
  const port = await session.start({
    name: "Redis",
    start: (free) => ({
      command: server,
      args: [
        ["--port", String(free), "--bind", "127.0.0.1", "--dir", folder, "--daemonize", "no"],
        ["--appendonly", "yes", "--appendfsync", "always", "--save", ""],
        ["--maxmemory-policy", "noeviction"],
      ].flat(),
    }),
    ready: /Ready to accept connections/,
  });
  return `redis://127.0.0.1:${port}`;
}

/**
 * A PostgreSQL cluster of its own with Debian's defaults, which are durable. It refuses to run as root, so
 * root hands it to `user`.
 * @param {ServerSession} session
 * @param {string} binaries
 * @param {{ uid: number, gid: number } | undefined} user
 * @returns {Promise<string>} its URL
 */
export async function startPostgres(session, binaries, user) {
  const folder = await session.folder("postgres", user);
  const data = join(folder, "data");
  const initialise = ["-D", data, "-U", "millwright", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"];
  const asUser = user === undefined ? [] : ["--reuid", String(user.uid), "--regid", String(user.gid)];
  const { code, output } =
    user === undefined
      ? await runCommand(join(binaries, "initdb"), initialise, { cwd: "/", capture: true })
      : await runCommand("setpriv", [...asUser, "--clear-groups", join(binaries, "initdb"), ...initialise], {
          cwd: "/",
          capture: true,
        });
  if (code !== 0) throw new Error(`initdb failed:\n${output.slice(-2000)}`);
  const port = await session.start({
    name: "PostgreSQL",
    start: (free) => ({
      command: join(binaries, "postgres"),
      args: [
        ["-D", data, "-p", String(free), "-h", "127.0.0.1", "-k", folder],
        ["-c", "max_connections=200", "-c", "log_min_messages=log", "-c", "logging_collector=off"],
      ].flat(),
    }),
    ready: /database system is ready to accept connections/,
    user,
    // Fast shutdown: it does not wait for clients.
    stop: "SIGINT",
  });
  return `postgres://millwright@127.0.0.1:${port}/postgres`;
}

/** moto's S3. @returns {Promise<string>} its endpoint */
export async function startS3(/** @type {ServerSession} */ session, /** @type {string} */ server) {
  const port = await session.start({
    name: "the S3 server",
    start: (free) => ({ command: server, args: ["-H", "127.0.0.1", "-p", String(free)] }),
    ready: /Running on http/,
  });
  return `http://127.0.0.1:${port}`;
}

/**
 * Whom a PostgreSQL server runs as: undefined where we are no root, else `postgres` or `nobody`.
 * @returns {{ uid: number, gid: number } | undefined}
 */
export function serverUser() {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ["postgres", "nobody"]) {
    try {
      const id = (/** @type {string} */ flag) =>
        Number(execFileSync("id", [flag, name], { stdio: ["ignore", "pipe", "ignore"] }).toString());
      return { uid: id("-u"), gid: id("-g") };
    } catch {
      // Not a user of this machine.
    }
  }
  return { uid: 65534, gid: 65534 };
}
