import type { CallOptions } from "../cancellation/abort.js";
import { coreError, invalidArgument } from "../errors/create.js";
import { MillwrightError } from "../errors/millwright-error.js";
import type { Key } from "../kv/key.js";
import type { KvAtomic, KvEntry, KvStore, Version } from "../kv/kv-store.js";
import type { DurationInput } from "../time/times.js";

/** What a program must know to work on the data of a package in a namespace. Stored under `["format", package]`. */
export interface Format {
  /** Programs that know this format, or a later one, can read. */
  readonly minReader: number;
  /** Programs that know this format, or a later one, may write. */
  readonly minWriter: number;
}

/** What this program knows. */
export interface OpenFormatOptions extends CallOptions {
  /** The package whose data it is: `"tracking"`. */
  readonly package: string;
  /** The latest format that this program can read. */
  readonly reader: number;
  /** The latest format that this program can write. */
  readonly writer: number;
  /** `"read"` opens data that this program may only read, and writes nothing. Default: `"write"`. */
  readonly access?: "read" | "write" | undefined;
  /** Longest time until a raised format is noticed without a commit. Default: `"5s"`. */
  readonly pollInterval?: DurationInput | undefined;
}

/** The format of a package's data, watched while it is open. */
export interface FormatGuard extends AsyncDisposable {
  /** As it was seen last. */
  readonly current: Format;
  /** @throws {MillwrightError} `FORMAT_TOO_NEW` once another program has raised the format beyond what this one can read */
  assertReadable(): void;
  /**
   * Adds the check that the format is still the one seen. A commit that is lost by it calls `refresh`, then tries again.
   *
   * @throws {MillwrightError} `FORMAT_TOO_NEW` if this program may not write
   */
  guard(atomic: KvAtomic): KvAtomic;
  /** Looks now. @throws {MillwrightError} `FORMAT_TOO_NEW` */
  refresh(options?: CallOptions): Promise<Format>;
  /**
   * Demands more of every program from now on; never less than now. Call it on request of an operator only, when all
   * programs are new enough: those that are not stop with `FORMAT_TOO_NEW`.
   */
  raise(format: Format, options?: CallOptions): Promise<Format>;
  /** Ends the watch. */
  close(): Promise<void>;
}

/**
 * Opens the data of a package in a namespace, and watches what it demands. Data that is new gets the format of this program;
 * data that is there keeps its format until somebody calls `raise`, so that old and new programs can run side by side.
 *
 * @throws {MillwrightError} `FORMAT_TOO_NEW` if the data demands a newer program
 *
 * @example
 * ```ts
 * import { composeStorage, openFormat } from "@millwright/core";
 * import { memoryBlobs, memoryKv } from "@millwright/core/memory";
 *
 * const storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
 * const format = await openFormat(storage, { package: "tracking", reader: 1, writer: 1 });
 * await format.guard(storage.kv.atomic()).set(["tracking", 1, "greeting"], "hello").commit();
 * await format.close();
 * ```
 */
export async function openFormat(
  storage: { readonly kv: KvStore; readonly namespaceName: string },
  options: OpenFormatOptions,
): Promise<FormatGuard> {
  const { package: name, reader, writer, access = "write", signal, pollInterval = "5s" } = options;
  const { kv } = storage;
  const key: Key = ["format", name];
  for (const [path, value] of Object.entries({ reader, writer })) {
    if (!Number.isSafeInteger(value) || value < 1)
      throw invalidArgument(path, `${value} is not a format: a whole number from 1`);
  }
  let seen: { format: Format; version: Version | null } = {
    format: { minReader: reader, minWriter: writer },
    version: null,
  };

  const tooNew = (what: "read" | "written", needed: number, known: number): MillwrightError =>
    coreError(
      "FORMAT_TOO_NEW",
      `the ${name} data of the namespace ${storage.namespaceName} can be ${what} by format ${needed} or later, and this program knows ${known}; upgrade @millwright/${name}`,
      { details: { package: name, needed, known } },
    );
  const assertReadable = (): void => {
    if (seen.format.minReader > reader) throw tooNew("read", seen.format.minReader, reader);
  };
  const assertWritable = (): void => {
    assertReadable();
    if (seen.format.minWriter > writer) throw tooNew("written", seen.format.minWriter, writer);
  };
  const notice = (entry: KvEntry | undefined): void => {
    if (entry !== undefined) seen = { format: parseFormat(entry, name), version: entry.version };
  };
  const refresh = async (call: CallOptions = {}): Promise<Format> => {
    notice(await kv.get(key, call));
    assertReadable();
    return seen.format;
  };

  await refresh({ signal });
  if (access === "write") {
    assertWritable();
    if (seen.version === null) {
      await kv
        .atomic()
        .check(key, null)
        .set(key, { ...seen.format })
        .commit({ signal });
      await refresh({ signal });
      assertWritable();
    }
  }
  const stop = new AbortController();
  const watching = watch();

  async function watch(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        for await (const [entry] of kv.watch([key], { signal: stop.signal, pollInterval })) notice(entry);
      } catch (error) {
        // Every use checks again; a watch that cannot go on now is begun anew, unless the store is closed.
        if (stop.signal.aborted || !MillwrightError.is(error, "UNAVAILABLE")) return;
      }
    }
  }

  async function raise(format: Format, call: CallOptions = {}): Promise<Format> {
    if (format.minReader > reader || format.minWriter > writer) {
      throw invalidArgument(
        "format",
        `this program knows reader ${reader} and writer ${writer}; it cannot demand more of others`,
      );
    }
    for (;;) {
      await refresh(call);
      assertWritable();
      const raised = {
        minReader: Math.max(seen.format.minReader, format.minReader),
        minWriter: Math.max(seen.format.minWriter, format.minWriter),
      };
      const result = await kv.atomic().check(key, seen.version).set(key, raised).commit(call);
      if (result.ok) return refresh(call);
    }
  }

  const close = async (): Promise<void> => {
    stop.abort(new DOMException("The format is not watched any more.", "AbortError"));
    await watching;
  };
  return {
    get current() {
      return seen.format;
    },
    assertReadable,
    guard(atomic) {
      assertWritable();
      return atomic.check(key, seen.version);
    },
    refresh,
    raise,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function parseFormat(entry: KvEntry, name: string): Format {
  const { minReader, minWriter } = (entry.value ?? {}) as { readonly [field: string]: unknown };
  if (typeof minReader === "number" && typeof minWriter === "number") return { minReader, minWriter };
  throw coreError(
    "CORRUPT",
    `the format of the ${name} data is no format; was it written by something else?`,
  );
}
