import { invalidArgument } from "../errors/create.js";
import { escapeHtml } from "./escape.js";
import { type ChartField, type FieldAxis, fieldAxis } from "./field.js";
import { formatNumber } from "./format-number.js";
import type { Html } from "./html.js";
import { footHeight, plotArea } from "./plot-area.js";
import { colors, coordinate, seriesColor, svg, text } from "./svg.js";

export interface ScatterChartOptions {
  /** Written above the picture, and its name for screen readers. */
  readonly title: string;
  readonly x: ChartField;
  /** As many values as `x`. */
  readonly y: ChartField;
  /** What each point is called in its tooltip. */
  readonly names?: readonly string[] | undefined;
  /** The number of each point's colour, as in a chart of curves; `null` is grey. Default: the first for all. */
  readonly colors?: readonly (number | null)[] | undefined;
  /** A sentence for those who cannot see the picture. Default: how many points, of what. */
  readonly description?: string | undefined;
  /** In pixels. Default: 640. */
  readonly width?: number | undefined;
  /** Of the plot without title and labels, in pixels. Default: 260. */
  readonly height?: number | undefined;
  /** Room left of the plot, at least, in pixels: pictures below each other, or drawn again by a script. Default: what is needed. */
  readonly left?: number | undefined;
}

/**
 * One point a thing, at the values of two fields, as an SVG picture. Axes are linear, logarithmic where numbers are positive
 * and lie far apart, or of categories. What has no place on one of them is left out and counted. Points carry
 * `data-item`, their number.
 *
 * @throws `INVALID_ARGUMENT` for lists of different lengths
 *
 * @example
 * ```ts
 * import { scatterChart } from "@millwright/core/report";
 *
 * scatterChart({
 *   title: "AUC by depth",
 *   x: { label: "depth", values: [2, 4, 8] },
 *   y: { label: "AUC", values: [0.71, 0.78, 0.75] },
 * });
 * ```
 */
export function scatterChart(options: ScatterChartOptions): Html {
  const { title, x, y, names, width = 640, height = 260 } = options;
  for (const [path, list] of Object.entries({ "y.values": y.values, names, colors: options.colors })) {
    if (list !== undefined && list.length !== x.values.length) {
      throw invalidArgument(path, `has ${list.length} entries for ${x.values.length} values of x`);
    }
  }
  const [xAxis, yAxis] = [fieldAxis(x, { count: width / 90 }), fieldAxis(y, { count: height / 45 })];
  const top = 32;
  const axisLabel = (label: string, kind: string): string => (kind === "log" ? `${label} (log)` : label);
  const area = plotArea({
    ...{ width, top, height, left: options.left },
    xAxis: unitAxis(xAxis.ticks),
    yAxis: unitAxis(yAxis.ticks),
    xLabel: axisLabel(x.label, xAxis.kind),
    yLabel: axisLabel(y.label, yAxis.kind),
  });
  const place = (item: number): { x: number; y: number } | undefined => {
    const [across, up] = [xAxis.places[item]!, yAxis.places[item]!];
    if (across === null || up === null) return undefined;
    return {
      x: area.x(across) + spread(xAxis, item, area.right - area.left),
      y: area.y(up) + spread(yAxis, item, area.bottom - area.top),
    };
  };
  const colorOf = (item: number): number | null => (options.colors === undefined ? 0 : options.colors[item]!);
  // Grey points lie below the coloured ones.
  const order = x.values
    .map((_, item) => item)
    .sort((a, b) => Number(colorOf(a) !== null) - Number(colorOf(b) !== null));
  let points = "";
  let drawn = 0;
  for (const item of order) {
    const at = place(item);
    if (at === undefined) continue;
    drawn++;
    const color = colorOf(item);
    const values = `${x.label}: ${valueText(x.values[item]!)}, ${y.label}: ${valueText(y.values[item]!)}`;
    const tip = names === undefined ? values : `${names[item]} – ${values}`;
    points +=
      `<circle data-item="${item}" cx="${coordinate(at.x)}" cy="${coordinate(at.y)}" r="4" ` +
      `fill="${color === null ? colors.reference : seriesColor(color)}"><title>${escapeHtml(tip.slice(0, 400))}</title></circle>`;
  }
  const frame = [area.left, area.top, area.right, area.bottom].map(coordinate).join(" ");
  const left = x.values.length - drawn;
  const none = drawn === 0 ? text(area.left + 8, top + 18, "no data", { color: colors.muted }) : "";
  const description =
    options.description ??
    `${formatNumber(drawn)} points of ${x.label} and ${y.label}${left === 0 ? "" : `; ${formatNumber(left)} have no value of both`}.`;
  return svg(
    { title, description, width, height: area.bottom + footHeight(x.label) },
    `<g data-part="axes">${area.markup}</g>` +
      `<g data-part="points" data-frame="${frame}" fill-opacity=".72">${points}</g>${none}`,
  );
}

/** Many things of one category are spread about its place, the same way each time, so that they can be told apart. */
function spread({ kind, places, ticks }: FieldAxis, item: number, length: number): number {
  if (kind !== "category" || places.length <= 30) return 0;
  const width = Math.min(60, (0.6 * length) / ticks.length);
  return width * (((item * 0.618034) % 1) - 0.5);
}

/** An axis from 0 to 1 whose ticks have their places already. */
export function unitAxis(ticks: readonly { readonly at: number; readonly label: string }[]): {
  low: number;
  high: number;
  ticks: { value: number; label: string }[];
} {
  return { low: 0, high: 1, ticks: ticks.map(({ at, label }) => ({ value: at, label })) };
}

function valueText(value: number | string | null): string {
  return typeof value === "number" ? formatNumber(value) : (value ?? "–");
}
