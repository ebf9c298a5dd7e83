import {
  type FieldAxis,
  fieldAxis,
  formatNumber,
  type Html,
  html,
  parallelCoordinates,
  scatterChart,
} from "@millwright/core/report";
import { type ReportField, reportFields } from "./fields.js";
import { colouredRuns, type ReportModel } from "./model.js";

/** Axes beside the metric: more could not be told apart. */
const axesLimit = 8;

/** What the script of the page needs of a field to draw it: places in [0, 1], four digits. */
interface FieldData {
  readonly name: string;
  /** What is written at its axis. */
  readonly label: string;
  readonly isCategory: boolean;
  readonly ticks: readonly (readonly [at: number, label: string])[];
  readonly places: readonly (number | null)[];
  readonly texts: readonly (string | null)[];
}

/** The two charts whose fields a reader chooses, as they are drawn without a script, and what a script needs to draw others. */
export interface Choices {
  readonly parallel: Html | undefined;
  readonly scatter: Html | undefined;
  readonly data: {
    readonly fields: readonly FieldData[];
    /** Places in `fields`. */
    readonly metrics: readonly number[];
    readonly parallel: {
      readonly axes: readonly number[];
      readonly metric: number;
      readonly colored: boolean;
    } | null;
    readonly scatter: { readonly x: number; readonly y: number } | null;
    /** The metrics of which lower is better stand out at the low end. */
    readonly low: readonly number[];
  };
}

export function choices(model: ReportModel): Choices {
  const { params, metrics } = reportFields(model);
  const fields = [...params, ...metrics];
  const { runs, labels, colors, objective } = model;
  const metricPlaces = metrics.map((_, index) => params.length + index);
  const isLow = objective?.goal === "minimize";
  const isFew = runs.length <= colouredRuns;
  const axes = params.slice(0, axesLimit);
  const metric = metrics[0];
  const title = (field: ReportField): string => field.label;
  const parallel =
    axes.length === 0 || metric === undefined || runs.length < 2
      ? undefined
      : parallelCoordinates({
          title: `Params and ${title(metric)}`,
          axes: [...axes, metric],
          names: labels,
          colors: isFew ? colors.map((color) => color!) : undefined,
          emphasis: isLow ? "low" : "high",
          ...{ width: 1140, height: 280 },
        });
  const x = mostVaried(params) ?? metrics[1];
  const y = metric;
  const scatter =
    x === undefined || y === undefined || runs.length < 2
      ? undefined
      : scatterChart({
          title: `${title(y)} by ${title(x)}`,
          x,
          y,
          names: labels,
          colors,
          width: 1140,
          height: 300,
          left: 92,
        });
  return {
    parallel:
      parallel &&
      html`${select("parallel", [["metric", "against", metrics, 0, params.length]])}<div class="scroll">${parallel}</div>`,
    scatter:
      scatter &&
      html`${select("scatter", [
        ["y", "vertical", fields, fields.indexOf(y!), 0],
        ["x", "horizontal", fields, fields.indexOf(x!), 0],
      ])}<div class="scroll">${scatter}</div>`,
    data: {
      fields: fields.map(fieldData),
      metrics: metricPlaces,
      parallel:
        parallel === undefined
          ? null
          : { axes: axes.map((_, index) => index), metric: params.length, colored: !isFew },
      scatter: scatter === undefined ? null : { x: fields.indexOf(x!), y: fields.indexOf(y!) },
      low: isLow ? metricPlaces.slice(0, 1) : [],
    },
  };
}

/** The param with the most different values: its scatter says most. */
function mostVaried(params: readonly ReportField[]): ReportField | undefined {
  let [best, most] = [undefined as ReportField | undefined, 0];
  for (const field of params) {
    const different = new Set(field.values).size;
    if (different > most) [best, most] = [field, different];
  }
  return best;
}

type Select = readonly [
  name: string,
  label: string,
  fields: readonly ReportField[],
  chosen: number,
  offset: number,
];

/** Controls are shown by the script that makes them work. */
function select(chart: string, selects: readonly Select[]): Html {
  const controls = selects.map(([name, label, fields, chosen, offset]) => {
    const options = fields.map((field, index) =>
      index === chosen
        ? html`<option value="${String(index + offset)}" selected="selected">${field.label}</option>`
        : html`<option value="${String(index + offset)}">${field.label}</option>`,
    );
    return html`<label>${label} <select name="${name}">${options}</select></label>`;
  });
  return html`<form class="controls" hidden="hidden" data-for="${chart}">${controls}</form>`;
}

function fieldData(field: ReportField): FieldData {
  const axis: FieldAxis = fieldAxis(field, { count: 6 });
  const rounded = (place: number): number => Math.round(place * 1e4) / 1e4;
  return {
    name: field.label,
    label: axis.kind === "log" ? `${field.label} (log)` : field.label,
    isCategory: axis.kind === "category",
    ticks: axis.ticks.map(({ at, label }) => [rounded(at), label] as const),
    places: axis.places.map((place) => (place === null ? null : rounded(place))),
    texts: field.values.map((value) => (typeof value === "number" ? formatNumber(value) : value)),
  };
}
