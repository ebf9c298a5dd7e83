import { setImmediate } from "node:timers";

/** What may share one transaction: it bounds how long the thread is busy with it. */
export interface GroupLimit<Item> {
  readonly items: number;
  readonly weight: number;
  readonly weigh: (item: Item) => number;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Gathers what is asked for in one turn of the event loop and does it together, so that all of it costs one wait for the
 * disk. `run` does all items or none. If it throws, each item is done by itself, so that one cannot fail the others.
 */
export function groupCommits<Item, Result>(
  limit: GroupLimit<Item>,
  run: (items: readonly Item[]) => Result[],
): (item: Item) => Promise<Result> {
  const waiting: Waiting<Item, Result>[] = [];
  const runAll = (): void => {
    const group = takeGroup();
    if (waiting.length > 0) setImmediate(runAll);
    if (!runTogether(group)) for (const each of group) runAlone(each);
  };
  const takeGroup = (): Waiting<Item, Result>[] => {
    let count = 0;
    for (let weight = 0; count < Math.min(waiting.length, limit.items); count++) {
      weight += limit.weigh(waiting[count]!.item);
      if (weight > limit.weight && count > 0) break;
    }
    return waiting.splice(0, count);
  };
  const runTogether = (group: readonly Waiting<Item, Result>[]): boolean => {
    if (group.length === 1) return false;
    try {
      const results = run(group.map(({ item }) => item));
      for (const [index, { resolve }] of group.entries()) resolve(results[index]!);
      return true;
    } catch {
      return false;
    }
  };
  const runAlone = ({ item, resolve, reject }: Waiting<Item, Result>): void => {
    try {
      resolve(run([item])[0]!);
    } catch (error) {
      reject(error);
    }
  };
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (waiting.length === 1) setImmediate(runAll);
    });
}
