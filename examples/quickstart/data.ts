import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { ColumnBatch } from "@millwright/core";
import { batchFrom, columnSpecsOf, readParquet, rowsOf } from "@millwright/core/columns";
import { Application } from "./application.js";

/** The path of a file of the loan book. */
export function dataPath(name: string): string {
  return fileURLToPath(new URL(`data/${name}`, import.meta.url));
}

/** The content of a JSON file of the loan book. */
export async function readJson<Content>(name: string): Promise<Content> {
  return JSON.parse(await readFile(dataPath(name), "utf8")) as Content;
}

/** The rows of a Parquet file of the loan book, in columns. */
export async function readRows(name: string): Promise<ColumnBatch> {
  return readParquet(await readFile(dataPath(name)));
}

function featuresOf(batch: ColumnBatch): ColumnBatch {
  const names = Object.keys(Application.shape);
  return { rows: batch.rows, columns: Object.fromEntries(names.map((name) => [name, batch.columns[name]!])) };
}

/** The features as the model sees them, and as the server records them: unknown texts are "". */
export function servedFeaturesOf(batch: ColumnBatch): ColumnBatch {
  const rows = applicationsOf(batch).map((application) => Application.parse(application));
  return batchFrom(columnSpecsOf(featuresOf(batch)), rows);
}

/** Applications as callers send them. */
export function applicationsOf(batch: ColumnBatch): Application[] {
  return Array.from(rowsOf(featuresOf(batch)), (row) => {
    const plain = Object.entries(row).map(([name, value]) => [
      name,
      typeof value === "bigint" ? Number(value) : value,
    ]);
    return Object.fromEntries(plain) as Application;
  });
}

/** The first applications that were held out of training, with what the model says of them by onnxruntime in Python. */
export async function readHeldOut(): Promise<{ applications: Application[]; expected: number[] }> {
  const { columns, rows } = await readJson<{ columns: { name: string }[]; rows: unknown[][] }>(
    "heldout.json",
  );
  const { expected } = await readJson<{ expected: { onnx: { probabilities: { data: number[] } } } }>(
    "expected.json",
  );
  const applications = rows.map((row) => {
    const named = columns
      .map(({ name }, index) => [name, row[index]] as const)
      .filter(([name]) => name in Application.shape);
    return Object.fromEntries(named) as Application;
  });
  return { applications, expected: expected.onnx.probabilities.data.filter((_, index) => index % 2 === 1) };
}
