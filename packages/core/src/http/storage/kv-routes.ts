import { coreError, invalidArgument } from "../../errors/create.js";
import type { KvDriver, KvDriverCommit } from "../../kv/driver.js";
import { type HttpCall, type HttpReply, readBody } from "../call.js";
import {
  decodeCommit,
  decodeRead,
  decodeWatch,
  encodeCommitResult,
  encodeEntries,
  wireLimits,
} from "./kv-wire.js";
import { keyOfMutation, namespaceOfKey, namespacesOfRead } from "./namespaces.js";
import type { Demand, StorageRoute } from "./routes.js";
import { hintStream } from "./watch-stream.js";

const binary = { "content-type": "application/octet-stream", "cache-control": "no-store" };

/** The operations of a KvDriver, by method and path. */
export function kvRoutes(driver: KvDriver): [string, StorageRoute][] {
  return [
    ["POST /v1/kv/read", (call, demand) => read(driver, call, demand)],
    ["POST /v1/kv/commit", (call, demand) => commit(driver, call, demand)],
    ["POST /v1/kv/watch", (call, demand) => watch(driver, call, demand)],
  ];
}

async function read(driver: KvDriver, call: HttpCall, demand: Demand): Promise<HttpReply> {
  const request = decodeRead(await message(call));
  await demand("storage.read", namespacesOfRead(request));
  if (request.kind === "range") assertOrdered(driver, "ranges");
  return {
    status: 200,
    headers: binary,
    body: encodeEntries(await driver.read(request, { signal: call.signal })),
  };
}

async function commit(driver: KvDriver, call: HttpCall, demand: Demand): Promise<HttpReply> {
  const request = decodeCommit(await message(call));
  const { checks, mutations } = request;
  await demand("storage.read", new Set(checks.map(({ key }) => namespaceOfKey(key))));
  await demand(
    "storage.write",
    new Set(mutations.map((mutation) => namespaceOfKey(keyOfMutation(mutation)))),
  );
  const imported = mutations.filter(({ kind }) => kind === "import");
  await demand(
    "storage.import",
    new Set(imported.map((mutation) => namespaceOfKey(keyOfMutation(mutation)))),
  );
  assertWellFormed(driver, request);
  // Not stopped when the client leaves: it could not learn any more whether the commit was applied.
  return { status: 200, headers: binary, body: encodeCommitResult(await driver.commit(request)) };
}

async function watch(driver: KvDriver, call: HttpCall, demand: Demand): Promise<HttpReply> {
  const keys = decodeWatch(await message(call));
  await demand("storage.read", new Set(keys.map(namespaceOfKey)));
  if (driver.watch === undefined)
    throw coreError("UNSUPPORTED", "the storage gives no hints; look again from time to time");
  return {
    status: 200,
    headers: binary,
    body: hintStream((options) => driver.watch!(keys, options), call.signal),
  };
}

function message(call: HttpCall): Promise<Uint8Array> {
  return readBody(call, { limit: wireLimits.messageBytes });
}

/** What core promises to drivers, a stranger need not keep. */
function assertWellFormed(driver: KvDriver, { checks, mutations }: KvDriverCommit): void {
  const keys = new Set<string>();
  for (const [index, mutation] of mutations.entries()) {
    if (mutation.kind === "append" || mutation.kind === "import")
      assertOrdered(driver, `the mutation ${mutation.kind}`);
    if (mutation.kind === "append") continue;
    const name = String.fromCharCode(...keyOfMutation(mutation));
    if (keys.has(name))
      throw invalidArgument(`mutations[${index}]`, "another mutation of the commit names the same key");
    keys.add(name);
  }
  if (keys.size + checks.length === 0 || driver.capabilities.ordered) return;
  for (const { key } of checks) keys.add(String.fromCharCode(...key));
  if (keys.size > 1) assertOrdered(driver, "commits of several keys");
}

function assertOrdered(driver: KvDriver, what: string): void {
  if (!driver.capabilities.ordered)
    throw coreError("UNSUPPORTED", `the store is unordered: it has no ${what}`);
}
