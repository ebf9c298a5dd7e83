import { invalidArgument } from "../errors/create.js";
import { niceAxis } from "./axis.js";
import { formatNumber } from "./format-number.js";
import type { Html } from "./html.js";
import { footHeight, type PlotArea, plotArea } from "./plot-area.js";
import { colors, coordinate, legend, seriesColor, svg, text } from "./svg.js";

export interface LineSeries {
  readonly name: string;
  /** One value a point; where it is not finite the line is interrupted. */
  readonly y: ArrayLike<number>;
  /** Where the points are, never decreasing, as many as `y`. Default: 0, 1, 2, … */
  readonly x?: ArrayLike<number> | undefined;
}

export interface LineChartOptions {
  /** Written above the picture, and its name for screen readers. */
  readonly title: string;
  readonly series: readonly LineSeries[];
  readonly xLabel?: string | undefined;
  readonly yLabel?: string | undefined;
  /** A sentence for those who cannot see the picture. Default: names, last values and range. */
  readonly description?: string | undefined;
  /** In pixels. Default: 640. */
  readonly width?: number | undefined;
  /** Of the plot without title, legend and labels, in pixels. Default: 220. */
  readonly height?: number | undefined;
}

/**
 * Curves over a common axis as an SVG picture: a loss by step, a quantile by day. Curves of more points than pixels
 * are drawn as the lowest and the highest value of each pixel, so that no spike is lost and the size stays small.
 *
 * Six colours, then the same dashed. No data gives a picture that says so.
 *
 * @throws `INVALID_ARGUMENT` for `x` and `y` of different lengths, or `x` that is not finite or decreases.
 *
 * @example
 * ```ts
 * import { lineChart } from "@millwright/core/report";
 *
 * const picture = lineChart({ title: "Loss", xLabel: "step", series: [{ name: "training", y: [0.9, 0.5, 0.3] }] });
 * console.log(picture.markup);
 * ```
 */
export function lineChart(options: LineChartOptions): Html {
  const { title, series, xLabel, yLabel, width = 640, height = 220 } = options;
  const ranges = series.map(range);
  const entries = series.map(({ name }, index) => ({
    name,
    sample: (x: number, y: number) =>
      `<path d="M${coordinate(x)} ${coordinate(y + 5)}h18" ${stroke(index)}/>`,
  }));
  const key = legend(series.length > 1 ? entries : [], 0, 30, width);
  const top = 32 + key.height;
  const [xLow, xHigh] = [Math.min(...ranges.map((r) => r.xLow)), Math.max(...ranges.map((r) => r.xHigh))];
  const [yLow, yHigh] = [Math.min(...ranges.map((r) => r.yLow)), Math.max(...ranges.map((r) => r.yHigh))];
  if (!(yLow <= yHigh)) {
    const message = text(0, top + 6, "no data", { color: colors.muted });
    return svg(
      { title, width, height: top + 16, description: options.description ?? "No data." },
      key.markup + message,
    );
  }
  const area = plotArea({
    ...{ width, top, height, xLabel, yLabel },
    xAxis: niceAxis(xLow, xHigh, Math.max(2, width / 90), true),
    yAxis: niceAxis(yLow, yHigh, Math.max(2, height / 45)),
  });
  const curves = series.map((one, index) => curve(one, index, area)).join("");
  const description =
    options.description ??
    `${series.map((one, index) => describe(one.name, ranges[index]!.last)).join("; ")}. ` +
      `Values from ${formatNumber(yLow)} to ${formatNumber(yHigh)}.`;
  return svg(
    { title, description, width, height: area.bottom + footHeight(xLabel) },
    key.markup + area.markup + curves,
  );
}

function describe(name: string, last: number): string {
  return Number.isNaN(last) ? `${name}: no values` : `${name}: last ${formatNumber(last)}`;
}

interface Range {
  xLow: number;
  xHigh: number;
  yLow: number;
  yHigh: number;
  last: number;
}

function range({ name, x, y }: LineSeries): Range {
  if (x !== undefined && x.length !== y.length) {
    throw invalidArgument(`series "${name}"`, `has ${x.length} values of x and ${y.length} of y`);
  }
  const found: Range = {
    xLow: Infinity,
    xHigh: -Infinity,
    yLow: Infinity,
    yHigh: -Infinity,
    last: Number.NaN,
  };
  let before = -Infinity;
  for (let index = 0; index < y.length; index++) {
    const at = x === undefined ? index : x[index]!;
    if (!Number.isFinite(at) || at < before) {
      throw invalidArgument(`series "${name}".x[${index}]`, `must be finite and never decrease, got ${at}`);
    }
    before = at;
    const value = y[index]!;
    if (!Number.isFinite(value)) continue;
    found.xLow = Math.min(found.xLow, at);
    found.xHigh = at;
    found.yLow = Math.min(found.yLow, value);
    found.yHigh = Math.max(found.yHigh, value);
    found.last = value;
  }
  return found;
}

function stroke(index: number): string {
  const dash = index < 6 ? "" : ' stroke-dasharray="5 3"';
  return `stroke="${seriesColor(index)}" stroke-width="1.8" stroke-linejoin="round" stroke-linecap="round"${dash}`;
}

function curve({ x, y }: LineSeries, index: number, area: PlotArea): string {
  const points = new PathBuilder(area);
  for (let k = 0; k < y.length; k++) points.add(x === undefined ? k : x[k]!, y[k]!);
  const { lines, dots } = points.end();
  return (
    (lines === "" ? "" : `<path d="${lines}" ${stroke(index)}/>`) +
    (dots === ""
      ? ""
      : `<path d="${dots}" stroke="${seriesColor(index)}" stroke-width="6" stroke-linecap="round"/>`)
  );
}

/** Gathers the points of one pixel column and draws first, lowest, highest and last of them. */
class PathBuilder {
  private lines = "";
  /** Points without neighbours: lines of no length with round ends. */
  private dots = "";
  /** The points of the current uninterrupted piece. */
  private piece: string[] = [];
  private column = Number.NaN;
  private held: { x: number; y: number }[] = [];
  private readonly area: PlotArea;

  constructor(area: PlotArea) {
    this.area = area;
  }

  add(x: number, y: number): void {
    if (!Number.isFinite(y)) {
      this.interrupt();
      return;
    }
    const point = { x: this.area.x(x), y: this.area.y(y) };
    if (Math.round(point.x) !== this.column) this.flush();
    this.column = Math.round(point.x);
    this.hold(point);
  }

  end(): { lines: string; dots: string } {
    this.interrupt();
    return { lines: this.lines, dots: this.dots };
  }

  private interrupt(): void {
    this.flush();
    if (this.piece.length === 1) this.dots += `M${this.piece[0]}h0`;
    else if (this.piece.length > 1) this.lines += `M${this.piece.join("L")}`;
    this.piece = [];
  }

  private hold(point: { x: number; y: number }): void {
    const { held } = this;
    if (held.length < 4) {
      held.push(point);
      return;
    }
    // First and last keep their places; the two between become the extremes of what has been seen.
    const inner = [held[1]!, held[2]!, held[3]!];
    const lowest = inner.reduce((a, b) => (b.y < a.y ? b : a));
    const highest = inner.reduce((a, b) => (b.y > a.y ? b : a));
    this.held = [held[0]!, lowest, highest, point];
  }

  private flush(): void {
    for (const { x, y } of this.held) this.piece.push(`${coordinate(x)} ${coordinate(y)}`);
    this.held = [];
  }
}
