import { concatBytes } from "../../identity/bytes.js";
import { assertEqual } from "../runner/assertions.js";
import type { ConformanceCase } from "../runner/test-runner.js";
import {
  append,
  apply,
  hour,
  type KvCase,
  keyOf,
  range,
  read,
  remove,
  set,
  setIfNewer,
  textOf,
} from "./case-context.js";

/** What is there after a restart, on durable ordered stores. */
export const durableCases: readonly ConformanceCase<KvCase>[] = [
  {
    name: "reopening: all entries and counters are there after a restart, as they were",
    async run(context) {
      const { driver, now } = context;
      await apply(context, driver, [
        set("a", "1"),
        set("b", "2", now + hour),
        setIfNewer("c", "3", 7),
        set("d", "4"),
      ]);
      await apply(context, driver, [append("log", "x"), append("log", "y"), remove("d")]);
      await apply(context, driver, [{ kind: "delete", key: concatBytes([keyOf("log"), keyOf("z")]) }]);
      const before = await range(context, driver);
      const reopened = await context.restart();
      assertEqual(await range(context, reopened), before, "values, versions, deadlines, orders and counters");
      assertEqual((await apply(context, reopened, [append("log", "z")])).sequences, [3], "sequences go on");
      assertEqual(
        (await apply(context, reopened, [setIfNewer("c", "old", 6)])).stale,
        [0],
        "orders still hold",
      );
    },
  },
];

/** What another driver sees, on shared stores. */
export const sharedCases: readonly ConformanceCase<KvCase>[] = [
  {
    name: "sharing: what one driver commits, another reads, checks and continues",
    async run(context) {
      const { driver } = context;
      const other = await context.openAnother();
      await apply(context, driver, [set("a", "1")]);
      const [entry] = await read(context, other, [keyOf("a")]);
      assertEqual(textOf(entry?.value), "1", "the other reads it");
      await apply(context, other, [set("a", "2")], {
        checks: [{ key: keyOf("a"), version: entry!.version }],
      });
      assertEqual(
        textOf((await read(context, driver, [keyOf("a")]))[0]?.value),
        "2",
        "and the first reads what the other wrote",
      );
    },
  },
  {
    name: "sharing: closing one driver leaves the others working",
    async run(context) {
      const other = await context.openAnother();
      await apply(context, other, [set("a", "1")]);
      await context.close(other);
      assertEqual(textOf((await read(context, context.driver, [keyOf("a")]))[0]?.value), "1", "reads go on");
      await apply(context, context.driver, [set("b", "2")]);
    },
  },
];
