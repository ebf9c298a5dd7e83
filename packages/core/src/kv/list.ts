import { abortable } from "../cancellation/abort.js";
import { coreError, invalidArgument } from "../errors/create.js";
import { compareBytes, concatBytes } from "../identity/bytes.js";
import { entryOf, type KvContext, storedKey, withRetries } from "./context.js";
import { type CursorScope, decodeCursor, encodeCursor } from "./cursor.js";
import type { StoredEntry } from "./driver.js";
import { prefixRange } from "./key.js";
import type { KvEntry, KvListing, KvListOptions, KvSelector } from "./kv-store.js";

const defaultPageSize = 256;
const maximumPageSize = 1_000;

/** A listing that fetches page by page. Arguments are checked now; the first read happens at the first `next`. */
export function createListing(context: KvContext, selector: KvSelector, options: KvListOptions): KvListing {
  if (!context.driver.capabilities.ordered) {
    throw coreError(
      "UNSUPPORTED",
      `${context.driver.name} is an unordered store: it has no list. Open it ordered to list keys`,
    );
  }
  const { signal, reverse = false } = options;
  const range = rangeOf(context, selector);
  const scope: CursorScope = { ...range, reverse };
  const pageSize = wholeNumber(options.pageSize ?? defaultPageSize, "pageSize", 1, maximumPageSize);
  const pages = {
    ...range,
    cursor: options.cursor ?? "",
    remaining:
      options.limit === undefined
        ? Number.POSITIVE_INFINITY
        : wholeNumber(options.limit, "limit", 0, Number.MAX_SAFE_INTEGER),
  };
  if (pages.cursor !== "") moveBehind(pages, decodeCursor(scope, pages.cursor), reverse);
  let page: readonly StoredEntry[] = [];
  let position = 0;
  let last: Uint8Array | undefined;
  let exhausted = false;

  async function next(): Promise<IteratorResult<KvEntry, undefined>> {
    context.lifecycle.assertOpen();
    if (position >= page.length) {
      if (exhausted || pages.remaining <= 0 || compareBytes(pages.start, pages.end) >= 0)
        return { done: true, value: undefined };
      const limit = Math.min(pageSize, pages.remaining);
      page = await abortable(
        context.lifecycle.run(signal, () =>
          readPage(context, pages.start, pages.end, reverse, limit, signal),
        ),
        signal,
      );
      position = 0;
      exhausted = page.length < limit;
      const end = page.at(-1);
      if (end === undefined) return { done: true, value: undefined };
      moveBehind(pages, end.key, reverse);
    }
    signal?.throwIfAborted();
    const stored = page[position++]!;
    last = stored.key;
    pages.remaining--;
    return { done: false, value: entryOf(context, stored) };
  }

  // Calls of `next` that overlap must not fetch the same page twice.
  let queue: Promise<unknown> = Promise.resolve();
  return {
    next() {
      const result = queue.then(next);
      queue = result.catch(() => {});
      return result;
    },
    async return() {
      page = [];
      exhausted = true;
      return { done: true, value: undefined };
    },
    get cursor() {
      return last === undefined ? pages.cursor : encodeCursor(scope, last);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

async function readPage(
  context: KvContext,
  start: Uint8Array,
  end: Uint8Array,
  reverse: boolean,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<readonly StoredEntry[]> {
  const read = (): Promise<readonly (StoredEntry | undefined)[]> =>
    context.driver.read({ kind: "range", start, end, reverse, limit, now: context.clock.now() }, { signal });
  return (await withRetries(context, signal, read)) as readonly StoredEntry[];
}

function moveBehind(pages: { start: Uint8Array; end: Uint8Array }, key: Uint8Array, reverse: boolean): void {
  if (compareBytes(key, pages.start) < 0 || compareBytes(key, pages.end) >= 0) {
    throw coreError("INVALID_CURSOR", "the cursor is outside of the listing; list again from the start");
  }
  if (reverse) pages.end = key;
  else pages.start = concatBytes([key, Uint8Array.of(0)]);
}

function rangeOf(context: KvContext, selector: KvSelector): { start: Uint8Array; end: Uint8Array } {
  if (!("prefix" in selector)) {
    return {
      start: storedKey(context, selector.start, "start"),
      end: storedKey(context, selector.end, "end"),
    };
  }
  const range = prefixRange(
    Array.isArray(selector.prefix) && selector.prefix.length === 0
      ? context.namespace
      : storedKey(context, selector.prefix, "prefix"),
  );
  const start = selector.start === undefined ? range.start : storedKey(context, selector.start, "start");
  const end = selector.end === undefined ? range.end : storedKey(context, selector.end, "end");
  return {
    start: compareBytes(start, range.start) > 0 ? start : range.start,
    end: compareBytes(end, range.end) < 0 ? end : range.end,
  };
}

function wholeNumber(value: number, path: string, least: number, most: number): number {
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    throw invalidArgument(path, `${value} is not a whole number from ${least} to ${most}`);
  }
  return value;
}
