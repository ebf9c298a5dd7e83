import { type Axis, position } from "./axis.js";
import { colors, line, text, textWidth } from "./svg.js";

/** The rectangle that data is drawn in, and its axes drawn around it. */
export interface PlotArea {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly markup: string;
}

interface PlotAreaOptions {
  readonly width: number;
  readonly top: number;
  readonly height: number;
  readonly xAxis: Axis;
  readonly yAxis: Axis;
  readonly xLabel?: string | undefined;
  readonly yLabel?: string | undefined;
  /** Room left of the plot, at least. */
  readonly left?: number | undefined;
}

/** Horizontal grid lines with labels left of them, a base line with labels below, and the names of both axes. */
export function plotArea(options: PlotAreaOptions): PlotArea {
  const { width, top, height, xAxis, yAxis, xLabel, yLabel } = options;
  const widest = Math.max(0, ...yAxis.ticks.map(({ label }) => textWidth(label)));
  const left = Math.max(options.left ?? 0, widest + 10 + (yLabel === undefined ? 0 : 20));
  // Half of the last label may stand out on the right.
  const right = width - Math.max(8, textWidth(xAxis.ticks.at(-1)?.label ?? "") / 2);
  const bottom = top + height;
  const x = (value: number): number => position(xAxis, value, left, right);
  const y = (value: number): number => position(yAxis, value, bottom, top);
  let markup = "";
  for (const { value, label } of yAxis.ticks) {
    markup += line(left, y(value), right, y(value), colors.grid);
    markup += text(left - 8, y(value) + 4, label, { anchor: "end", color: colors.muted });
  }
  markup += line(left, bottom, right, bottom, colors.muted);
  let end = -Infinity;
  for (const { value, label } of xAxis.ticks) {
    markup += line(x(value), bottom, x(value), bottom + 4, colors.muted);
    const half = textWidth(label) / 2;
    if (x(value) - half < end) continue;
    end = x(value) + half + 8;
    markup += text(x(value), bottom + 17, label, { anchor: "middle", color: colors.muted });
  }
  if (xLabel !== undefined) {
    const middle = (left + right) / 2;
    markup += text(middle, bottom + 36, xLabel, {
      anchor: "middle",
      width: right - left,
      color: colors.muted,
    });
  }
  if (yLabel !== undefined) {
    const middle = (top + bottom) / 2;
    markup += text(12, middle, yLabel, {
      anchor: "middle",
      width: height,
      rotate: true,
      color: colors.muted,
    });
  }
  return { x, y, left, right, top, bottom, markup };
}

/** What is needed below the base line. */
export function footHeight(xLabel: string | undefined): number {
  return xLabel === undefined ? 24 : 44;
}
