import { cpSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Digest } from "../identity/digest.js";
import { openLocalStorage } from "./open-local-storage.js";
import { collect } from "./test-support/collect.js";
import { temporaryDirectory } from "./test-support/temporary-directory.js";

test("keys, blobs, tables and journals of a directory are there when it is opened again", async () => {
  const directory = join(temporaryDirectory(), "data");
  const storage = await openLocalStorage(directory);
  await storage.kv.atomic().set(["model", 1], { auc: 0.93 }).append(["log"], "first").commit();
  await storage.namespace("team-a").kv.atomic().set(["model", 1], "another").commit();
  const { digest } = await storage.blobs.put("weights");
  const journal = await storage.journals.open("metrics");
  journal.append(Uint8Array.of(1, 2, 3));
  await storage.close();
  expect(readdirSync(directory).sort()).toEqual(["blobs", "journals", "kv", "millwright.json"]);

  const again = await openLocalStorage(directory);
  expect((await again.kv.get(["model", 1]))?.value).toEqual({ auc: 0.93 });
  expect((await again.namespace("team-a").kv.get(["model", 1]))?.value).toBe("another");
  expect((await collect(again.kv.list({ prefix: ["log"] }))).map((entry) => entry.value)).toEqual(["first"]);
  expect(await (await again.blobs.get(digest))!.text()).toBe("weights");
  expect(await collect((await again.journals.open("metrics")).read())).toEqual([
    { sequence: 1, data: Uint8Array.of(1, 2, 3) },
  ]);
  await again.close();
});

test("a closed storage refuses calls, and another opening of the directory goes on", async () => {
  const directory = temporaryDirectory();
  const [storage, other] = await Promise.all([openLocalStorage(directory), openLocalStorage(directory)]);
  await storage.close();
  await storage.close();
  await expect(storage.kv.get(["a"])).rejects.toMatchObject({ code: "CLOSED" });
  expect(await other.kv.atomic().set(["a"], 1).commit()).toMatchObject({ ok: true });
  await other.close();
});

test("opening in turn, a hundred times, leaves no file open and loses nothing", async () => {
  const directory = temporaryDirectory();
  for (let round = 1; round <= 100; round++) {
    const storage = await openLocalStorage(directory);
    const entry = await storage.kv.get(["rounds"]);
    expect(entry?.value).toBe(round === 1 ? undefined : round - 1);
    await storage.kv.atomic().set(["rounds"], round).commit();
    await storage.close();
  }
  if (process.platform !== "linux") return;
  const { readlinkSync } = await import("node:fs");
  const open = readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      return [];
    }
  });
  expect(open.filter((path) => path.startsWith(directory))).toEqual([]);
}, 60_000);

test("opening that is aborted rejects with the reason of the signal", async () => {
  const reason = new Error("never mind");
  await expect(openLocalStorage(temporaryDirectory(), { signal: AbortSignal.abort(reason) })).rejects.toBe(
    reason,
  );
});

test("a directory of format 1 is read: keys, versions, ends, logs, blobs and journals", async () => {
  const directory = temporaryDirectory();
  cpSync(fileURLToPath(new URL("./testdata/format-1", import.meta.url)), directory, { recursive: true });
  mkdirSync(join(directory, "journals"), { recursive: true });
  const storage = await openLocalStorage(directory);
  const model = await storage.kv.get(["model", "credit"]);
  expect(model).toMatchObject({ value: { name: "credit", next: 2, big: 12n, raw: Uint8Array.of(0, 255) } });
  expect(model?.version).toMatch(/^[0-9a-f]{32}$/);
  expect((await storage.kv.get(["lasting"]))?.expiresAt).toBe(Date.UTC(2999, 0, 1) * 1_000);
  expect(await storage.kv.get(["ended"])).toBeUndefined();
  expect(
    (await collect(storage.kv.list({ prefix: ["log"] }))).map((entry) => [entry.key[1], entry.value]),
  ).toEqual([
    [1, "one"],
    [2, "two"],
    [3, "three"],
  ]);
  // The counter goes on, and an older order loses.
  const commit = await storage.kv
    .atomic()
    .append(["log"], "four")
    .setIfNewer(["row"], "older", [10])
    .commit();
  expect(commit).toMatchObject({ ok: true, sequences: [4], stale: [["row"]] });
  expect((await storage.kv.get(["row"]))?.value).toBe("newest");
  const digest: Digest = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
  expect(await (await storage.blobs.get(digest))?.text()).toBe("hello");
  const journal = await storage.journals.open("metrics");
  expect(journal.lastSequence).toBe(4);
  expect((await collect(journal.read())).map(({ sequence, data }) => [sequence, ...data])).toEqual([
    [3, 3, 3],
    [4, 4, 4],
  ]);
  await storage.close();
});
