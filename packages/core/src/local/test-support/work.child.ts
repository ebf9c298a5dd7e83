import { isMainThread } from "node:worker_threads";
import { createKvStore } from "../../kv/create-kv-store.js";
import { transact } from "../../kv/transact.js";
import { acknowledge, childArguments, ready } from "../../testing/test-support/kill/child.js";
import { localKv } from "../open-local-storage.js";

interface Work {
  readonly directory: string;
  readonly kind: "increment" | "append";
  readonly times: number;
}

const { directory, kind, times } = childArguments<Work>();
if (isMainThread) ready();
const kv = createKvStore(await localKv(directory));
for (let index = 0; index < times; index++) {
  if (kind === "append") {
    const result = await kv.atomic().append(["log"], `${process.pid}-${index}`).commit();
    if (result.ok) acknowledge(String(result.sequences[0]));
  } else {
    await transact(
      kv,
      async (atomic) => {
        const entry = await kv.get(["counter"]);
        atomic.check(["counter"], entry?.version ?? null).set(["counter"], Number(entry?.value ?? 0) + 1);
      },
      { maxAttempts: 10_000 },
    );
  }
}
await kv.close();
