import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Servers that belong to this process: private folders, free loopback ports, all ended by `close`.
 *
 * A server runs in a process group of its own, so that Ctrl-C in a terminal does not end it before the
 * tests that use it. A guard process ends them if this process is killed.
 */
export class ServerSession {
  /** @type {import("node:child_process").ChildProcess[]} */
  #servers = [];
  /** @type {string[]} */
  #folders = [];
  #guard = spawn(process.execPath, [join(dirname(fileURLToPath(import.meta.url)), "guard.js")], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });

  /** A new empty folder, owned by `user` where one is given. */
  async folder(/** @type {string} */ name, /** @type {{ uid: number, gid: number } | undefined} */ user) {
    const path = await mkdtemp(join(tmpdir(), `millwright-${name}-`));
    this.#folders.push(path);
    this.#tell(`folder ${path}`);
    await chmod(path, 0o700);
    if (user !== undefined) await chown(path, user.uid, user.gid);
    return path;
  }

  /**
   * Starts a server and waits for the line that says it is ready. A server that ends before (its port was
   * taken in between) is tried again with another port.
   * @param {object} server
   * @param {string} server.name
   * @param {(port: number) => { command: string, args: string[] }} server.start
   * @param {RegExp} server.ready
   * @param {{ uid: number, gid: number } | undefined} [server.user]
   * @param {NodeJS.Signals} [server.stop] the signal for a fast, orderly end
   * @returns {Promise<number>} the port
   */
  async start({ name, start, ready, user, stop = "SIGTERM" }) {
    let problem = "";
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const port = await freePort();
      const { command, args } = start(port);
      const child = spawn(command, args, {
        cwd: "/",
        detached: true,
        stdio: ["ignore", "pipe", "pipe"],
        ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
      });
      if (child.pid !== undefined) this.#tell(`process ${child.pid}`);
      const outcome = await waitForLine(child, ready, 60_000);
      if (outcome.ready) {
        this.#servers.push(child);
        stopSignals.set(child, stop);
        return port;
      }
      problem = outcome.output;
      await this.#end(child);
    }
    throw new Error(`${name} did not start:\n${problem.trim().slice(-2000)}`);
  }

  /** Ends all servers and removes their folders. Can be called again. */
  async close() {
    await Promise.all(this.#servers.splice(0).map((child) => this.#end(child)));
    for (const path of this.#folders.splice(0)) {
      await rm(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    }
    this.#guard.stdin.end();
    if (this.#guard.exitCode === null && this.#guard.signalCode === null) await once(this.#guard, "exit");
  }

  async #end(/** @type {import("node:child_process").ChildProcess} */ child) {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, "exit");
      child.kill(stopSignals.get(child) ?? "SIGTERM");
      const force = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await ended;
      clearTimeout(force);
    }
    if (child.pid !== undefined) this.#tell(`ended ${child.pid}`);
  }

  #tell(/** @type {string} */ line) {
    this.#guard.stdin.write(`${line}\n`);
  }
}

/** @type {WeakMap<import("node:child_process").ChildProcess, NodeJS.Signals>} */
const stopSignals = new WeakMap();

/** A loopback port that was free a moment ago. */
async function freePort() {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no loopback port could be had");
  server.close();
  await once(server, "close");
  return address.port;
}

/**
 * @param {import("node:child_process").ChildProcess} child
 * @param {RegExp} ready
 * @param {number} timeoutMilliseconds
 * @returns {Promise<{ ready: boolean, output: string }>}
 */
function waitForLine(child, ready, timeoutMilliseconds) {
  return new Promise((resolve) => {
    let output = "";
    let settled = false;
    const settle = (/** @type {boolean} */ isReady) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      resolve({ ready: isReady, output });
    };
    const timer = setTimeout(() => settle(false), timeoutMilliseconds);
    // Read for as long as the server runs: a full pipe would stop it.
    const read = (/** @type {Buffer} */ chunk) => {
      if (settled) return;
      output += chunk.toString("utf8");
      if (ready.test(output)) settle(true);
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("error", (error) => {
      output += error.message;
      settle(false);
    });
    child.once("exit", () => settle(false));
  });
}
