import { readFileSync, readlinkSync } from "node:fs";
import { readFile, rm, stat, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { clearInterval, setInterval } from "node:timers";
import { coreError } from "../../errors/create.js";
import { writeWhole } from "../directory/durable-files.js";
import { hasCode } from "../directory/local-error.js";

const heartbeatMilliseconds = 20_000;
/** A holder on a machine that cannot be asked is dead after so long without a sign of life. */
const silenceMilliseconds = 90_000;

/** Who holds a lock. A process is known by its start, too, since numbers of processes are used again. */
interface Holder {
  readonly token: string;
  readonly pid: number;
  readonly startedAt: string | undefined;
  readonly host: string;
  readonly boot: string | undefined;
  /** Process numbers mean something only inside of a namespace: a container has its own. */
  readonly processNamespace: string | undefined;
}

/** A lock that is held. */
export interface WriterLock {
  release(): Promise<void>;
}

/**
 * Takes a lock that only one opening among all processes has. A lock whose holder has been killed is taken over.
 *
 * @throws {MillwrightError} `CONFLICT` if it is held
 */
export async function takeWriterLock(path: string, what: string): Promise<WriterLock> {
  const own = describeSelf();
  const content = Buffer.from(JSON.stringify(own));
  if (!(await writeWhole(path, content, true))) await takeOver(path, content, what);
  if ((await readHolder(path))?.token !== own.token) throw held(what, undefined);
  const heartbeat = setInterval(() => {
    const now = Date.now() / 1000;
    utimes(path, now, now).catch(() => {});
  }, heartbeatMilliseconds).unref();
  return {
    async release() {
      clearInterval(heartbeat);
      if ((await readHolder(path))?.token === own.token) await rm(path, { force: true });
    },
  };
}

/** Removes the lock of a dead holder and makes one's own, under a second lock, so that two takers do not undo each other. */
async function takeOver(path: string, content: Uint8Array, what: string): Promise<void> {
  const turn = `${path}.turn`;
  if (!(await writeWhole(turn, content, true))) {
    if (await isDead(turn)) await rm(turn, { force: true });
    throw held(what, undefined);
  }
  try {
    if (!(await isDead(path))) throw held(what, await readHolder(path));
    await rm(path, { force: true });
    if (!(await writeWhole(path, content, true))) throw held(what, await readHolder(path));
  } finally {
    await rm(turn, { force: true });
  }
}

async function isDead(path: string): Promise<boolean> {
  const holder = await readHolder(path);
  if (holder === undefined) return true;
  const self = describeSelf();
  if (holder.boot !== self.boot && holder.host === self.host) return true;
  if (
    holder.boot === self.boot &&
    holder.host === self.host &&
    holder.processNamespace === self.processNamespace
  ) {
    return !isRunning(holder);
  }
  try {
    return Date.now() - (await stat(path)).mtimeMs > silenceMilliseconds;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return true;
    throw error;
  }
}

function isRunning({ pid, startedAt }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return hasCode(error, "EPERM");
  }
  return startedAt === undefined || startOf(pid) === startedAt;
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Holder;
  } catch (error) {
    if (hasCode(error, "ENOENT") || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function describeSelf(): Holder {
  return {
    token: crypto.randomUUID(),
    pid: process.pid,
    startedAt: startOf(process.pid),
    host: hostname(),
    boot: orUndefined(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()),
    processNamespace: orUndefined(() => readlinkSync("/proc/self/ns/pid")),
  };
}

/** When a process started, in ticks since the boot; `"gone"` if it has ended, `undefined` where there is no `/proc`. */
function startOf(pid: number): string | undefined {
  const text = orUndefined(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  // The second field is the name, in parentheses, and may hold anything.
  const fields = text?.slice(text.lastIndexOf(")") + 2).split(" ");
  return fields?.[0] === "Z" ? "gone" : fields?.[19];
}

function orUndefined<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}

function held(what: string, holder: Holder | undefined): Error {
  const who = holder === undefined ? "another writer" : `process ${holder.pid} on ${holder.host}`;
  return coreError(
    "CONFLICT",
    `${what} is open in ${who}; a journal has one writer. Close that one, or use another name`,
    {
      retryable: true,
    },
  );
}
