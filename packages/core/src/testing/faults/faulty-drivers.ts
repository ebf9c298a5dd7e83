import type { BlobDriver, BlobUpload } from "../../blobs/driver.js";
import { coreError } from "../../errors/create.js";
import type { KvDriver } from "../../kv/driver.js";
import { type FaultCounter, type FaultPlan, faultCounter } from "./plan.js";

/**
 * A driver over another, some of whose calls go wrong. For tests of what is built on a KvStore.
 *
 * @example
 * ```ts
 * import { createKvStore } from "@millwright/core";
 * import { memoryKv } from "@millwright/core/memory";
 * import { faultyKv } from "@millwright/core/testing";
 *
 * const kv = createKvStore(faultyKv(memoryKv(), { fault: "lost reply", at: 1 }));
 * await kv.atomic().set(["a"], 1).commit(); // settled by reading the key again
 * ```
 */
export function faultyKv(driver: KvDriver, plan: FaultPlan | FaultCounter): KvDriver {
  const faults = "run" in plan ? plan : faultCounter(plan);
  const watch = driver.watch?.bind(driver);
  return {
    name: `faulty ${driver.name}`,
    capabilities: driver.capabilities,
    read: (request, options) => faults.run("read", () => driver.read(request, options)),
    commit: (commit, options) => faults.run("write", () => driver.commit(commit, options)),
    ...(watch && { watch }),
    close: () => driver.close(),
  };
}

/** The same for blobs. A lost reply of a `put` is `UNAVAILABLE`, since putting again is harmless. */
export function faultyBlobs(driver: BlobDriver, plan: FaultPlan | FaultCounter): BlobDriver {
  const faults = "run" in plan ? plan : faultCounter(plan);
  return {
    name: `faulty ${driver.name}`,
    capabilities: driver.capabilities,
    put: (upload, options) =>
      faults.tears()
        ? driver.put({ ...upload, body: torn(upload.body), digest: () => upload.digest() }, options)
        : faults.run("write", () => driver.put(whole(upload), options)).catch(asUnavailable),
    get: (scope, digest, range, options) =>
      faults.run("read", () => driver.get(scope, digest, range, options)),
    stat: (scope, digest, options) => faults.run("read", () => driver.stat(scope, digest, options)),
    renew: (scope, digest, options) =>
      faults.run("write", () => driver.renew(scope, digest, options)).catch(asUnavailable),
    delete: (scope, digest, options) =>
      faults.run("write", () => driver.delete(scope, digest, options)).catch(asUnavailable),
    list: (scope, after, options) => driver.list(scope, after, options),
    scopes: (options) => driver.scopes(options),
    close: () => driver.close(),
  };
}

// A getter of the upload must keep its owner.
function whole(upload: BlobUpload): BlobUpload {
  return { scope: upload.scope, body: upload.body, size: upload.size, digest: () => upload.digest() };
}

function asUnavailable(error: unknown): never {
  if ((error as { code?: unknown }).code !== "OUTCOME_UNKNOWN") throw error;
  throw coreError("UNAVAILABLE", "an injected fault: the reply was lost", { retryable: true, cause: error });
}

async function* torn(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  for await (const piece of body) {
    yield piece.subarray(0, piece.length >> 1);
    break;
  }
  throw coreError("UNAVAILABLE", "an injected fault: the connection broke in the middle of the body", {
    retryable: true,
  });
}
