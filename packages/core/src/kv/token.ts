import { coreError, invalidArgument } from "../errors/create.js";
import { equalBytes, toHex } from "../identity/bytes.js";
import { type KvContext, withRetries } from "./context.js";
import type { KvDriverCheck, KvDriverMutation } from "./driver.js";
import { decodeKey, encodeSequence, prefixRange } from "./key.js";
import { kvLimits } from "./limits.js";
import { tokenKey } from "./reserved.js";

const lifetime = 86_400_000_000;
const searchDepth = 10_000;

/** The key that marks a commit as done. */
export interface TokenMark {
  readonly key: Uint8Array;
  readonly check: KvDriverCheck;
  readonly mutation: KvDriverMutation;
}

/** The mark of an idempotency token: absent before the commit, there for a day after it. */
export function encodeToken(context: KvContext, token: string): TokenMark {
  const bytes = new TextEncoder().encode(token);
  if (bytes.length === 0 || bytes.length > kvLimits.tokenBytes) {
    throw invalidArgument(
      "idempotencyToken",
      `a token has 1 to ${kvLimits.tokenBytes} bytes of UTF-8, not ${bytes.length}`,
    );
  }
  if (!context.driver.capabilities.ordered) {
    throw coreError(
      "UNSUPPORTED",
      `${context.driver.name} is an unordered store: its commits take no idempotencyToken`,
    );
  }
  const key = tokenKey(context.namespace, bytes);
  const expiresAt = context.clock.now() + lifetime;
  return {
    key,
    check: { key, version: null },
    mutation: { kind: "set", key, value: Uint8Array.of(0), expiresAt },
  };
}

/**
 * The sequences that an earlier commit was given, found in its logs by its id from their ends. An entry that has been
 * deleted since, or lies more than 10,000 back, is not found: `undefined`.
 */
export async function findSequences(
  context: KvContext,
  mutations: readonly KvDriverMutation[],
  id: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<number[] | undefined> {
  const wanted = new Map<string, { log: Uint8Array; places: number[] }>();
  const sequences: number[] = [];
  for (const mutation of mutations) {
    if (mutation.kind !== "append") continue;
    const name = toHex(mutation.log);
    const entry = wanted.get(name) ?? { log: mutation.log, places: [] };
    entry.places.push(sequences.length);
    wanted.set(name, entry);
    sequences.push(0);
  }
  for (const { log, places } of wanted.values()) {
    const found = await sequencesOf(context, log, id, places.length, signal);
    if (found === undefined) return undefined;
    for (const [index, place] of places.entries()) sequences[place] = found[index]!;
  }
  return sequences;
}

async function sequencesOf(
  context: KvContext,
  log: Uint8Array,
  id: Uint8Array,
  count: number,
  signal: AbortSignal | undefined,
): Promise<number[] | undefined> {
  const found: number[] = [];
  const range = prefixRange(log);
  const length = log.length + encodeSequence(1).length;
  let end = range.end;
  for (let read = 0; read < searchDepth; ) {
    const request = {
      kind: "range",
      start: range.start,
      end,
      reverse: true,
      limit: 256,
      now: context.clock.now(),
    } as const;
    const page = await withRetries(context, signal, () => context.driver.read(request, { signal }));
    for (const entry of page) {
      // Keys that continue an entry of the log are no entries of it.
      if (entry?.key.length !== length || !equalBytes(entry.version, id)) continue;
      const sequence = decodeKey(entry.key.subarray(log.length))?.[0];
      if (typeof sequence === "number") found.unshift(sequence);
      if (found.length === count) return found;
    }
    const last = page.at(-1);
    if (last === undefined || page.length < 256) break;
    end = last.key;
    read += page.length;
  }
  return undefined;
}
