import type { CallOptions } from "../cancellation/abort.js";
import { coreError, invalidArgument } from "../errors/create.js";
import type { MillwrightError } from "../errors/millwright-error.js";
import type { Key } from "../kv/key.js";
import type { KvAtomic, KvEntry, KvStore, Version } from "../kv/kv-store.js";
import type { Clock } from "../time/clock.js";
import { type DurationInput, toDuration } from "../time/times.js";

/** What a program must know to work on the data of a package in a namespace. Stored under `["format", package]`. */
export interface Format {
  /** Programs that know this format, or a later one, can read. */
  readonly minReader: number;
  /** Programs that know this format, or a later one, may write. */
  readonly minWriter: number;
}

/** What this program knows. */
export interface FormatOptions {
  /** The package whose data it is: `"tracking"`. */
  readonly package: string;
  /** The latest format that this program can read. */
  readonly reader: number;
  /** The latest format that this program can write. */
  readonly writer: number;
  /** How long what was seen is believed. Default: `"5s"`. */
  readonly interval?: DurationInput | undefined;
}

/** The format of a package's data, looked at as the data is used: at first, and whenever the last look is an interval ago. */
export interface FormatGuard {
  /** Before a read. @throws {MillwrightError} `FORMAT_TOO_NEW` if the data demands a newer program */
  assertReadable(options?: CallOptions): Promise<void>;
  /** Before a write. Data that is new gets the format of this program. @throws {MillwrightError} `FORMAT_TOO_NEW` */
  assertWritable(options?: CallOptions): Promise<void>;
  /**
   * {@link assertWritable}, and adds to a commit the check that the format is still the one seen: for what an old program must
   * not write even once. A commit that is lost by it calls `refresh`, then tries again.
   *
   * @throws {MillwrightError} `FORMAT_TOO_NEW`
   */
  guard(atomic: KvAtomic, options?: CallOptions): Promise<KvAtomic>;
  /** Looks now. @throws {MillwrightError} `FORMAT_TOO_NEW` if this program cannot read the data */
  refresh(options?: CallOptions): Promise<Format>;
  /**
   * Demands more of every program from now on; never less than now. Call it on request of an operator only, when all
   * programs are new enough: those that are not stop with `FORMAT_TOO_NEW`.
   */
  raise(format: Format, options?: CallOptions): Promise<Format>;
}

/**
 * Guards the data of a package in a namespace, so that old and new programs can run side by side: data that is there keeps its
 * format until somebody calls `raise`, and programs that do not know what is demanded stop within an interval.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT`
 *
 * @example
 * ```ts
 * import { composeStorage, formatGuard } from "@millwright/core";
 * import { memoryBlobs, memoryKv } from "@millwright/core/memory";
 *
 * const storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
 * const format = formatGuard(storage, { package: "tracking", reader: 1, writer: 1 });
 * await format.assertWritable();
 * await storage.kv.atomic().set(["tracking", 1, "greeting"], "hello").commit();
 * ```
 */
export function formatGuard(
  storage: { readonly kv: KvStore; readonly namespaceName: string; readonly clock: Clock },
  options: FormatOptions,
): FormatGuard {
  const { package: name, reader, writer } = options;
  const { kv, clock } = storage;
  const key: Key = ["format", name];
  for (const [path, value] of Object.entries({ reader, writer })) {
    if (!Number.isSafeInteger(value) || value < 1)
      throw invalidArgument(path, `${value} is not a format: a whole number from 1`);
  }
  const interval = toDuration(options.interval ?? "5s", "interval");
  let format: Format = { minReader: reader, minWriter: writer };
  let version: Version | null = null;
  let seen = Number.NEGATIVE_INFINITY;

  const tooNew = (what: "read" | "written", needed: number, known: number): MillwrightError =>
    coreError(
      "FORMAT_TOO_NEW",
      `the ${name} data of the namespace ${storage.namespaceName} can be ${what} by format ${needed} or later, and this program knows ${known}; upgrade @millwright/${name}`,
      { details: { package: name, needed, known } },
    );

  async function look(call: CallOptions): Promise<void> {
    const entry = await kv.get(key, call);
    if (entry !== undefined) [format, version] = [parseFormat(entry, name), entry.version];
    seen = clock.monotonic();
  }

  async function refresh(call: CallOptions = {}): Promise<Format> {
    await look(call);
    if (format.minReader > reader) throw tooNew("read", format.minReader, reader);
    return format;
  }

  async function assertReadable(call: CallOptions = {}): Promise<void> {
    if (clock.monotonic() - seen >= interval) await look(call);
    if (format.minReader > reader) throw tooNew("read", format.minReader, reader);
  }

  async function assertWritable(call: CallOptions = {}): Promise<void> {
    await assertReadable(call);
    if (version === null) {
      // Whoever was first has said it; that may be another program.
      await kv
        .atomic()
        .check(key, null)
        .set(key, { ...format })
        .commit(call);
      await refresh(call);
    }
    if (format.minWriter > writer) throw tooNew("written", format.minWriter, writer);
  }

  async function raise(wanted: Format, call: CallOptions = {}): Promise<Format> {
    if (wanted.minReader > reader || wanted.minWriter > writer) {
      throw invalidArgument(
        "format",
        `this program knows reader ${reader} and writer ${writer}; it cannot demand more of others`,
      );
    }
    for (;;) {
      await refresh(call);
      await assertWritable(call);
      const raised = {
        minReader: Math.max(format.minReader, wanted.minReader),
        minWriter: Math.max(format.minWriter, wanted.minWriter),
      };
      const result = await kv.atomic().check(key, version).set(key, raised).commit(call);
      if (result.ok) return refresh(call);
    }
  }

  return {
    assertReadable,
    assertWritable,
    async guard(atomic, call) {
      await assertWritable(call);
      return atomic.check(key, version);
    },
    refresh,
    raise,
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
