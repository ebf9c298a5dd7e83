import { once } from "node:events";
import { createWriteStream, rmSync } from "node:fs";
import { join } from "node:path";
import { runPython } from "../child.js";
import { experiment, type GeneratedRun, lastStep, pageSize, type Query } from "./generate-runs.js";
import { comparedPages, type SearchResult } from "./search-result.js";

const loader = new URL("../peers/mlflow_load.py", import.meta.url);
const program = new URL("../peers/mlflow_search.py", import.meta.url);

/** Fills an SQLite store of MLflow with runs, and gives its path. */
export async function loadMlflow(
  python: string,
  folder: string,
  runs: Iterable<GeneratedRun>,
): Promise<string> {
  const path = join(folder, "runs.jsonl");
  const file = createWriteStream(path);
  for (const run of runs) if (!file.write(`${JSON.stringify(run)}\n`)) await once(file, "drain");
  file.end();
  await once(file, "close");
  const database = join(folder, "mlflow.db");
  await runPython(python, loader, [
    ...["--database", database, "--experiment", experiment],
    ...["--runs", path, "--step", String(lastStep)],
  ]);
  rmSync(path);
  return database;
}

/** Searches in a fresh process. */
export function searchMlflow(
  python: string,
  database: string,
  queries: readonly Query[],
): Promise<SearchResult> {
  return runPython(python, program, [
    ...["--database", database, "--experiment", experiment],
    ...["--queries", JSON.stringify(queries), "--limit", String(pageSize), "--pages", String(comparedPages)],
  ]);
}
