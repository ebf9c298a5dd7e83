import { assert, assertEqual, assertRejects, assertThrows } from "../../runner/assertions.js";
import type { ConformanceCase } from "../../runner/test-runner.js";
import type { StoreCase } from "./context.js";

/** What an unordered store refuses. */
export const unorderedCases: readonly ConformanceCase<StoreCase>[] = [
  {
    name: "unordered: list, append, tokens and commits of several keys are UNSUPPORTED, and nothing is done",
    async run({ kv }) {
      assertEqual(kv.ordered, false, "the store says that it is unordered");
      await assertThrows(() => kv.list({ prefix: [] }), "UNSUPPORTED", "list");
      await assertThrows(() => kv.atomic().append(["log"], 1), "UNSUPPORTED", "append");
      await assertThrows(() => kv.atomic().set(["a"], 1).set(["b"], 1), "UNSUPPORTED", "two keys");
      await assertRejects(
        kv.atomic().set(["a"], 1).commit({ idempotencyToken: "t" }),
        "UNSUPPORTED",
        "a token",
      );
      assertEqual(await kv.getMany([["a"], ["b"]]), [undefined, undefined], "nothing is there");
    },
  },
  {
    name: "unordered: one key is checked and changed",
    async run({ kv }) {
      const first = await kv.atomic().check(["a"], null).set(["a"], 1).commit();
      assert(first.ok, "created");
      assert((await kv.atomic().check(["a"], first.version).delete(["a"]).commit()).ok, "deleted");
      assertEqual(await kv.get(["a"]), undefined, "gone");
    },
  },
];
