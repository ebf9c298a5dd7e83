import type { CallOptions, KvStore } from "@millwright/core";
import { type OnlineWrite, orderOf } from "./online-rows.js";

/** Rows of one commit of an ordered store, and about its bytes; both stay below the limits of core. */
const commitRows = 500;
const commitBytes = 700_000;
const bytesBesideValue = 1_200;

/** Commits in flight to an unordered store, which takes one key each. */
const commitsInFlight = 64;

/**
 * Puts rows into the store, each unless something newer is there. Gives the number of those that lost to something newer.
 * Writing a row again changes nothing, so a call that failed is simply made again.
 *
 * @param options.position where the batch of the rows lies in the table of the view
 */
export async function writeOnline(
  online: KvStore,
  writes: readonly OnlineWrite[],
  options: CallOptions & { readonly position: number },
): Promise<number> {
  const groups = online.ordered ? grouped(writes) : writes.map((write) => [write]);
  let stale = 0;
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < groups.length) {
      options.signal?.throwIfAborted();
      const atomic = online.atomic();
      for (const write of groups[next++]!)
        atomic.setIfNewer(write.key, write.value, orderOf(write, options.position), {
          expiresAt: write.expiresAt,
        });
      const result = await atomic.commit({ signal: options.signal });
      if (result.ok) stale += result.stale.length;
    }
  };
  // After a failure the others end with the commit that they are at, so that nothing is written once this has rejected.
  const workers = Array.from({ length: online.ordered ? 1 : commitsInFlight }, () =>
    work().catch((error: unknown) => {
      next = groups.length;
      throw error;
    }),
  );
  const failure = (await Promise.allSettled(workers)).find((outcome) => outcome.status === "rejected");
  if (failure !== undefined) throw failure.reason;
  return stale;
}

function grouped(writes: readonly OnlineWrite[]): OnlineWrite[][] {
  const groups: OnlineWrite[][] = [];
  let group: OnlineWrite[] = [];
  let bytes = 0;
  for (const write of writes) {
    const size = write.value.length + bytesBesideValue;
    if (group.length === 0 || group.length >= commitRows || bytes + size > commitBytes) {
      group = [];
      groups.push(group);
      bytes = 0;
    }
    group.push(write);
    bytes += size;
  }
  return groups;
}
