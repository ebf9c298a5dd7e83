import { type Curve, type CurveBand, columns, curveChart, type Html } from "@millwright/core/report";
import { downsample } from "../../metrics/downsample.js";
import type { MetricHistory } from "../../metrics/history.js";
import { bandsOf } from "./bands.js";
import { colouredRuns, type ReportModel, short } from "./model.js";

/** How many metrics are drawn, and with how many points a curve. */
const chartsLimit = 24;
const pointsLimit = 240;

export interface CurveCharts {
  readonly charts: Html;
  /** How many metrics have a curve. */
  readonly metrics: number;
  readonly drawn: number;
}

/** A history and the place of its run. */
export interface RunHistory {
  readonly run: number;
  readonly history: MetricHistory;
}

/** A chart a metric that has a curve in any run: the objective first, then those of most runs. */
export function curveCharts(model: ReportModel, histories: readonly RunHistory[]): CurveCharts {
  const byMetric = new Map<string, RunHistory[]>();
  for (const one of histories) {
    const list = byMetric.get(one.history.key) ?? [];
    list.push(one);
    byMetric.set(one.history.key, list);
  }
  const curved = [...byMetric].filter(([, list]) => list.some(({ history }) => history.values.length > 1));
  const weight = ([key, list]: [string, RunHistory[]]): number =>
    key === model.objective?.metric ? Number.MAX_SAFE_INTEGER : list.length;
  curved.sort((a, b) => weight(b) - weight(a) || (a[0] < b[0] ? -1 : 1));
  const drawn = curved.slice(0, chartsLimit);
  return {
    charts: columns(drawn.map(([key, list]) => chart(model, key, list))),
    metrics: curved.length,
    drawn: drawn.length,
  };
}

function chart(model: ReportModel, key: string, histories: readonly RunHistory[]): Html {
  const many = histories.length > colouredRuns;
  const shown = many ? histories.filter(({ run }) => model.colors[run] !== null) : histories;
  const ordered = [...shown].sort((a, b) => (model.colors[a.run] ?? 0) - (model.colors[b.run] ?? 0));
  const curves: Curve[] = ordered.map(({ run, history }) => ({
    ...pointsOf(downsample(history, pointsLimit, "minmax")),
    ...{ name: model.labels[run]!, color: model.colors[run]!, item: run },
  }));
  let bands: CurveBand[] = [];
  if (many) {
    const found = bandsOf(histories.map(({ history }) => history));
    bands = found.bands;
    curves.unshift({ name: `median of ${histories.length} runs`, ...found.median, color: null, item: null });
  }
  return curveChart({
    ...{ title: short(key), xLabel: "step", width: 540, height: 200, curves, bands },
  });
}

function pointsOf({ steps, values }: MetricHistory): { x: Float64Array; y: Float64Array } {
  return { x: Float64Array.from(steps, Number), y: values };
}
