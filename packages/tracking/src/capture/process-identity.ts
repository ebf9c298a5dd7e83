import { digestOf, hostModule } from "@millwright/core";
import { answerOf, currentHost, type Host } from "./host.js";

/**
 * Which process of which machine something was done by, as data that can be stored. A number of a process is used again; with its start it
 * names one process.
 */
export interface ProcessIdentity {
  /** Name of the host. */
  readonly host: string;
  /** Number of the process. */
  readonly pid: number;
  /** When the process started, in microseconds since the epoch; within some seconds, since clocks are set. */
  readonly startTime: number;
  /** On Linux: the exact start, in ticks since the boot. */
  readonly startTicks?: number | undefined;
  /** On Linux: names the boot. */
  readonly boot?: string | undefined;
  /** On Linux: names the space in which the number counts, since each container has its own. */
  readonly namespace?: string | undefined;
  /** A digest of the id of the installation, where it has one. The id itself is meant to stay secret. */
  readonly machine?: string | undefined;
}

/** Times of a start that are computed apart may differ so much, in microseconds. */
const tolerance = 2_000_000;

/** Ticks a second of all that Linux says to programs (`USER_HZ`). */
const ticksPerSecond = 100;

/**
 * The identity of this process; `undefined` on a host without processes, such as a browser.
 *
 * The start is that of `/proc/self/stat` and the boot time of `/proc/stat` on Linux (proc(5)), elsewhere `performance.timeOrigin`.
 *
 * @example
 * ```ts
 * import { isProcessAlive, processIdentity } from "@millwright/tracking/capture";
 *
 * const identity = processIdentity();
 * console.log(identity && isProcessAlive(identity)); // true
 * ```
 */
export function processIdentity(): ProcessIdentity | undefined {
  const host = currentHost();
  const name = answerOf(() => host?.system.hostname());
  if (host === undefined || !name) return undefined;
  const startTicks = readState(host, host.process.pid)?.startTicks;
  const bootTime = Number(/^btime (\d+)$/m.exec(readText(host, "/proc/stat") ?? "")?.[1]);
  const isExact = startTicks !== undefined && Number.isFinite(bootTime);
  return {
    host: name,
    pid: host.process.pid,
    startTime: isExact
      ? Math.round((bootTime + startTicks / ticksPerSecond) * 1e6)
      : Math.round(mainTimeOrigin() * 1_000),
    ...(isExact ? { startTicks } : {}),
    ...placeOf(host),
  };
}

/**
 * Whether a process still runs: `true`, `false`, or `undefined` if it cannot be told from here, as for a process of another host, of
 * another container, or of another user whose start is not shown. A process with the same number and another start is another one. What has
 * ended and was not yet waited for by its parent does not run.
 *
 * @example
 * ```ts
 * import { isProcessAlive, type ProcessIdentity } from "@millwright/tracking/capture";
 *
 * const stored: ProcessIdentity = { host: "trainer-1", pid: 4711, startTime: 1_795_600_000_000_000 };
 * if (isProcessAlive(stored) === false) console.log("its run is over");
 * ```
 */
export function isProcessAlive(identity: ProcessIdentity): boolean | undefined {
  const own = processIdentity();
  const host = currentHost();
  if (own === undefined || host === undefined || !isIdentity(identity) || identity.host !== own.host)
    return undefined;
  if (identity.boot !== own.boot) {
    // The same installation was started again since. Without its id it may be another one of the same name.
    const isSameMachine = identity.machine !== undefined && identity.machine === own.machine;
    return isSameMachine && identity.boot !== undefined && own.boot !== undefined ? false : undefined;
  }
  if (identity.namespace !== own.namespace) return undefined;
  if (identity.boot === undefined && identity.machine !== own.machine) return undefined;
  if (identity.pid === own.pid) return isSameStart(identity, own);
  const state = readState(host, identity.pid);
  if (state !== undefined && identity.startTicks !== undefined)
    return state.startTicks === identity.startTicks && !state.ended;
  return exists(host, identity.pid) ? undefined : false;
}

function isSameStart(identity: ProcessIdentity, own: ProcessIdentity): boolean {
  if (identity.startTicks !== undefined && own.startTicks !== undefined)
    return identity.startTicks === own.startTicks;
  return Math.abs(identity.startTime - own.startTime) <= tolerance;
}

/** What was stored may be anything. */
function isIdentity(identity: unknown): identity is ProcessIdentity {
  const { host, pid, startTime } = (identity ?? {}) as Partial<ProcessIdentity>;
  // No number below 1: those stand for groups of processes.
  return typeof host === "string" && Number.isSafeInteger(pid) && pid! > 0 && Number.isFinite(startTime);
}

/** Without sending anything: signal 0 only looks (kill(2)). */
function exists({ process }: Host, pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and belongs to somebody else.
    return (error as { code?: unknown }).code !== "ESRCH";
  }
}

/** State and start of a process by `/proc/[pid]/stat`, fields 3 and 22 of proc(5); `undefined` where that cannot be read. */
function readState(host: Host, pid: number): { startTicks: number; ended: boolean } | undefined {
  const text = readText(host, `/proc/${pid}/stat`);
  // The second field, the name in parentheses, may hold blanks and parentheses.
  const fields = text?.slice(text.lastIndexOf(")") + 2).split(" ");
  const startTicks = Number(fields?.[19] || Number.NaN);
  return Number.isFinite(startTicks) ? { startTicks, ended: /^[ZXx]$/.test(fields![0]!) } : undefined;
}

function placeOf(host: Host): Pick<ProcessIdentity, "boot" | "namespace" | "machine"> {
  const boot = readText(host, "/proc/sys/kernel/random/boot_id")?.trim();
  const namespace = answerOf(() => host.files.readlinkSync("/proc/self/ns/pid"));
  const machine = readText(host, "/etc/machine-id")?.trim();
  return {
    ...(boot ? { boot } : {}),
    ...(namespace ? { namespace } : {}),
    ...(machine ? { machine: digestOf(`millwright ${machine}`) } : {}),
  };
}

/** In a worker thread `performance` begins with the thread, and the process with its uptime. */
function mainTimeOrigin(): number {
  const uptime = answerOf(() => hostModule<{ uptime(): number }>("node:process")?.uptime());
  return uptime === undefined ? performance.timeOrigin : Date.now() - uptime * 1_000;
}

function readText({ files }: Host, path: string): string | undefined {
  return answerOf(() => files.readFileSync(path, "utf8"));
}
