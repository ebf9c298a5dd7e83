import { digestOf } from "@millwright/core";
import {
  type Content,
  formatNumber,
  type Html,
  html,
  keyFigures,
  type PageSection,
  renderPage,
} from "@millwright/core/report";
import { invalidArgument } from "../errors.js";
import type { RunMetricHistory } from "../metrics/history.js";
import { assertRuns, compareRuns } from "./compare-runs.js";
import type { ComparedRun } from "./compared-run.js";
import { sectionsOf, summaryOf } from "./comparison-lines.js";
import { choices } from "./page/choices.js";
import { curveCharts, type RunHistory } from "./page/curves.js";
import { differences } from "./page/differences.js";
import { assertImages, imageGallery, type ReportImage } from "./page/images.js";
import {
  colouredRuns,
  latestOf,
  type Objective,
  type ReportModel,
  reportModel,
  short,
} from "./page/model.js";
import { overview } from "./page/overview.js";
import { runsScript } from "./page/script.js";
import { runsStyle } from "./page/style.js";

export interface ReportRunsOptions {
  /** 1 to 500. */
  readonly runs: readonly ComparedRun[];
  /** Histories to draw as curves; not every run needs one. Default: no curves. */
  readonly histories?: readonly RunMetricHistory[] | undefined;
  /** Images and figures that the runs logged, in the order in which they are shown. Default: none. */
  readonly images?: readonly ReportImage[] | undefined;
  /** Default: the experiment and how many runs. */
  readonly title?: string | undefined;
  /**
   * The metric that ranks and colours the runs. Default: of the metrics that most runs have, one of a validation or test and of
   * quality by its name, the first of equals; to be minimised if its name says so (loss, error, perplexity, latency, …), else
   * maximised. The page says which it is.
   */
  readonly objective?: Objective | undefined;
}

/**
 * A report of runs as one HTML file that needs no network: a table, curves of metrics, parallel coordinates of params against
 * a metric, a scatter of two fields, images, and what differs. It is complete without script; its own script (the only one
 * that its content security policy admits) sorts the table, smooths curves, shows other fields, and follows a run through all
 * charts. Light and dark by the reader's setting. Names and values are data: they never become markup.
 *
 * What would be unreadable is summed up: of more than 12 runs the six best by the objective have colours, and curves stand for
 * all as median, middle half and middle 80 %. At most 24 metrics are drawn as curves of at most 240 points (`minmax`), 40
 * params and 40 metrics can be chosen, 10 of each have a column, texts are shortened. So a page is at most about 4 MiB, and
 * with images, of which it takes 200 and 12 MiB, at most about 20 MiB.
 *
 * @returns the file's text, to be written as UTF-8
 * @throws {MillwrightError} `INVALID_ARGUMENT` for no runs or more than 500, one run or history twice, a history or image of
 *   another run, or an image of an unknown type
 *
 * @example
 * ```ts
 * import type { RunInfo } from "@millwright/tracking";
 * import { reportRuns } from "@millwright/tracking/comparison";
 * import { writeFile } from "node:fs/promises";
 *
 * declare const runs: RunInfo[];
 * await writeFile("runs.html", reportRuns({ runs, objective: { metric: "auc", goal: "maximize" } }));
 * ```
 */
