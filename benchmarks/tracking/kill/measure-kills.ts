import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createRandom } from "@millwright/core";
import { openLocalStorage } from "@millwright/core/local";
import { createTracker } from "@millwright/tracking";
import { startChild } from "../child.js";
import { markdownTable } from "../markdown.js";
import { countText } from "../numbers.js";

const child = new URL("./log-until-killed.child.ts", import.meta.url);
/** What `durability: "journal"` may lose. */
const windowMilliseconds = 50;
const longestLife = 500;

/** One program that was killed. Times are milliseconds. */
export interface Kill {
  /** From its first line until the kill. */
  readonly life: number;
  /** Points whose call had returned. */
  readonly returned: number;
  /** Of these, points that are not in the history. */
  readonly lost: number;
  /** Age of the oldest lost point when the last call returned that is known of: time that the program could log in. */
  readonly lostBeforeLastCall: number;
  /** The same when the signal was sent: more, where the program had to wait for a processor. */
  readonly lostBeforeKill: number;
}

/** How to kill. */
export interface KillOptions {
  readonly folder: string;
  readonly seed: number;
  readonly kills: number;
  readonly say: (line: string) => void;
}

/** Kills programs that log, at random moments, and looks each time at what is in the history afterwards. */
export async function measureKills({ folder, seed, kills, say }: KillOptions): Promise<Kill[]> {
  const random = createRandom(seed);
  const results: Kill[] = [];
  for (let index = 0; index < kills; index++) {
    results.push(await killOne(join(folder, "kills"), random.next() * longestLife));
    if ((index + 1) % 10 === 0) say(`${index + 1} kills`);
  }
  return results;
}

async function killOne(directory: string, life: number): Promise<Kill> {
  const writer = startChild(child, { directory });
  const output: Buffer[] = [];
  const first = once(writer.stdout!, "data");
  const closed = once(writer, "close");
  writer.stdout!.on("data", (chunk: Buffer) => output.push(chunk));
  await Promise.race([first, closed]);
  await sleep(life);
  const killed = Date.now();
  writer.kill("SIGKILL");
  await closed;
  // The last line may be torn; one that is whole was said after its call had returned.
  const [id, ...lines] = Buffer.concat(output).toString().split("\n").slice(0, -1);
  if (id === undefined) throw new Error("the program that logs has ended before it could be killed");
  const storage = await openLocalStorage(directory);
  const tracker = createTracker({ storage });
  // The first read stores what the journal of the killed program holds.
  const { steps, values } = await tracker.getHistory(id, "loss");
  const run = await tracker.getRun(id);
  await tracker.close();
  await storage.close();
  if (run === undefined || run.status === "RUNNING") throw new Error(`the run ${id} is ${run?.status}`);
  for (const [place, value] of values.entries())
    if (value !== place || steps[place] !== BigInt(place))
      throw new Error(`the history of ${id} is not what was logged, at ${place}`);
  const lost = lines.slice(values.length);
  const timeOf = (line: string): number => Number(line.split(" ")[1]) / 1_000;
  return {
    life,
    returned: lines.length,
    lost: lost.length,
    lostBeforeLastCall: lost.length === 0 ? 0 : timeOf(lost.at(-1)!) - timeOf(lost[0]!),
    lostBeforeKill: lost.length === 0 ? 0 : killed - timeOf(lost[0]!),
  };
}

/** The table for readers. */
export function killTable(kills: readonly Kill[]): string {
  const sum = (value: (kill: Kill) => number): number =>
    kills.reduce((total, kill) => total + value(kill), 0);
  const largest = (value: (kill: Kill) => number): string => `${Math.max(...kills.map(value)).toFixed(1)} ms`;
  return markdownTable(
    [
      "kills",
      "that lost a point",
      "points returned",
      "points lost",
      "oldest lost point, before the last call",
      "before the kill",
      "window",
    ],
    [
      [
        String(kills.length),
        String(kills.filter(({ lost }) => lost > 0).length),
        countText(sum(({ returned }) => returned)),
        countText(sum(({ lost }) => lost)),
        largest(({ lostBeforeLastCall }) => lostBeforeLastCall),
        largest(({ lostBeforeKill }) => lostBeforeKill),
        `${windowMilliseconds} ms`,
      ],
    ],
  );
}
