import { coreError, hostModule } from "@millwright/core";
import { invalidArgument } from "../errors.js";

/** What is used of `node:fs`. */
interface FileSystem {
  statSync(path: string, options: { throwIfNoEntry: false }): Stats | undefined;
  readdirSync(path: string, options: { withFileTypes: true }): readonly Entry[];
  createReadStream(path: string): AsyncIterable<Uint8Array>;
}

interface Stats {
  isDirectory(): boolean;
  isFile(): boolean;
}

interface Entry extends Stats {
  readonly name: string;
}

/** A file of this machine, and where it goes. */
export interface LocalFile {
  /** Below the run's files, with `/`. */
  readonly path: string;
  open(): AsyncIterable<Uint8Array>;
}

/** What a path of this machine holds. */
export interface LocalFiles {
  readonly isDirectory: boolean;
  readonly files: readonly LocalFile[];
}

/**
 * The files of a path: itself, or all below a directory, in the order of their names. Links are not followed, so that no file comes from
 * outside.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` if nothing is there; `UNSUPPORTED` on a host without files
 */
export function localFiles(source: string, below: string | undefined): LocalFiles {
  const files = hostModule<FileSystem>("node:fs");
  const paths = hostModule<{ join(...parts: string[]): string; basename(path: string): string }>("node:path");
  if (files === undefined || paths === undefined)
    throw coreError("UNSUPPORTED", "this host has no files; give the content to logArtifact instead");
  if (typeof source !== "string" || source === "")
    throw invalidArgument("source", "give the path of a file or directory");
  const stats = files.statSync(source, { throwIfNoEntry: false });
  if (stats === undefined) throw invalidArgument("source", `there is no file or directory ${source}`);
  const prefix = below === undefined ? "" : `${below}/`;
  const file = (path: string, place: string): LocalFile => ({
    path: place,
    open: () => files.createReadStream(path),
  });
  if (!stats.isDirectory())
    return { isDirectory: false, files: [file(source, `${prefix}${paths.basename(source)}`)] };
  const found: LocalFile[] = [];
  const walk = (directory: string, place: string): void => {
    const entries = [...files.readdirSync(directory, { withFileTypes: true })];
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = paths.join(directory, entry.name);
      if (entry.isDirectory()) walk(path, `${place}${entry.name}/`);
      else if (entry.isFile()) found.push(file(path, `${place}${entry.name}`));
    }
  };
  walk(source, prefix);
  return { isDirectory: true, files: found };
}
