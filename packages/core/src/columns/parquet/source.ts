import { coreError, invalidArgument } from "../../errors/create.js";
import { hostModule } from "../../host/host.js";
import { copyBytes } from "../../identity/bytes.js";

/** A file of which parts can be read. */
export interface ParquetFile {
  readonly byteLength: number;
  /** The bytes from `start` to `end` (exclusive; default: the end of the file). */
  slice(start: number, end?: number): ArrayBuffer | Promise<ArrayBuffer>;
}

/** Where a Parquet file is: its bytes, a path (where the host has files), or something of which parts can be read. */
export type ParquetSource = Uint8Array | string | ParquetFile;

interface FileHandle {
  stat(): Promise<{ readonly size: number }>;
  read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }>;
  close(): Promise<void>;
}

/** A source that is open. Failures of the file itself are kept, so that they are not taken for a damaged format. */
export interface OpenSource {
  readonly name: string;
  readonly file: ParquetFile;
  readonly failure: unknown;
  close(): Promise<void>;
}

/** @throws {MillwrightError} `INVALID_ARGUMENT`; `UNSUPPORTED` for a path where the host has no files; `NOT_FOUND` */
export async function openSource(
  source: ParquetSource,
  signal: AbortSignal | undefined,
): Promise<OpenSource> {
  if (typeof source === "string") return openPath(source, signal);
  if (source instanceof Uint8Array) {
    const file = {
      byteLength: source.byteLength,
      slice: (start: number, end?: number) => copyBytes(source, start, end).buffer,
    };
    return watched("the Parquet bytes", file, signal, async () => {});
  }
  if (typeof source?.byteLength !== "number" || typeof source.slice !== "function") {
    throw invalidArgument("source", "give bytes, a path, or an object with byteLength and slice(start, end)");
  }
  return watched("the Parquet file", source, signal, async () => {});
}

async function openPath(path: string, signal: AbortSignal | undefined): Promise<OpenSource> {
  const files = hostModule<{ open(path: string): Promise<FileHandle> }>("node:fs/promises");
  if (files === undefined) {
    throw coreError(
      "UNSUPPORTED",
      `there are no files here to open ${path}; give the bytes, or an object with byteLength and slice`,
    );
  }
  let handle: FileHandle;
  try {
    handle = await files.open(path);
  } catch (cause) {
    const code = (cause as { code?: string }).code;
    throw coreError(
      code === "ENOENT" ? "NOT_FOUND" : "UNAVAILABLE",
      `the file ${path} cannot be opened: ${code}`,
      { cause },
    );
  }
  const { size } = await handle.stat();
  const slice = async (start: number, end = size): Promise<ArrayBuffer> => {
    const bytes = new Uint8Array(end - start);
    for (let done = 0; done < bytes.length; ) {
      const { bytesRead } = await handle.read(bytes, done, bytes.length - done, start + done);
      if (bytesRead === 0) throw coreError("CORRUPT", `the file ${path} became shorter while it was read`);
      done += bytesRead;
    }
    return bytes.buffer;
  };
  return watched(`the file ${path}`, { byteLength: size, slice }, signal, () => handle.close());
}

function watched(
  name: string,
  file: ParquetFile,
  signal: AbortSignal | undefined,
  close: () => Promise<void>,
): OpenSource {
  const source: { -readonly [Field in keyof OpenSource]: OpenSource[Field] } = {
    name,
    failure: undefined,
    close,
    file: {
      byteLength: file.byteLength,
      async slice(start, end) {
        try {
          signal?.throwIfAborted();
          return await file.slice(start, end);
        } catch (error) {
          source.failure ??= error;
          throw error;
        }
      },
    },
  };
  return source;
}
