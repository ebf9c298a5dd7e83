import { once } from "node:events";
import { runChild, startChild } from "../child.js";
import { quantile } from "../numbers.js";
import { type Backend, emptyBackend, openBackend } from "./backend.js";
import { type GeneratedRun, generateQueries, type Query } from "./generate-runs.js";
import { loadRuns } from "./load-runs.js";
import type { SearchResult } from "./search-result.js";

const child = new URL("./search-runs.child.ts", import.meta.url);
const writerChild = new URL("./live-runs.child.ts", import.meta.url);
const writerProcesses = 2;
const liveRuns = 100;

/** All that was measured of one store, in milliseconds. */
export interface SearchRow {
  readonly store: string;
  /** Each search of each round. */
  readonly rounds: readonly SearchResult[];
  /** With 100 runs that log. */
  readonly live?: SearchResult | undefined;
  /** Points that those have logged meanwhile. */
  readonly livePoints?: number | undefined;
  readonly rebuilds?: readonly SearchResult[] | undefined;
}

/** How to measure a backend. */
export interface SearchOptions {
  readonly runs: () => Iterable<GeneratedRun>;
  readonly count: number;
  readonly seed: number;
  readonly rounds: number;
  readonly quick: boolean;
  readonly say: (line: string) => void;
}

/** Fills a backend and searches it, each time in a fresh process. */
export async function measureBackend(backend: Backend, options: SearchOptions): Promise<SearchRow> {
  const { runs, count, seed, rounds, quick, say } = options;
  await emptyBackend(backend);
  const opened = await openBackend(backend);
  const started = performance.now();
  await loadRuns(opened.storage, runs());
  await opened.close();
  say(`${backend.kind}: ${count} runs in ${((performance.now() - started) / 1_000).toFixed(0)} s`);
  const queries = generateQueries(seed, quick ? 50 : 200);
  const search = (more: {
    readonly warmUp: number;
    readonly seconds?: number;
    readonly loseIndex?: boolean;
  }): Promise<SearchResult> => runChild(child, { backend, queries, loseIndex: false, ...more });

  const rebuilds: SearchResult[] = [];
  for (let round = 0; round < Math.min(rounds, 3); round++) {
    const rebuild = await search({ warmUp: 0, loseIndex: true });
    if (rebuild.rebuilt !== count)
      throw new Error(`${backend.kind}: ${rebuild.rebuilt} of ${count} runs in the index`);
    rebuilds.push(rebuild);
    say(`${backend.kind}: index rebuilt, first search after ${rebuild.firstSearch.toFixed(0)} ms`);
  }
  const warm: SearchResult[] = [];
  for (let round = 0; round < rounds; round++) {
    const result = await search({ warmUp: queries.length });
    warm.push(result);
    say(`${backend.kind}: round ${round + 1}, p50 ${quantile(result.searches, 0.5).toFixed(2)} ms`);
  }
  const { live, points } = await besideWriters(backend, queries, () =>
    search({ warmUp: 50, seconds: quick ? 3 : 15 }),
  );
  say(`${backend.kind}: beside ${liveRuns} writers, p50 ${quantile(live.searches, 0.5).toFixed(2)} ms`);
  await emptyBackend(backend);
  return { store: `Millwright, ${backend.kind}`, rounds: warm, live, livePoints: points, rebuilds };
}

/** Searches while 100 runs of two processes log. */
async function besideWriters(
  backend: Backend,
  queries: readonly Query[],
  search: () => Promise<SearchResult>,
): Promise<{ live: SearchResult; points: number }> {
  const writers = Array.from({ length: writerProcesses }, () =>
    startChild(writerChild, { backend, runs: liveRuns / writerProcesses }),
  );
  const outputs = writers.map((writer) => {
    const lines: string[] = [];
    const ready = Promise.race([once(writer.stdout!, "data"), once(writer, "close")]);
    writer.stdout!.on("data", (chunk: Buffer) => lines.push(...chunk.toString().split("\n")));
    return { lines, ready, closed: once(writer, "close") };
  });
  try {
    await Promise.all(outputs.map(({ ready }) => ready));
    const live = await search();
    for (const writer of writers) writer.stdin!.end();
    await Promise.all(outputs.map(({ closed }) => closed));
    const points = outputs.map(({ lines }) => {
      const line = lines.filter((text) => text !== "").at(-1) ?? "";
      return (JSON.parse(line) as { points: number }).points;
    });
    await assertSeen(backend, queries[0]!);
    return { live, points: points.reduce((sum, one) => sum + one, 0) };
  } finally {
    for (const writer of writers) writer.kill("SIGKILL");
  }
}

/** The runs that logged are found, all of them, and what was there before still is. */
async function assertSeen(backend: Backend, query: Query): Promise<void> {
  const live = { filter: "metrics.live >= 0", orderBy: "metrics.live DESC" };
  const { pages } = await runChild<SearchResult>(child, {
    backend,
    queries: [live, query],
    warmUp: 0,
    loseIndex: false,
  });
  if (pages[0]?.total !== liveRuns)
    throw new Error(`${backend.kind}: ${pages[0]?.total} of ${liveRuns} live runs are found`);
}
