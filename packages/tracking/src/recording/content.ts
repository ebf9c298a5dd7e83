import { invalidArgument } from "../errors.js";

/** Rows of a table: records, whose keys together are the columns, or columns and rows of values. */
export type TableInput =
  | readonly Readonly<Record<string, unknown>>[]
  | { readonly columns: readonly string[]; readonly data: readonly (readonly unknown[])[] };

/**
 * A table as JSON in the form of MLflow's `log_table` (pandas' "split"): `{ "columns": […], "data": [[…], …] }`. What JSON lacks, such as
 * NaN, becomes null.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` for rows of another length than the columns, or a path that does not end with `.json`
 */
export function tableJson(path: string, table: TableInput): string {
  assertEnding(path, ["json"]);
  if (typeof table !== "object" || table === null)
    throw invalidArgument("table", "give rows, or columns and data");
  const split = Array.isArray(table) ? splitOf(table) : (table as Exclude<TableInput, readonly unknown[]>);
  if (!Array.isArray(split.columns) || !Array.isArray(split.data))
    throw invalidArgument("table", "give rows, or columns and data");
  for (const [index, row] of split.data.entries())
    if (!Array.isArray(row) || row.length !== split.columns.length)
      throw invalidArgument(
        `table.data[${index}]`,
        `has not the ${split.columns.length} values of the columns`,
      );
  return `${JSON.stringify({ columns: split.columns, data: split.data })}\n`;
}

function splitOf(rows: readonly Readonly<Record<string, unknown>>[]): {
  columns: string[];
  data: unknown[][];
} {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const own = (row: Readonly<Record<string, unknown>>, name: string): unknown =>
    Object.hasOwn(row, name) ? row[name] : null;
  return { columns, data: rows.map((row) => columns.map((name) => own(row, name) ?? null)) };
}

/** How the files of each kind of image begin, and where. */
const signatures: Readonly<Record<string, readonly [offset: number, bytes: readonly number[]]>> = {
  png: [0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  jpg: [0, [0xff, 0xd8, 0xff]],
  jpeg: [0, [0xff, 0xd8, 0xff]],
  gif: [0, [0x47, 0x49, 0x46, 0x38]],
  webp: [8, [0x57, 0x45, 0x42, 0x50]],
};

/** @throws {MillwrightError} `INVALID_ARGUMENT` unless the path ends as a kind of image does, and the bytes begin as that kind does */
export function assertImage(path: string, bytes: Uint8Array): void {
  const ending = assertEnding(path, Object.keys(signatures));
  if (!(bytes instanceof Uint8Array)) throw invalidArgument("image", "give the bytes of the file");
  const [offset, beginning] = signatures[ending]!;
  if (!beginning.every((byte, index) => bytes[offset + index] === byte))
    throw invalidArgument("image", `the bytes are no ${ending} file; encode the picture first`);
}

/** @throws {MillwrightError} `INVALID_ARGUMENT` unless it is the text of a picture or page, at a path that says which */
export function assertFigure(path: string, text: string): void {
  const ending = assertEnding(path, ["svg", "html"]);
  if (typeof text !== "string") throw invalidArgument("figure", `give the text of the ${ending} file`);
  if (ending === "svg" && !/<svg[\s>]/.test(text)) throw invalidArgument("figure", "the text holds no <svg>");
}

function assertEnding(path: string, endings: readonly string[]): string {
  const ending = /\.([A-Za-z0-9]+)$/.exec(String(path))?.[1]?.toLowerCase();
  if (ending !== undefined && endings.includes(ending)) return ending;
  throw invalidArgument("path", `must end with .${endings.join(" or .")}`);
}
