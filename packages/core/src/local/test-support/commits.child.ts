import { createBlobStore } from "../../blobs/create-blob-store.js";
import { createRandom } from "../../identity/random.js";
import { createKvStore } from "../../kv/create-kv-store.js";
import { acknowledge, childArguments, ready } from "../../testing/test-support/kill/child.js";
import { localBlobs, localKv } from "../open-local-storage.js";

// Increments a counter and appends to a log in one commit, and puts a blob now and then, until it is killed.
const { directory, seed } = childArguments<{ directory: string; seed: number }>();
const random = createRandom(seed);
ready();
const kv = createKvStore(await localKv(directory));
const blobs = createBlobStore(await localBlobs(directory), { scope: "default", kv });
for (let index = 0; ; index++) {
  const entry = await kv.get(["counter"]);
  const text = `${seed}-${index}-${"x".repeat(random.integer(3_000))}`;
  const result = await kv
    .atomic()
    .check(["counter"], entry?.version ?? null)
    .set(["counter"], Number(entry?.value ?? 0) + 1)
    .append(["log"], text)
    .commit();
  if (result.ok) acknowledge(`commit ${result.sequences[0]} ${text.length} ${seed}-${index}`);
  if (random.integer(8) > 0) continue;
  const { digest } = await blobs.put(new Uint8Array(random.integer(300_000)).fill(index));
  acknowledge(`blob ${digest}`);
}
