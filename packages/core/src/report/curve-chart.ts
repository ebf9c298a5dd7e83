import { invalidArgument } from "../errors/create.js";
import { niceAxis, position } from "./axis.js";
import { escapeHtml } from "./escape.js";
import { linearAxis, logAxis } from "./field.js";
import { formatNumber } from "./format-number.js";
import type { Html } from "./html.js";
import { footHeight, plotArea } from "./plot-area.js";
import { unitAxis } from "./scatter-chart.js";
import { colors, coordinate, legend, seriesColor, svg, text } from "./svg.js";

/** One curve among many. */
export interface Curve {
  readonly name: string;
  /** Finite, never decreasing, as many as `y`. */
  readonly x: ArrayLike<number>;
  /** Where a value is not finite the curve is interrupted. */
  readonly y: ArrayLike<number>;
  /** The number of its colour, from 0; from the seventh on colours come again, dashed; `null` is grey. Default: its place in the list. */
  readonly color?: number | null | undefined;
  /** What the drawn path carries as `data-item`; `null` for nothing. Default: its place in the list. */
  readonly item?: number | null | undefined;
}

/** An area between two curves: where the middle half of many lies. */
export interface CurveBand {
  readonly name: string;
  readonly x: ArrayLike<number>;
  /** As many as `x`; where one of the two is not finite the area is interrupted. */
  readonly low: ArrayLike<number>;
  readonly high: ArrayLike<number>;
}

export interface CurveChartOptions {
  /** Written above the picture, and its name for screen readers. */
  readonly title: string;
  readonly curves: readonly Curve[];
  /** Drawn below the curves, in grey, the widest first. */
  readonly bands?: readonly CurveBand[] | undefined;
  readonly xLabel?: string | undefined;
  readonly yLabel?: string | undefined;
  /** Default: logarithmic for positive values of which the largest is at least 1,000 times the smallest. */
  readonly scale?: "linear" | "log" | undefined;
  /** Names and colours above the plot. Default: where there are bands, or more than one curve. */
  readonly legend?: boolean | undefined;
  /** A sentence for those who cannot see the picture. Default: how many curves, and their range. */
  readonly description?: string | undefined;
  /** In pixels. Default: 640. */
  readonly width?: number | undefined;
  /** Of the plot without title, legend and labels, in pixels. Default: 220. */
  readonly height?: number | undefined;
}

/**
 * Many curves over a common axis as an SVG picture, and areas that stand for more of them: the losses of several runs. Every
 * point is drawn, so reduce long curves before. Paths carry `data-item`; a script may change their `d`.
 *
 * @throws `INVALID_ARGUMENT` for lists of different lengths, or `x` that is not finite or decreases
 *
 * @example
 * ```ts
 * import { curveChart } from "@millwright/core/report";
 *
 * curveChart({
 *   title: "loss",
 *   xLabel: "step",
 *   curves: [{ name: "baseline", x: [0, 10, 20], y: [0.9, 0.5, 0.3] }],
 *   bands: [{ name: "middle half of 40 runs", x: [0, 20], low: [0.8, 0.3], high: [1.1, 0.6] }],
 * });
 * ```
 */
export function curveChart(options: CurveChartOptions): Html {
  const { title, curves, bands = [], xLabel, yLabel, width = 640, height = 220 } = options;
  const range = rangeOf(curves, bands);
  const named = options.legend ?? (bands.length > 0 || curves.length > 1);
  const key = legend(named ? legendEntries(curves, bands) : [], 0, 30, width);
  const top = 32 + key.height;
  if (!(range.yLow <= range.yHigh)) {
    const message = text(0, top + 6, "no data", { color: colors.muted });
    return svg(
      { title, width, height: top + 16, description: options.description ?? "No data." },
      key.markup + message,
    );
  }
  const wide = range.yLow > 0 && range.yHigh / range.yLow >= 1000;
  const useLog = range.yLow > 0 && (options.scale === "log" || (options.scale === undefined && wide));
  const vertical = useLog
    ? logAxis(range.yLow, range.yHigh)
    : linearAxis(range.yLow, range.yHigh, Math.max(2, height / 45));
  const horizontal = niceAxis(range.xLow, range.xHigh, Math.max(2, width / 90), true);
  const area = plotArea({
    ...{ width, top, height, xLabel },
    xAxis: horizontal,
    yAxis: unitAxis(vertical.ticks),
    yLabel: useLog ? (yLabel === undefined ? "log scale" : `${yLabel} (log)`) : yLabel,
  });
  const x = (value: number): number => position(horizontal, value, area.left, area.right);
  const y = (value: number): number => area.y(vertical.place(value));
  const description =
    options.description ??
    `${formatNumber(curves.length)} curves, values from ${formatNumber(range.yLow)} to ${formatNumber(range.yHigh)}.`;
  return svg(
    { title, description, width, height: area.bottom + footHeight(xLabel) },
    `${key.markup}${area.markup}${bands.map((band) => bandPath(band, x, y)).join("")}<g data-part="curves">` +
      `${curves.map((curve, index) => curvePath(curve, index, x, y)).join("")}</g>`,
  );
}

