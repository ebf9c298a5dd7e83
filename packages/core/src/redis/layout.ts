import type { BufferJoin } from "./client.js";

const encoder = new TextEncoder();

/** Names of everything that a store keeps in Redis. All of an ordered store is in one hash slot, by its tag. */
export interface RedisLayout {
  /** One string for each entry: this and the key. */
  entry(key: Uint8Array): Uint8Array;
  /** A sorted set of all keys of an ordered store, all with score 0, so that they lie in the order of their bytes. */
  readonly index: Uint8Array;
  /** A sorted set of the keys that may expire, by the time (milliseconds, of the server) at which they are gone. */
  readonly deadlines: Uint8Array;
  /** Says that a store of this format is here. */
  readonly format: Uint8Array;
  /** Where commits of an ordered store publish hints. */
  readonly channel: Uint8Array;
  /** Length of the text before a key in the name of its entry. */
  readonly entryPrefixLength: number;
}

/** The layout of a prefix. Entry, index and deadlines have prefixes of one length: the scripts build on that. */
export function redisLayout(prefix: string, ordered: boolean, join: BufferJoin): RedisLayout {
  const tag = ordered ? `{${prefix}}` : prefix;
  const name = (kind: string): Uint8Array => join(encoder.encode(`${tag}:${kind}:`));
  const entries = name("e");
  return {
    entry: (key) => join(entries, key),
    index: name("i"),
    deadlines: name("x"),
    format: name("f"),
    channel: name("c"),
    entryPrefixLength: entries.length,
  };
}
