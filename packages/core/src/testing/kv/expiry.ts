import { assertEqual } from "../runner/assertions.js";
import type { ConformanceCase } from "../runner/test-runner.js";
import {
  append,
  apply,
  bytesOf,
  hour,
  type KvCase,
  keyOf,
  range,
  readOne,
  set,
  setIfNewer,
  textOf,
} from "./case-context.js";

/** Deadlines, on every kind of store. */
export const expiryCases: readonly ConformanceCase<KvCase>[] = [
  {
    name: "expiry: an entry exists before its deadline, and not from it on, by the time of the request",
    async run(context) {
      const { driver, now } = context;
      const deadline = now + hour;
      await apply(context, driver, [set("a", "1", deadline)]);
      assertEqual(
        (await readOne(context, driver, keyOf("a")))?.expiresAt,
        deadline,
        "the deadline comes back exactly",
      );
      assertEqual(
        textOf((await readOne(context, driver, keyOf("a"), deadline - 1))?.value),
        "1",
        "one microsecond before",
      );
      assertEqual(await readOne(context, driver, keyOf("a"), deadline), undefined, "at the deadline");
      assertEqual(await readOne(context, driver, keyOf("a"), deadline + hour), undefined, "after it");
    },
  },
  {
    name: "expiry: a deadline that has passed at the commit makes an entry that nobody sees",
    async run(context) {
      const { driver, now } = context;
      await apply(context, driver, [set("a", "1")]);
      await apply(context, driver, [set("a", "2", now)]);
      assertEqual(
        await readOne(context, driver, keyOf("a")),
        undefined,
        "the entry has been replaced by one that is over",
      );
    },
  },
  {
    name: "expiry: setting without a deadline takes it away, with another one moves it",
    async run(context) {
      const { driver, now } = context;
      await apply(context, driver, [set("a", "1", now + hour)]);
      await apply(context, driver, [set("b", "1", now + hour)]);
      await apply(context, driver, [set("a", "2")]);
      await apply(context, driver, [set("b", "2", now + 3 * hour)]);
      const late = now + 2 * hour;
      assertEqual(
        textOf((await readOne(context, driver, keyOf("a"), late))?.value),
        "2",
        "no deadline any more",
      );
      assertEqual(
        (await readOne(context, driver, keyOf("b"), late))?.expiresAt,
        now + 3 * hour,
        "the later deadline",
      );
    },
  },
  {
    name: "expiry: setIfNewer keeps its deadline, and an expired entry is older than any",
    async run(context) {
      const { driver, now } = context;
      await apply(context, driver, [setIfNewer("a", "1", 200, now + hour)]);
      assertEqual(
        (await readOne(context, driver, keyOf("a")))?.expiresAt,
        now + hour,
        "the deadline comes back",
      );
      const result = await apply(context, driver, [setIfNewer("a", "2", 100)], { now: now + hour });
      assertEqual(result.stale, [], "what has expired does not make a newer entry stale");
      assertEqual(
        textOf((await readOne(context, driver, keyOf("a"), now + hour))?.value),
        "2",
        "the newer entry is there",
      );
    },
  },
];

/** Deadlines in ranges and logs, on ordered stores. */
export const orderedExpiryCases: readonly ConformanceCase<KvCase>[] = [
  {
    name: "expiry: no range gives an expired entry, and the limit is filled by later ones",
    async run(context) {
      const { driver, now } = context;
      const names = Array.from({ length: 400 }, (_, index) => String(index).padStart(3, "0"));
      await apply(
        context,
        driver,
        names.map((name, index) => set(name, name, index % 4 === 3 ? undefined : now + hour)),
      );
      const late = now + hour;
      const alive = names.filter((_, index) => index % 4 === 3);
      const values = async (reverse: boolean, limit: number): Promise<(string | undefined)[]> =>
        (await range(context, driver, { now: late, reverse, limit })).map((entry) => textOf(entry.value));
      assertEqual(await values(false, 50), alive.slice(0, 50), "forwards");
      assertEqual(await values(true, 50), alive.toReversed().slice(0, 50), "backwards");
      assertEqual(await values(false, 1_000), alive, "all that are alive");
      assertEqual((await range(context, driver)).length, 400, "before the deadline all were there");
    },
  },
  {
    name: "expiry: entries of a log expire, its sequences go on",
    async run(context) {
      const { driver, now } = context;
      await apply(context, driver, [append("log", "1", now + hour)]);
      const late = now + 2 * hour;
      const { sequences } = await apply(context, driver, [append("log", "2")], { now: late });
      assertEqual(sequences, [2], "a number is not given twice");
      const entries = await range(context, driver, { now: late, end: Uint8Array.of(0xf0) });
      assertEqual(
        entries.map((entry) => entry.value),
        [bytesOf("2")],
        "the first entry is over",
      );
    },
  },
];
