import type { CallOptions } from "../cancellation/abort.js";
import { coreError } from "../errors/create.js";
import { compareBytes, concatBytes, equalBytes } from "../identity/bytes.js";
import { createIdentifierBytes } from "../identity/identifier.js";
import type { KvDriver, KvDriverMutation, StoredEntry } from "../kv/driver.js";
import { encodeKey, keyTag } from "../kv/key.js";
import { kvLimits } from "../kv/limits.js";
import type { Clock } from "../time/clock.js";

/** Before and behind every key that a driver can hold: those of namespaces, and core's own. */
export const wholeRange = { start: Uint8Array.of(keyTag.bytes), end: Uint8Array.of(0xff) };

/**
 * Where copies and restores note how far they are: outside of every namespace, since no namespace has such a name. It belongs
 * to the store and not to its content, and is neither copied nor compared.
 */
export const progressKey: Uint8Array = encodeKey(["$copy"]);

const pageSize = 256;

/** All entries of a driver in the order of their keys, page by page; each page is one snapshot. */
export async function* entryPages(
  driver: KvDriver,
  options: CallOptions & {
    readonly now: () => number;
    readonly after?: Uint8Array | undefined;
    readonly end?: Uint8Array | undefined;
  },
): AsyncGenerator<readonly StoredEntry[], void, void> {
  const { signal, now, end = wholeRange.end } = options;
  let start = options.after === undefined ? wholeRange.start : behind(options.after);
  for (;;) {
    signal?.throwIfAborted();
    const page = await driver.read(
      { kind: "range", start, end, reverse: false, limit: pageSize, now: now() },
      { signal },
    );
    const entries = page.filter((entry) => entry !== undefined);
    const content = entries.filter((entry) => !equalBytes(entry.key, progressKey));
    if (content.length > 0) yield content;
    const last = entries.at(-1);
    if (last === undefined || entries.length < pageSize) return;
    start = behind(last.key);
  }
}

/** The smallest key behind this one. */
export function behind(key: Uint8Array): Uint8Array {
  return concatBytes([key, Uint8Array.of(0)]);
}

/** Whether two entries are the same in every field. */
export function equalEntries(a: StoredEntry, b: StoredEntry): boolean {
  return (
    equalBytes(a.key, b.key) &&
    equalBytes(a.version, b.version) &&
    a.expiresAt === b.expiresAt &&
    equalBytes(a.value, b.value) &&
    (a.order === undefined ? b.order === undefined : b.order !== undefined && equalBytes(a.order, b.order))
  );
}

/** Applies changes in as few commits as they fit into, one after the other. */
export async function applyAll(
  storage: { readonly drivers: { readonly kv: KvDriver }; readonly clock: Clock },
  mutations: readonly KvDriverMutation[],
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const portion of portions(mutations)) {
    const now = storage.clock.now();
    const id = createIdentifierBytes({ time: now });
    await storage.drivers.kv.commit({ id, now, checks: [], mutations: portion }, { signal });
  }
}

/** Changes in portions that fit into one commit each. */
function* portions(mutations: readonly KvDriverMutation[]): Generator<KvDriverMutation[], void, void> {
  let portion: KvDriverMutation[] = [];
  let bytes = 0;
  for (const mutation of mutations) {
    const size = sizeOf(mutation);
    if (
      portion.length >= kvLimits.mutations - 1 ||
      (portion.length > 0 && bytes + size > kvLimits.commitBytes - kvLimits.keyBytes * 4)
    ) {
      yield portion;
      portion = [];
      bytes = 0;
    }
    portion.push(mutation);
    bytes += size;
  }
  if (portion.length > 0) yield portion;
}

function sizeOf(mutation: KvDriverMutation): number {
  if (mutation.kind === "import") return mutation.entry.key.length + mutation.entry.value.length;
  return mutation.kind === "delete" ? mutation.key.length : 0;
}

/** Two sorted lists side by side: each key once, with what either side has. */
export function* sideBySide(
  left: readonly StoredEntry[],
  right: readonly StoredEntry[],
): Generator<{ readonly left?: StoredEntry; readonly right?: StoredEntry }, void, void> {
  let [at, other] = [0, 0];
  while (at < left.length || other < right.length) {
    const [a, b] = [left[at], right[other]];
    const order = a === undefined ? 1 : b === undefined ? -1 : compareBytes(a.key, b.key);
    if (order <= 0) at++;
    if (order >= 0) other++;
    yield { ...(order <= 0 && { left: a as StoredEntry }), ...(order >= 0 && { right: b as StoredEntry }) };
  }
}

/** @throws {MillwrightError} `UNSUPPORTED` for an unordered store */
export function assertOrdered(driver: KvDriver, what: string): void {
  if (driver.capabilities.ordered) return;
  throw coreError(
    "UNSUPPORTED",
    `${driver.name} is an unordered store and cannot be ${what}; refill it from its source instead`,
  );
}
