import { visibleText } from "@millwright/core/report";
import { type ComparedRun, runLabel } from "../compared-run.js";
import { keysOf, own } from "../keys.js";

/** The metric by which runs are ranked and coloured. */
export interface Objective {
  readonly metric: string;
  readonly goal: "minimize" | "maximize";
}

/** What all parts of the page share. */
export interface ReportModel {
  readonly runs: readonly ComparedRun[];
  /** What each run is called, all different, nothing invisible, at most about 200 characters. */
  readonly labels: readonly string[];
  /** The number of each run's colour in all charts; `null` for those in the background. */
  readonly colors: readonly (number | null)[];
  readonly objective: Objective | undefined;
  /** The places of the runs from best to worst, those without a number left out. Empty without an objective. */
  readonly ranking: readonly number[];
}

/** Up to so many runs have a colour of their own; of more only the first six of the ranking. */
export const colouredRuns = 12;
const highlightedRuns = 6;

export function reportModel(runs: readonly ComparedRun[], given: Objective | undefined): ReportModel {
  const objective = given ?? defaultObjective(runs);
  const ranking = rankingOf(runs, objective);
  const first = ranking.length > 0 ? ranking : runs.map((_, index) => index);
  const colors: (number | null)[] = runs.map((_, index) => (runs.length <= colouredRuns ? index : null));
  if (runs.length > colouredRuns) {
    for (const [color, index] of first.slice(0, highlightedRuns).entries()) colors[index] = color;
  }
  return { runs, labels: labelsOf(runs), colors, objective, ranking };
}

/** A text of bounded length in which nothing is hidden. */
export function short(text: string, length = 160): string {
  const shown = visibleText(text.length > length ? `${text.slice(0, length).trimEnd()}…` : text);
  return shown.trim() === "" ? "(empty)" : shown;
}

function labelsOf(runs: readonly ComparedRun[]): string[] {
  const names = runs.map((run) => short(runLabel(run)));
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return names.map((name, index) =>
    counts.get(name) === 1 ? name : `${name} (${short(runs[index]!.id.slice(0, 32))})`,
  );
}

const smallerIsBetter =
  /loss|error|mse|mae|rmse|mape|perplexity|nll|brier|wer\b|cer\b|fid\b|latency|duration|time|regret|divergence/i;

const held = /(^|[^a-z])(val|valid|validation|test|eval|holdout)([^a-z]|$)/i;
const quality = /loss|acc|auc|f1|precision|recall|error|mse|mae|perplexity|score|reward|bleu|rouge|r2/i;

/** Metrics that at least half as many runs have as the most common one; the names say which is meant; then the first by name. */
function defaultObjective(runs: readonly ComparedRun[]): Objective | undefined {
  const metrics = keysOf(runs.map((run) => run.metrics)).filter((metric) => !/^system\b/.test(metric));
  const counted = metrics.map((metric) => ({
    metric,
    count: runs.filter((run) => latestOf(run, metric) !== undefined).length,
    weight: Number(held.test(metric)) + Number(quality.test(metric)),
  }));
  const most = counted.reduce((largest, { count }) => Math.max(largest, count), 0);
  if (most === 0) return undefined;
  const [best] = counted
    .filter(({ count }) => count * 2 >= most)
    .sort((a, b) => b.weight - a.weight || b.count - a.count);
  return { metric: best!.metric, goal: smallerIsBetter.test(best!.metric) ? "minimize" : "maximize" };
}

/** The latest value of a metric, if it is a finite number. */
export function latestOf(run: ComparedRun, metric: string): number | undefined {
  const value = own(run.metrics, metric)?.latest.value;
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

function rankingOf(runs: readonly ComparedRun[], objective: Objective | undefined): number[] {
  if (objective === undefined) return [];
  const sign = objective.goal === "minimize" ? 1 : -1;
  return runs
    .map((run, index) => ({ index, value: latestOf(run, objective.metric) }))
    .filter((entry): entry is { index: number; value: number } => entry.value !== undefined)
    .sort((a, b) => sign * (a.value - b.value) || a.index - b.index)
    .map(({ index }) => index);
}
