import { maxExternalFiles } from "./limits.js";
import { type Location, malformed } from "./location.js";

/** A file beside the model that holds payloads of its tensors. */
export interface ExternalDataFile {
  /** The location as the model has it: a path relative to the folder of the model. */
  readonly location: string;
  /**
   * Whether the location is absolute, climbs with `..`, or is otherwise no plain path below the folder of the model.
   * Such a model must not be loaded. A symbolic link inside the folder is not seen here.
   */
  readonly escapes: boolean;
  /** Number of tensors that live in the file. */
  readonly tensors: number;
  /** The file must have at least this many bytes; 0 where the model does not say. */
  readonly minimumSize: number;
}

/** Collects the files that tensors refer to, wherever in the model they stand. */
export class ExternalDataCollector {
  readonly #files = new Map<string, { tensors: number; minimumSize: number }>();

  /** Notes the `external_data` entries of one tensor. */
  add(entries: ReadonlyMap<string, string>, location: Location): void {
    const path = entries.get("location");
    if (path === undefined || path === "") {
      throw malformed(location, "the tensor keeps its data in another file but does not name the file");
    }
    const offset = bytesOf(entries, "offset", location);
    const length = bytesOf(entries, "length", location);
    const file = this.#files.get(path) ?? { tensors: 0, minimumSize: 0 };
    file.tensors += 1;
    file.minimumSize = Math.max(file.minimumSize, offset + length);
    this.#files.set(path, file);
    if (this.#files.size > maxExternalFiles) {
      throw malformed(location, `the model refers to more than ${maxExternalFiles} files`);
    }
  }

  files(): ExternalDataFile[] {
    return Array.from(this.#files, ([location, file]) => ({
      location,
      escapes: escapesFolder(location),
      ...file,
    }));
  }
}

function bytesOf(entries: ReadonlyMap<string, string>, key: string, location: Location): number {
  const text = entries.get(key);
  if (text === undefined) return 0;
  const bytes = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(bytes))
    throw malformed(location, `external_data ${key} is not a number of bytes`);
  return bytes;
}

/**
 * Whether a location leaves the folder of the model on any system that could open it. `..` counts even where it would
 * come back, because of links. Names that begin with `*` are how onnxruntime marks an address in memory, which a file
 * must never give.
 */
function escapesFolder(location: string): boolean {
  const path = location.replaceAll("\\", "/");
  return (
    path.startsWith("/") ||
    path.startsWith("*") ||
    /^[a-z]:/i.test(path) ||
    path.includes("\0") ||
    path.split("/").includes("..")
  );
}
