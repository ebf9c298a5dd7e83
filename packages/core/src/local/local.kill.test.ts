import { expect, test } from "vitest";
import { createBlobStore } from "../blobs/create-blob-store.js";
import type { Digest } from "../identity/digest.js";
import { createKvStore } from "../kv/create-kv-store.js";
import { prepareChild } from "../testing/test-support/kill/child.js";
import { killRounds } from "../testing/test-support/kill/kill-rounds.js";
import { killSettings } from "../testing/test-support/kill/settings.js";
import { localBlobs, localKv } from "./open-local-storage.js";
import { temporaryDirectory } from "./test-support/temporary-directory.js";

const child = new URL("./test-support/commits.child.ts", import.meta.url);

test("whatever is killed when: every acknowledged commit and blob is there, and nothing is half there", async () => {
  const { kills, seed } = killSettings(0.4);
  process.stdout.write(`kv and blobs of local storage: ${kills} kills, seed ${seed}\n`);
  const startChild = await prepareChild(child);
  const directory = temporaryDirectory();
  let verified = 0;

  async function verifyCommits(lines: readonly string[]): Promise<void> {
    const kv = createKvStore(await localKv(directory));
    try {
      const log = new Map<number, string>();
      for await (const entry of kv.list(
        { prefix: ["log"], start: ["log", verified + 1] },
        { pageSize: 1_000 },
      )) {
        log.set(entry.key[1] as number, String(entry.value));
      }
      for (const line of lines.filter((each) => each.startsWith("commit "))) {
        const [, sequence, length, name] = line.split(" ");
        const text = log.get(Number(sequence));
        if (text === undefined) throw new Error(`entry ${sequence} was acknowledged and is missing`);
        expect([text.length, text.split("-").slice(0, 2).join("-")]).toEqual([Number(length), name]);
      }
      const sequences = [...log.keys()];
      expect(sequences).toEqual(Array.from({ length: log.size }, (_, index) => verified + 1 + index));
      verified += log.size;
      // One commit sets the counter and appends: both or neither.
      expect((await kv.get(["counter"]))?.value ?? 0).toBe(verified);
      expect(await kv.atomic().set(["alive"], verified).commit()).toMatchObject({ ok: true });
    } finally {
      await kv.close();
    }
  }

  async function verifyBlobs(lines: readonly string[]): Promise<void> {
    const kv = createKvStore(await localKv(directory));
    const blobs = createBlobStore(await localBlobs(directory), { scope: "default", kv });
    try {
      const acknowledged = lines
        .filter((each) => each.startsWith("blob "))
        .map((each) => each.slice(5) as Digest);
      for (const digest of acknowledged) {
        const content = await blobs.get(digest);
        if (content === undefined) throw new Error(`blob ${digest} was acknowledged and is missing`);
        await content.bytes();
      }
      // Also what was not acknowledged: visible means whole. Deleted then, or each round would read those of all before.
      for await (const { digest } of blobs.list()) {
        await (await blobs.get(digest))!.bytes();
        await blobs.delete(digest);
      }
    } finally {
      await blobs.close();
      await kv.close();
    }
  }

  const report = await killRounds({
    kills,
    seed,
    start: ({ random }) => ({
      writers: [1, 2].map(() => startChild({ directory, seed: random.integer(2 ** 31) })),
    }),
    verify: async (acknowledged) => {
      await verifyCommits(acknowledged.flat());
      await verifyBlobs(acknowledged.flat());
    },
  });
  process.stdout.write(
    `kv and blobs of local storage: ${report.acknowledged} acknowledged, ${report.early} early kills\n`,
  );
  expect(report.acknowledged).toBeGreaterThan(0);
});
