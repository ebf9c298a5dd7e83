import type { CallOptions } from "../cancellation/abort.js";
import { concatBytes } from "../identity/bytes.js";
import { decodeKey, encodeKey, keyTag } from "../kv/key.js";
import { assertOrdered, progressKey, wholeRange } from "./entry-pages.js";
import type { Storage } from "./storage.js";

/**
 * The namespaces that hold an entry or a blob, in order. For tools that work on all of them; who is confined to a namespace
 * should not be given the drivers.
 *
 * @throws {MillwrightError} `UNSUPPORTED` on an unordered store
 */
export async function listNamespaces(storage: Storage, options: CallOptions = {}): Promise<string[]> {
  const { kv, blobs } = storage.drivers;
  assertOrdered(kv, "listed");
  const names = new Set<string>();
  let start: Uint8Array = wholeRange.start;
  for (;;) {
    // One entry a namespace is read: the next one begins behind all its keys.
    const range = {
      kind: "range",
      start,
      end: Uint8Array.of(keyTag.end),
      reverse: false,
      limit: 1,
      now: storage.clock.now(),
    } as const;
    const [entry] = await kv.read(range, options);
    if (entry === undefined) break;
    const name = decodeKey(entry.key)?.[0];
    if (name === undefined) break;
    if (typeof name === "string" && name !== decodeKey(progressKey)?.[0]) names.add(name);
    start = concatBytes([encodeKey([name]), Uint8Array.of(0xff)]);
  }
  for await (const scope of blobs.scopes(options)) names.add(scope);
  return [...names].sort();
}
