import { coreError } from "../../errors/create.js";
import type { KvDriver, KvDriverCapabilities } from "../../kv/driver.js";
import {
  createStorageClient,
  type HttpStorageAddress,
  type StorageClient,
  transportError,
} from "./client.js";
import { decodeCommitResult, decodeEntries, encodeCommit, encodeRead, encodeWatch } from "./kv-wire.js";
import { watchByte } from "./watch-stream.js";

/** How to make a KvDriver over HTTP. */
export interface HttpKvOptions extends HttpStorageAddress {
  /** What the store behind the server is. Default: ordered, shared and durable. */
  readonly capabilities?: Partial<KvDriverCapabilities> | undefined;
}

/**
 * A KvDriver whose store is behind a {@link storageHandler}. It promises what the driver there promises.
 *
 * A reply that was lost makes a commit `OUTCOME_UNKNOWN`; where the host can tell that nothing was sent, `UNAVAILABLE`.
 * Browsers cannot tell.
 *
 * @example
 * ```ts
 * import { createKvStore } from "@millwright/core";
 * import { httpKv } from "@millwright/core/http";
 *
 * const kv = createKvStore(httpKv({ url: "https://storage.internal", headers: { authorization: "Bearer s3cret" } }));
 * ```
 */
export function httpKv(options: HttpKvOptions): KvDriver {
  const client = createStorageClient(options);
  return {
    name: client.name,
    capabilities: { ordered: true, shared: true, durable: true, ...options.capabilities },
    async read(request, call = {}) {
      const { signal } = call;
      const reply = await client.receive({
        method: "POST",
        path: "/kv/read",
        body: encodeRead(request),
        signal,
      });
      return decoded(client, false, () => decodeEntries(reply));
    },
    async commit(commit, call = {}) {
      const { signal } = call;
      const body = encodeCommit(commit);
      const reply = await client.receive({ method: "POST", path: "/kv/commit", body, signal, commits: true });
      return decoded(client, true, () => decodeCommitResult(reply));
    },
    watch: (keys, call = {}) => watchHints(client, encodeWatch(keys), call.signal),
    async close() {},
  };
}

/** A reply that makes no sense is the server's fault, not the caller's. */
function decoded<T>(client: StorageClient, commits: boolean, decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    const code = commits ? "OUTCOME_UNKNOWN" : "INTERNAL";
    throw coreError(code, `${client.name} answered with something that is not of the storage protocol`, {
      cause,
    });
  }
}

/** Hints as they arrive. The iteration fails when the connection does; core then looks at intervals. */
async function* watchHints(
  client: StorageClient,
  body: Uint8Array<ArrayBuffer>,
  signal: AbortSignal | undefined,
): AsyncGenerator<void> {
  const request = { method: "POST", path: "/kv/watch", body, signal } as const;
  const response = await client.send(request);
  if (response.body === null) return;
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      if (value.includes(watchByte.hint)) yield;
    }
  } catch (error) {
    throw transportError(error, request, client.name);
  } finally {
    reader.cancel().catch(() => {});
  }
}
