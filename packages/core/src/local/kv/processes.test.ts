import { Worker } from "node:worker_threads";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { createKvStore } from "../../kv/create-kv-store.js";
import type { KvStore } from "../../kv/kv-store.js";
import { prepareChild } from "../../testing/test-support/kill/child.js";
import { localKv } from "../open-local-storage.js";
import { linesOf } from "../test-support/children.js";
import { temporaryDirectory } from "../test-support/temporary-directory.js";

const work = new URL("../test-support/work.child.ts", import.meta.url);

let start: Awaited<ReturnType<typeof prepareChild>>;
beforeAll(async () => {
  start = await prepareChild(work);
});

const runToEnd = (input: Readonly<Record<string, unknown>>) => linesOf(start(input));

async function open(directory: string): Promise<KvStore> {
  const kv = createKvStore(await localKv(directory));
  onTestFinished(() => kv.close());
  return kv;
}

test("two processes that increment one counter 500 times each lose nothing", async () => {
  const directory = temporaryDirectory();
  const kv = await open(directory);
  await Promise.all([1, 2].map(() => runToEnd({ directory, kind: "increment", times: 500 })));
  expect((await kv.get(["counter"]))?.value).toBe(1_000);
}, 120_000);

test("who tails a log that eight processes append to never sees a gap that is filled later", async () => {
  const directory = temporaryDirectory();
  const kv = await open(directory);
  const writers = Promise.all(
    Array.from({ length: 8 }, () => runToEnd({ directory, kind: "append", times: 60 })),
  );
  let done = false;
  const finished = writers.finally(() => {
    done = true;
  });
  const seen: number[] = [];
  let reads = 0;
  for (let rounds = 0; rounds < 2; rounds += done ? 1 : 0) {
    const last = seen.at(-1) ?? 0;
    for await (const entry of kv.list({ prefix: ["log"], start: ["log", last + 1] }))
      seen.push(entry.key[1] as number);
    reads++;
    await new Promise((resolve) => setImmediate(resolve));
  }
  const acknowledged = (await finished).flatMap((lines) => lines.slice(1).map(Number));
  // Read in the order of the tail: any late arrival would be missing from it.
  expect(seen).toEqual(Array.from({ length: 480 }, (_, index) => index + 1));
  expect(acknowledged.sort((a, b) => a - b)).toEqual(seen);
  expect(reads).toBeGreaterThan(10);
}, 120_000);

test("a file that another process has let grow is read and written to", async () => {
  const directory = temporaryDirectory();
  const kv = await open(directory);
  await kv.atomic().set(["before"], 1).commit();
  await runToEnd({ directory, kind: "append", times: 400 });
  await kv.atomic().set(["after"], "x".repeat(60_000)).commit();
  expect((await kv.get(["log", 400]))?.key).toEqual(["log", 400]);
  expect((await kv.get(["after"]))?.value).toHaveLength(60_000);
}, 60_000);

test("a worker thread opens the directory that the main thread has open", async () => {
  const directory = temporaryDirectory();
  const kv = await open(directory);
  await kv.atomic().set(["counter"], 1).commit();
  const [loader, module] = [import.meta.resolve("tsx/esm/api"), work.href].map((url) => JSON.stringify(url));
  const worker = new Worker(`import(${loader}).then(({ register }) => (register(), import(${module})));`, {
    eval: true,
    argv: [JSON.stringify({ directory, kind: "increment", times: 50 })],
  });
  const code = await new Promise((resolve, reject) => worker.once("error", reject).once("exit", resolve));
  expect(code).toBe(0);
  expect((await kv.get(["counter"]))?.value).toBe(51);
  await kv.atomic().set(["counter"], 52).commit();
  expect((await kv.get(["counter"]))?.value).toBe(52);
}, 60_000);
