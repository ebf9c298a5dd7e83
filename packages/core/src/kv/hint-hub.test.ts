import { expect, test } from "vitest";
import { HintHub } from "./hint-hub.js";
import { encodeKey } from "./key.js";
import { keyHash } from "./key-hash.js";
import { counterKey } from "./reserved.js";

const quiet = { open: async () => {}, release: () => {} };

test("a watcher is woken by the hashes of its keys, of the log of an entry and of a counter, and by no other", async () => {
  const hub = new HintHub();
  const stop = new AbortController();
  const log = encodeKey(["log"]);
  const keys = [encodeKey(["a"]), encodeKey(["log", 7]), counterKey(encodeKey(["other log"]))];
  const hints = hub.watch(keys, quiet, { signal: stop.signal });
  await hints.next();
  for (const changed of [encodeKey(["a"]), log, encodeKey(["other log"])]) {
    let woken = false;
    const next = hints.next().then(() => (woken = true));
    hub.wake([keyHash(encodeKey(["b"]))]);
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(woken).toBe(false);
    hub.wake([keyHash(changed)]);
    await next;
  }
  const next = hints.next();
  stop.abort(new Error("stopped"));
  await expect(next).rejects.toThrow("stopped");
});

test("a hint that comes while the consumer is busy is not lost", async () => {
  const hub = new HintHub();
  const key = encodeKey(["a"]);
  const hints = hub.watch([key], quiet);
  await hints.next();
  hub.wake([keyHash(key)]);
  expect((await hints.next()).done).toBe(false);
  await hints.return();
});

test("the source is opened before the first hint and released at the end, also if it cannot be opened", async () => {
  const hub = new HintHub();
  const events: string[] = [];
  const source = {
    async open() {
      events.push("open");
    },
    release: () => void events.push(`release, watched: ${hub.watched}`),
  };
  for await (const _ of hub.watch([], source)) {
    events.push("hint");
    break;
  }
  expect(events).toEqual(["open", "hint", "release, watched: false"]);
  const failing = { ...source, open: () => Promise.reject(new Error("no server")) };
  await expect(hub.watch([], failing).next()).rejects.toThrow("no server");
  expect(events.at(-1)).toBe("release, watched: false");
});
