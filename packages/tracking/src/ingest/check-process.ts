import type { ProcessIdentity } from "../capture/process-identity.js";
import { invalidArgument } from "../errors.js";
import { assertName } from "../names.js";

/**
 * The identity of a process that came from outside. It may be that of any: whoever asks whether it runs only looks, and never believes
 * more of it than that a run goes on.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT`
 */
export function checkedProcess(process: unknown): ProcessIdentity | undefined {
  if (process === undefined) return undefined;
  const { host, pid, startTime, startTicks, boot, namespace, machine } = (process ??
    {}) as Partial<ProcessIdentity>;
  assertName(host as string, "process.host");
  if (!Number.isSafeInteger(pid) || pid! < 1)
    throw invalidArgument("process.pid", "is no number of a process");
  if (!Number.isFinite(startTime)) throw invalidArgument("process.startTime", "is no time");
  if (startTicks !== undefined && !Number.isFinite(startTicks))
    throw invalidArgument("process.startTicks", "is no number");
  const places = { boot, namespace, machine };
  for (const [name, place] of Object.entries(places))
    if (place !== undefined) assertName(place, `process.${name}`);
  return { host: host!, pid: pid!, startTime: startTime!, startTicks, ...places };
}