export function reportRuns(options: ReportRunsOptions): string {
  const { runs, histories = [], images = [] } = options;
  if (runs.length === 0) throw invalidArgument("runs", "is empty; a report needs at least one run");
  assertRuns(runs);
  const places = new Map(runs.map(({ id }, index) => [id, index]));
  const placed = placedHistories(histories, places);
  assertImages(images, places);
  assertObjective(options.objective);
  const model = reportModel(runs, options.objective);
  const experiments = new Set(runs.map(({ experiment }) => experiment));
  const title =
    options.title ??
    `${experiments.size === 1 ? short(runs[0]!.experiment, 80) : `${experiments.size} experiments`}: ${counted(runs.length, "run")}`;
  const { table, columns } = overview(model);
  const drawn = choices(model);
  const sections: PageSection[] = [{ title: "Runs", content: [figuresOf(model), table] }];
  const curves = curvesOf(model, placed);
  if (curves !== undefined) sections.push({ title: "Curves", content: curves });
  if (drawn.parallel !== undefined) sections.push({ title: "Parallel coordinates", content: drawn.parallel });
  if (drawn.scatter !== undefined) sections.push({ title: "Scatter", content: drawn.scatter });
  if (images.length > 0) sections.push({ title: "Images", content: imageGallery(model, images, places) });
  if (runs.length > 1) {
    const comparison = compareRuns(runs);
    const found = sectionsOf(comparison);
    sections.push({
      title: "What differs",
      content: [summaryOf(comparison, found), found.length === 0 ? null : differences(comparison, model)],
      collapsed: runs.length > colouredRuns,
    });
  }
  return renderPage({
    ...{ title: short(title, 200), lead: leadOf(model), sections, style: runsStyle },
    footer: "Made by Millwright. This file is complete: it loads nothing from anywhere.",
    script: {
      code: runsScript,
      digest: digestOf(runsScript),
      data: { names: model.labels, colors: model.colors, columns, ...drawn.data },
    },
  });
}

function counted(count: number, what: string): string {
  return `${formatNumber(count)} ${what}${count === 1 ? "" : "s"}`;
}

function placedHistories(
  histories: readonly RunMetricHistory[],
  places: ReadonlyMap<string, number>,
): RunHistory[] {
  const seen = new Set<string>();
  return histories.map((history, index) => {
    const run = places.get(history.run);
    if (run === undefined)
      throw invalidArgument(`histories[${index}].run`, `"${history.run}" is none of the runs`);
    const identity = `${run} ${history.key}`;
    if (seen.has(identity)) {
      throw invalidArgument(`histories[${index}]`, `"${history.key}" of run "${history.run}" is there twice`);
    }
    seen.add(identity);
    return { run, history };
  });
}

function assertObjective(objective: Objective | undefined): void {
  if (objective !== undefined && objective.goal !== "minimize" && objective.goal !== "maximize") {
    throw invalidArgument(
      "objective.goal",
      `must be "minimize" or "maximize", got "${String(objective.goal)}"`,
    );
  }
}

/** What matters most, in a sentence or two. */
function leadOf({ runs, labels, objective, ranking }: ReportModel): Content {
  const best = ranking[0];
  if (objective === undefined || best === undefined || runs.length === 1) return undefined;
  const direction = objective.goal === "minimize" ? "lower" : "higher";
  const value = formatNumber(latestOf(runs[best]!, objective.metric)!);
  const coloured = runs.length > colouredRuns ? ` The ${Math.min(6, ranking.length)} best have colours.` : "";
  return html`<p>Best by ${short(objective.metric, 80)} (${direction} is better): <b>${short(labels[best]!, 80)}</b> with ${value}.${coloured}</p>`;
}

function figuresOf({ runs, objective, ranking }: ReportModel): Html {
  const count = (status: string): number => runs.filter((run) => run.status === status).length;
  const running = runs.length - count("FINISHED") - count("FAILED") - count("KILLED");
  const figures: { label: string; value: Content }[] = [
    { label: "runs", value: runs.length },
    { label: "finished", value: count("FINISHED") },
    { label: "failed or killed", value: count("FAILED") + count("KILLED") },
  ];
  if (running > 0) figures.push({ label: "running or other", value: running });
  if (objective !== undefined && ranking.length > 0) {
    const place = ranking[0]!;
    figures.push({
      label: `${runs.length > 1 ? "best " : ""}${short(objective.metric, 40)}`,
      value: latestOf(runs[place]!, objective.metric),
    });
  }
  return keyFigures(figures);
}

function curvesOf(model: ReportModel, histories: readonly RunHistory[]): Content {
  const { charts, metrics, drawn } = curveCharts(model, histories);
  if (drawn === 0) return undefined;
  const slider = html`<form class="controls" hidden="hidden" data-for="curves"><label>smoothing <input type="range" min="0" max="95" step="5" value="0"/> <output>0.00</output></label></form>`;
  const more = metrics - drawn;
  return [slider, charts, more > 0 ? `${counted(more, "more metric")} with curves not drawn.` : null];
}
