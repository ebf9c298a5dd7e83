import { concatBytes } from "../../identity/bytes.js";
import type { KvDriver } from "../../kv/driver.js";
import { encodeSequence } from "../../kv/key.js";
import { assert, assertSettles } from "../runner/assertions.js";
import type { ConformanceCase } from "../runner/test-runner.js";
import { append, apply, hour, type KvCase, keyOf, remove, set, setIfNewer } from "./case-context.js";

/** Hints that arrive, counted from when the first one did. */
interface Hints {
  /** Waits until a hint has come since the last call. */
  next(): Promise<void>;
  stop(): Promise<void>;
}

/** Resolves when the first element has come; `undefined` if the driver leaves watching to core. */
async function follow(driver: KvDriver, keys: readonly Uint8Array[]): Promise<Hints | undefined> {
  const controller = new AbortController();
  const hints = driver.watch?.(keys, { signal: controller.signal })[Symbol.asyncIterator]();
  if (hints === undefined) return undefined;
  await assertSettles(hints.next(), "the first element comes without a change");
  return {
    async next() {
      const { done } = await assertSettles(
        hints.next(),
        "a commit made after the first element gives a hint",
      );
      assert(done !== true, "a watch goes on until it is stopped");
    },
    async stop() {
      const last = hints.next().catch(() => {});
      controller.abort(new Error("enough"));
      await assertSettles(last, "an aborted watch ends");
      await assertSettles(Promise.resolve(hints.return?.()), "and can be left");
    },
  };
}

/** Hints of drivers that have `watch`, on every kind of store. Spurious ones are allowed, so each change waits for one. */
export const hintCases: readonly ConformanceCase<KvCase>[] = [
  {
    name: "hints: where the driver gives them, every change of a watched key gives one, by whichever driver",
    async run(context) {
      const drivers = await context.spread();
      const hints = await follow(context.driver, [keyOf("other"), keyOf("a")]);
      if (hints === undefined) return;
      const changes = [
        set("a", "1"),
        set("a", "1"),
        remove("a"),
        setIfNewer("a", "2", 5, context.now + hour),
        set("other", "1"),
      ];
      for (const [index, change] of changes.entries()) {
        await apply(context, drivers[index % drivers.length]!, [change]);
        await hints.next();
      }
      await hints.stop();
    },
  },
  {
    name: "hints: where the driver gives them, several watchers each get theirs, and one that stops disturbs nobody",
    async run(context) {
      const [first, second] = [
        await follow(context.driver, [keyOf("a")]),
        await follow(context.driver, [keyOf("a"), keyOf("b")]),
      ];
      if (first === undefined || second === undefined) return;
      await apply(context, context.driver, [set("a", "1")]);
      await Promise.all([first.next(), second.next()]);
      await first.stop();
      await apply(context, context.driver, [set("b", "1")]);
      await second.next();
      await second.stop();
    },
  },
];

/** Hints of logs, on ordered stores. */
export const orderedHintCases: readonly ConformanceCase<KvCase>[] = [
  {
    name: "hints: where the driver gives them, an append gives one for the entry that it adds, an import for its key",
    async run(context) {
      const { driver } = context;
      const hints = await follow(driver, [concatBytes([keyOf("log"), encodeSequence(2)]), keyOf("imported")]);
      if (hints === undefined) return;
      await apply(context, driver, [append("log", "1"), append("log", "2")]);
      await hints.next();
      await apply(context, driver, [
        {
          kind: "import",
          entry: { key: keyOf("imported"), value: new Uint8Array(), version: new Uint8Array(16).fill(7) },
        },
      ]);
      await hints.next();
      await hints.stop();
    },
  },
];
