import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { coreError, invalidArgument } from "../../errors/create.js";
import { toIso } from "../../time/times.js";
import { makeDirectory, writeWhole } from "./durable-files.js";
import { hasCode, localError } from "./local-error.js";
import { type FileSystemProbe, probeFileSystem, refuseNetworkFileSystem } from "./network-file-system.js";

/** Name of the file that says what a directory is. */
export const markerName = "millwright.json";

const format = "millwright-local";
const version = 1;

/** Where the parts of a data directory are. */
export interface LocalDirectory {
  /** Absolute. */
  readonly path: string;
  readonly kv: string;
  readonly blobs: string;
  readonly journals: string;
}

/** How to open a data directory. */
export interface LocalDirectoryOptions {
  /** Looks at file systems. Default: `statfs`. For tests. */
  readonly probe?: FileSystemProbe | undefined;
}

/**
 * Checks a data directory, or makes an absent or empty one into one. Files that begin with a dot do not make a directory
 * foreign: systems and editors leave them everywhere.
 *
 * @throws {MillwrightError} `FOREIGN_DATA`, `FORMAT_TOO_NEW`, `CORRUPT`, `READ_ONLY`, `PERMISSION_DENIED`, `STORAGE_FULL`,
 *   `UNSUPPORTED` on a network file system
 */
export async function openLocalDirectory(
  directory: string,
  options: LocalDirectoryOptions = {},
): Promise<LocalDirectory> {
  if (typeof directory !== "string" || directory === "" || directory.includes("\0")) {
    throw invalidArgument("directory", "the path of a directory is needed");
  }
  const path = resolve(directory);
  try {
    await makeDirectory(path);
    await refuseNetworkFileSystem(path, options.probe ?? probeFileSystem);
    await checkMarker(path);
    await proveWritable(path);
    const parts = { kv: join(path, "kv"), blobs: join(path, "blobs"), journals: join(path, "journals") };
    for (const part of Object.values(parts)) await makeDirectory(part);
    return { path, ...parts };
  } catch (error) {
    if (hasCode(error, "EEXIST"))
      throw localError(path, Object.assign(new Error("a file is in the way"), { code: "ENOTDIR" }));
    throw localError(path, error);
  }
}

async function checkMarker(path: string): Promise<void> {
  const marker = join(path, markerName);
  const text = await readFile(marker, "utf8").catch((error: unknown) => {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  });
  if (text !== undefined) return checkFormat(marker, text);
  const foreign = (await readdir(path)).find((name) => !name.startsWith("."));
  // Another process may be making the same directory right now; then the marker is there by now.
  if (foreign !== undefined && (await isMissing(marker))) {
    throw coreError(
      "FOREIGN_DATA",
      `${path} holds something else (${JSON.stringify(foreign)}) and no ${markerName}. Choose an empty or a new directory`,
    );
  }
  const content = { format, version, createdAt: toIso(Date.now() * 1000) };
  await writeWhole(marker, Buffer.from(`${JSON.stringify(content, undefined, 2)}\n`), true);
  checkFormat(marker, await readFile(marker, "utf8"));
}

async function isMissing(path: string): Promise<boolean> {
  try {
    await stat(path);
    return false;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return true;
    throw error;
  }
}

function checkFormat(marker: string, text: string): void {
  let content: { format?: unknown; version?: unknown } | null;
  try {
    content = JSON.parse(text) as typeof content;
  } catch (cause) {
    throw coreError("CORRUPT", `${marker} is not JSON. Restore it from a backup of the directory`, { cause });
  }
  if (content?.format !== format) {
    throw coreError(
      "FOREIGN_DATA",
      `${marker} does not name the format ${JSON.stringify(format)}. Choose another directory`,
    );
  }
  if (!Number.isSafeInteger(content.version) || (content.version as number) < 1) {
    throw coreError("CORRUPT", `${marker} has no version. Restore it from a backup of the directory`);
  }
  if ((content.version as number) > version) {
    throw coreError(
      "FORMAT_TOO_NEW",
      `${marker} says version ${String(content.version)}; this release reads up to ${version}. Upgrade @millwright/core`,
      { details: { found: content.version, supported: version } },
    );
  }
}

/** A directory that looks fine but cannot be written to is refused here and not at the first commit. */
async function proveWritable(path: string): Promise<void> {
  const probe = join(path, `.${process.pid}-${crypto.randomUUID()}.probe`);
  try {
    await writeWhole(probe, new Uint8Array(1), false);
  } finally {
    await rm(probe, { force: true });
  }
}
