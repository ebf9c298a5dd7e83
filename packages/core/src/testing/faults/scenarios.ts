import { batchFromColumns } from "../../columns/build.js";
import { digestOf } from "../../identity/hasher.js";
import { addReference } from "../../storage/references.js";
import type { Storage } from "../../storage/storage.js";
import { assert, assertEqual } from "../runner/assertions.js";

/** Something that is done to a storage whose drivers fail. */
export interface FaultScenario {
  readonly name: string;
  /** What is there before, done without faults. Default: nothing. */
  readonly prepare?: ((storage: Storage) => Promise<unknown>) | undefined;
  /** The work. It may be done again after it failed, and must then succeed. */
  readonly run: (storage: Storage) => Promise<unknown>;
  /** Looks at what is there, without faults; throws if it is neither as before nor as after, or not as after if `completed`. */
  readonly verify: (storage: Storage, completed: boolean) => Promise<void>;
}

const content = "content ".repeat(20_000);

/** What the ports promise when their drivers fail: the scenarios of {@link faultConformance}. */
export const portScenarios: readonly FaultScenario[] = [
  {
    name: "a commit of several keys and a log",
    prepare: (storage) => storage.kv.atomic().set(["a"], "before").set(["b"], "before").commit(),
    run: (storage) =>
      storage.kv
        .atomic()
        .set(["a"], "after")
        .delete(["b"])
        .append(["log"], "entry")
        .set(["c"], "after")
        .commit({ idempotencyToken: "work" }),
    async verify({ kv }, completed) {
      const [a, b, c, first, second] = await kv.getMany([["a"], ["b"], ["c"], ["log", 1], ["log", 2]]);
      const state = [a, b, c, first, second].map((entry) => entry?.value);
      const after = ["after", undefined, "after", "entry", undefined];
      const applied = state[0] === "after" || completed;
      assertEqual(
        state,
        applied ? after : ["before", "before", undefined, undefined, undefined],
        "all of the commit, once, or nothing",
      );
    },
  },
  {
    name: "a blob and the reference to it",
    async run({ kv, blobs }) {
      const { digest } = await blobs.put(content);
      const atomic = kv.atomic().set(["record"], digest);
      addReference(atomic, digest, ["record"]);
      await atomic.commit({ idempotencyToken: "work" });
    },
    async verify({ kv, blobs }, completed) {
      const record = await kv.get(["record"]);
      const found = await blobs.get(digestOf(content));
      if (found !== undefined) assertEqual(await found.text(), content, "the blob is whole");
      assert(record === undefined || found !== undefined, "what is referred to is there");
      assert(!completed || record !== undefined, "the record is there");
    },
  },
  {
    name: "a batch of a table",
    async run({ tables }) {
      await tables.append(
        ["t"],
        batchFromColumns({ x: Float64Array.from({ length: 10_000 }, (_, row) => row / 7) }),
        { id: "batch" },
      );
    },
    async verify({ tables }, completed) {
      const rows: number[] = [];
      for await (const { batch } of tables.scan(["t"])) rows.push(batch.rows);
      assert(
        rows.length === 1 || (rows.length === 0 && !completed),
        "the batch is there once, or not at all",
      );
      for (const count of rows) assertEqual(count, 10_000, "with all of its rows");
    },
  },
];
