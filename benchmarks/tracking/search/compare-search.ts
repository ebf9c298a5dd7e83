import { markdownTable } from "../markdown.js";
import { countText, median, quantile, ratioText, timeText } from "../numbers.js";
import type { Peers } from "../peers.js";
import { backends } from "./backend.js";
import { generateQueries, generateRuns } from "./generate-runs.js";
import { measureBackend, type SearchOptions, type SearchRow } from "./measure-search.js";
import { loadMlflow, searchMlflow } from "./mlflow-search.js";
import type { SearchResult } from "./search-result.js";

/** How to compare. */
export interface CompareSearchOptions extends Omit<SearchOptions, "runs" | "count"> {
  readonly folder: string;
  readonly peers: Peers;
}

/** Runs that are searched. An index writes its first snapshot after 2,000 changes. */
export function runCount(quick: boolean): number {
  return quick ? 3_000 : 100_000;
}

/** Searches the same runs on all backends, and in MLflow's SQLite store. */
export async function compareSearch(options: CompareSearchOptions): Promise<SearchRow[]> {
  const { folder, peers, seed, rounds, quick, say } = options;
  const count = runCount(quick);
  const runs = (): ReturnType<typeof generateRuns> => generateRuns(seed, count);
  const rows: SearchRow[] = [];
  for (const backend of backends(folder))
    rows.push(await measureBackend(backend, { runs, count, seed, rounds, quick, say }));
  const { mlflow } = peers;
  if (mlflow !== undefined) {
    const database = await loadMlflow(mlflow, folder, runs());
    say(`mlflow: ${count} runs`);
    const queries = generateQueries(seed, quick ? 20 : 10);
    const results: SearchResult[] = [];
    for (let round = 0; round < rounds; round++) {
      results.push(await searchMlflow(mlflow, database, queries));
      say(`mlflow: round ${round + 1}, p50 ${quantile(results.at(-1)!.searches, 0.5).toFixed(1)} ms`);
    }
    rows.push({ store: "MLflow, SQLite", rounds: results });
  }
  assertSame(rows);
  return rows;
}

/** All stores must have found the same runs in the same order. */
function assertSame(rows: readonly SearchRow[]): void {
  const [first, ...others] = rows.map(({ rounds }) => rounds[0]!.pages.map(({ ids }) => ids.join(" ")));
  for (const [place, other] of others.entries())
    if (other.some((page, index) => page !== first?.[index]))
      throw new Error(`${rows[place + 1]!.store} finds other runs than ${rows[0]!.store}`);
}

/** The table for readers. */
export function searchTable(rows: readonly SearchRow[]): string {
  const warm = ({ rounds }: SearchRow, fraction: number): number =>
    median(rounds.map(({ searches }) => quantile(searches, fraction)));
  const milliseconds = (time: number): string => timeText(time * 1_000);
  const first = (results: readonly SearchResult[]): string =>
    milliseconds(median(results.map(({ firstSearch }) => firstSearch)));
  const peer = rows.find(({ live }) => live === undefined);
  return markdownTable(
    [
      "store",
      "100 runs, warm p50",
      "p95",
      "MLflow / it",
      "best run only p50",
      "beside 100 writers p50",
      "p95",
      "cold: first page",
      "index lost: first page",
      "index memory",
    ],
    rows.map((row) => {
      const { store, rounds, live, rebuilds } = row;
      const memory = rounds.flatMap((round) => (round.memory === undefined ? [] : [round.memory]));
      return [
        store,
        milliseconds(warm(row, 0.5)),
        milliseconds(warm(row, 0.95)),
        peer === undefined ? "" : ratioText(warm(peer, 0.5) / warm(row, 0.5)),
        milliseconds(median(rounds.map(({ best }) => median(best)))),
        live === undefined ? "" : milliseconds(quantile(live.searches, 0.5)),
        live === undefined ? "" : milliseconds(quantile(live.searches, 0.95)),
        first(rounds),
        rebuilds === undefined ? "" : first(rebuilds),
        memory.length === 0 ? "" : `${countText(Math.round(median(memory) / 2 ** 20))} MiB`,
      ];
    }),
  );
}
