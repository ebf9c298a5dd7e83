import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";

/** A server that a test started, and may kill. */
export interface ServerProcess {
  readonly child: ChildProcess;
  /** By SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

/** Starts a server and resolves when its output says that it is ready. */
export async function startServerProcess(
  command: string,
  args: readonly string[],
  ready: RegExp,
  user?: { uid: number; gid: number },
): Promise<ServerProcess> {
  const child = spawn(command, args, { cwd: "/", stdio: ["ignore", "pipe", "pipe"], ...user });
  let output = "";
  await new Promise<void>((resolve, reject) => {
    const onData = (piece: Buffer): void => {
      if (ready.test(output)) return;
      output += piece.toString();
      if (ready.test(output)) resolve();
    };
    child.stdout.on("data", onData);
    child.stderr.on("data", onData);
    child.once("error", reject);
    child.once("exit", () =>
      reject(new Error(`${command} ended before it was ready: ${output.slice(-2_000)}`)),
    );
  });
  return {
    child,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}

/** A loopback port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

/** A setting that `scripts/services` gives; `undefined`, with one loud line, where it is missing. In CI, an error. */
export function serverSetting(variable: string): string | undefined {
  const value = process.env[variable];
  if (value !== undefined && value !== "") return value;
  if (process.env.CI === "true") throw new Error(`${variable} is not set; run the tests with npm test`);
  console.warn(`SKIPPED: tests that kill a server, because ${variable} is not set; npm test sets it`);
  return undefined;
}
