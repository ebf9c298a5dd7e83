import { invalidArgument } from "../errors/create.js";
import { escapeHtml } from "./escape.js";
import { formatNumber } from "./format-number.js";
import type { Html } from "./html.js";
import { colors, coordinate, seriesColor, svg, text, textWidth } from "./svg.js";

export interface Bar {
  readonly label: string;
  /** Finite; a negative bar goes to the left. */
  readonly value: number;
}

export interface BarChartOptions {
  /** Written above the picture, and its name for screen readers. */
  readonly title: string;
  readonly bars: readonly Bar[];
  /** How a value is written. Default: `formatNumber`. */
  readonly format?: ((value: number) => string) | undefined;
  /** A sentence for those who cannot see the picture. Default: the number of bars and the largest. */
  readonly description?: string | undefined;
  /** In pixels. Default: 640. */
  readonly width?: number | undefined;
}

/**
 * One horizontal bar a label, in the order given, as an SVG picture, with its value beside it: importances, scores.
 * Long labels are shortened and shown whole as tooltips.
 *
 * @throws `INVALID_ARGUMENT` for a value that is not finite.
 *
 * @example
 * ```ts
 * import { barChart } from "@millwright/core/report";
 *
 * barChart({ title: "Importance", bars: [{ label: "income", value: 0.42 }, { label: "age", value: 0.17 }] });
 * ```
 */
export function barChart(options: BarChartOptions): Html {
  const { title, bars, format = formatNumber, width = 640 } = options;
  for (const [index, { value }] of bars.entries()) {
    if (!Number.isFinite(value))
      throw invalidArgument(`bars[${index}].value`, `must be finite, got ${value}`);
  }
  const groups = bars.map(({ label, value }) => ({ label, values: [value] }));
  const drawn = horizontalBars({ groups, format, width, top: 28, fills: [seriesColor(0)] });
  const largest = bars.reduce<Bar | undefined>(
    (a, b) => (a === undefined || b.value > a.value ? b : a),
    undefined,
  );
  const description =
    options.description ??
    (largest === undefined
      ? "No data."
      : `${bars.length} bars; the largest is ${largest.label} with ${format(largest.value)}.`);
  return svg({ title, description, width, height: 28 + drawn.height }, drawn.markup);
}

interface BarGroups {
  readonly groups: readonly { readonly label: string; readonly values: readonly number[] }[];
  readonly format: (value: number) => string;
  readonly width: number;
  readonly top: number;
  /** The colour of the n-th value of each group. */
  readonly fills: readonly string[];
}

/** Groups of horizontal bars, labels left, values right of the bars. */
export function horizontalBars(options: BarGroups): { markup: string; height: number } {
  const { groups, format, width, top, fills } = options;
  if (groups.length === 0) {
    const message = text(width / 2, top + 24, "no data", { anchor: "middle", color: colors.muted });
    return { markup: message, height: 40 };
  }
  const values = groups.flatMap((group) => group.values);
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const room = Math.max(...values.map((value) => textWidth(format(value)))) + 8;
  const labelWidth = Math.min(
    Math.max(...groups.map(({ label }) => textWidth(label.slice(0, 200)))) + 2,
    width * 0.35,
  );
  const left = labelWidth + 10 + (low < 0 ? room : 0);
  // Halved, because the range itself can overflow.
  const halfRange = high / 2 - low / 2 || 1;
  const x = (value: number): number => left + ((value / 2 - low / 2) / halfRange) * (width - room - left);
  const zero = x(0);
  const thickness = fills.length > 1 ? 11 : 14;
  const pitch = fills.length * (thickness + 2) + (fills.length > 1 ? 9 : 6);
  let markup = "";
  for (const [place, { label, values: own }] of groups.entries()) {
    const y = top + place * pitch;
    const middle = y + (own.length * (thickness + 2) - 2) / 2 + 4;
    markup += text(labelWidth, middle, label, { anchor: "end", width: labelWidth });
    for (const [index, value] of own.entries()) {
      const from = Math.min(zero, x(value));
      const length = Math.abs(x(value) - zero);
      const barTop = y + index * (thickness + 2);
      markup += `<rect x="${coordinate(from)}" y="${coordinate(barTop)}" width="${coordinate(length)}" height="${thickness}" rx="1.5" fill="${fills[index]}"><title>${escapeHtml(`${label}: ${format(value)}`)}</title></rect>`;
      markup += text(value < 0 ? from - 6 : from + length + 6, barTop + thickness / 2 + 4, format(value), {
        anchor: value < 0 ? "end" : "start",
        color: colors.muted,
        small: true,
      });
    }
  }
  const bottom = top + groups.length * pitch;
  markup += `<path d="M${coordinate(zero)} ${top - 3}V${coordinate(bottom - 4)}" stroke="${colors.muted}"/>`;
  return { markup, height: bottom - top };
}