interface Range {
  xLow: number;
  xHigh: number;
  yLow: number;
  yHigh: number;
}

function rangeOf(curves: readonly Curve[], bands: readonly CurveBand[]): Range {
  const range: Range = { xLow: Infinity, xHigh: -Infinity, yLow: Infinity, yHigh: -Infinity };
  const include = (path: string, x: ArrayLike<number>, y: ArrayLike<number>): void => {
    if (x.length !== y.length)
      throw invalidArgument(path, `has ${x.length} values of x and ${y.length} beside them`);
    let before = -Infinity;
    for (let index = 0; index < x.length; index++) {
      const at = x[index]!;
      if (!Number.isFinite(at) || at < before) {
        throw invalidArgument(`${path}.x[${index}]`, `must be finite and never decrease, got ${at}`);
      }
      before = at;
      if (!Number.isFinite(y[index]!)) continue;
      range.xLow = Math.min(range.xLow, at);
      range.xHigh = Math.max(range.xHigh, at);
      range.yLow = Math.min(range.yLow, y[index]!);
      range.yHigh = Math.max(range.yHigh, y[index]!);
    }
  };
  for (const [index, { x, y }] of curves.entries()) include(`curves[${index}]`, x, y);
  for (const [index, { x, low, high }] of bands.entries()) {
    include(`bands[${index}]`, x, low);
    include(`bands[${index}]`, x, high);
  }
  return range;
}

function colorOf({ color }: Curve, index: number): number | null {
  return color === undefined ? index : color;
}

function stroke(color: number | null): string {
  const dash = color === null || color < 6 ? "" : ' stroke-dasharray="5 3"';
  return `stroke="${color === null ? colors.muted : seriesColor(color)}" stroke-width="1.8" stroke-linejoin="round" stroke-linecap="round"${dash}`;
}

/** The more bands, the fainter the outer ones. */
const bandOpacity = 0.22;

function legendEntries(
  curves: readonly Curve[],
  bands: readonly CurveBand[],
): { name: string; sample: (x: number, y: number) => string }[] {
  const lines = curves.map((curve, index) => ({
    name: curve.name,
    sample: (x: number, y: number) =>
      `<path d="M${coordinate(x)} ${coordinate(y + 5)}h18" ${stroke(colorOf(curve, index))}/>`,
  }));
  const areas = bands.map(({ name }, index) => ({
    name,
    sample: (x: number, y: number) =>
      `<rect x="${coordinate(x)}" y="${coordinate(y)}" width="18" height="10" rx="1.5" fill="${colors.reference}" fill-opacity="${bandOpacity * (index + 1)}"/>`,
  }));
  return [...lines, ...areas];
}

type Place = (value: number) => number;

function curvePath(curve: Curve, index: number, x: Place, y: Place): string {
  const { lines, dots } = pathOf(curve.x, curve.y, x, y);
  const color = colorOf(curve, index);
  const item = curve.item === null ? "" : `data-item="${curve.item ?? index}" `;
  const tip = `<title>${escapeHtml(curve.name.slice(0, 400))}</title>`;
  return (
    (lines === "" ? "" : `<path ${item}d="${lines}" ${stroke(color)}>${tip}</path>`) +
    (dots === ""
      ? ""
      : `<path ${item}d="${dots}" stroke="${color === null ? colors.muted : seriesColor(color)}" stroke-width="6" stroke-linecap="round">${tip}</path>`)
  );
}

/** Pieces between values that are not finite; points without neighbours are lines of no length with round ends. */
function pathOf(
  xs: ArrayLike<number>,
  ys: ArrayLike<number>,
  x: Place,
  y: Place,
): { lines: string; dots: string } {
  let [lines, dots, piece] = ["", "", [] as string[]];
  const end = (): void => {
    if (piece.length === 1) dots += `M${piece[0]}h0`;
    else if (piece.length > 1) lines += `M${piece.join("L")}`;
    piece = [];
  };
  for (let index = 0; index < ys.length; index++) {
    if (Number.isFinite(ys[index]!)) piece.push(`${coordinate(x(xs[index]!))} ${coordinate(y(ys[index]!))}`);
    else end();
  }
  end();
  return { lines, dots };
}

function bandPath(band: CurveBand, x: Place, y: Place): string {
  let path = "";
  let piece: number[] = [];
  const end = (): void => {
    const edge = (index: number, values: ArrayLike<number>): string =>
      `${coordinate(x(band.x[index]!))} ${coordinate(y(values[index]!))}`;
    if (piece.length > 1) {
      const there = piece.map((index) => edge(index, band.high));
      const back = piece.reverse().map((index) => edge(index, band.low));
      path += `M${[...there, ...back].join("L")}z`;
    }
    piece = [];
  };
  for (let index = 0; index < band.x.length; index++) {
    if (Number.isFinite(band.low[index]!) && Number.isFinite(band.high[index]!)) piece.push(index);
    else end();
  }
  end();
  const tip = `<title>${escapeHtml(band.name.slice(0, 400))}</title>`;
  return path === ""
    ? ""
    : `<path d="${path}" fill="${colors.reference}" fill-opacity="${bandOpacity}">${tip}</path>`;
}
