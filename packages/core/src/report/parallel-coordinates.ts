import { invalidArgument } from "../errors/create.js";
import { escapeHtml } from "./escape.js";
import { type ChartField, type FieldAxis, fieldAxis } from "./field.js";
import { formatNumber } from "./format-number.js";
import type { Html } from "./html.js";
import { colors, coordinate, line, rampColor, rampSteps, seriesColor, svg, text } from "./svg.js";

export interface ParallelCoordinatesOptions {
  /** Written above the picture, and its name for screen readers. */
  readonly title: string;
  /** From left to right, all with one value a thing. */
  readonly axes: readonly ChartField[];
  /** What each line is called in its tooltip. */
  readonly names?: readonly string[] | undefined;
  /** The number of each line's colour, as in a chart of curves. Default: by the place on the last axis. */
  readonly colors?: readonly number[] | undefined;
  /** Which end of the last axis stands out when lines are coloured by it. Default: "high". */
  readonly emphasis?: "high" | "low" | undefined;
  /** A sentence for those who cannot see the picture. Default: how many lines and axes. */
  readonly description?: string | undefined;
  /** In pixels. Default: 960. */
  readonly width?: number | undefined;
  /** Of the axes, in pixels. Default: 260. */
  readonly height?: number | undefined;
}

/**
 * One vertical axis a field and one line a thing, as an SVG picture: which values go with which outcome. Lines are drawn from
 * the least to the most striking; a line is interrupted at an axis where it has no value. Each carries `data-item`, its number.
 *
 * @throws `INVALID_ARGUMENT` for lists of different lengths
 *
 * @example
 * ```ts
 * import { parallelCoordinates } from "@millwright/core/report";
 *
 * parallelCoordinates({
 *   title: "What makes a good model",
 *   axes: [
 *     { label: "learning rate", values: [0.001, 0.01, 0.1] },
 *     { label: "optimizer", values: ["adam", "sgd", "adam"] },
 *     { label: "AUC", values: [0.74, 0.78, 0.71] },
 *   ],
 * });
 * ```
 */
export function parallelCoordinates(options: ParallelCoordinatesOptions): Html {
  const { title, axes, names, emphasis = "high", width = 960, height = 260 } = options;
  const lines = axes[0]?.values.length ?? 0;
  for (const [index, { label, values }] of axes.entries()) {
    if (values.length !== lines) {
      throw invalidArgument(
        `axes[${index}]`,
        `"${label}" has ${values.length} values; the first axis ${lines}`,
      );
    }
  }
  for (const [path, list] of Object.entries({ names, colors: options.colors })) {
    if (list !== undefined && list.length !== lines)
      throw invalidArgument(path, `has ${list.length} entries for ${lines} lines`);
  }
  const description =
    options.description ?? `${formatNumber(lines)} lines over ${axes.map(({ label }) => label).join(", ")}.`;
  if (axes.length === 0 || lines === 0) {
    return svg({ title, width, height: 48, description }, text(0, 38, "no data", { color: colors.muted }));
  }
  const laid = axes.map((axis) => fieldAxis(axis, { count: height / 50 }));
  const top = 58;
  // Room for half a label at the left, and for the ticks of the last axis at the right.
  const [left, right] = [56, width - 70];
  const x = (axis: number): number =>
    axes.length === 1 ? left : left + (axis * (right - left)) / (axes.length - 1);
  const y = (place: number): number => top + (1 - place) * height;
  const strength = (item: number): number | null => {
    const place = laid.at(-1)!.places[item]!;
    return place === null ? null : emphasis === "high" ? place : 1 - place;
  };
  const order = Array.from({ length: lines }, (_, item) => item);
  if (options.colors === undefined) order.sort((a, b) => (strength(a) ?? -1) - (strength(b) ?? -1) || a - b);
  let curves = "";
  for (const item of order) {
    const path = pathOf(laid, item, x, y);
    if (path === "") continue;
    const strong = strength(item);
    const color =
      options.colors !== undefined
        ? seriesColor(options.colors[item]!)
        : strong === null
          ? colors.reference
          : rampColor(strong);
    const tip = names === undefined ? "" : `<title>${escapeHtml(names[item]!.slice(0, 400))}</title>`;
    curves += `<path data-item="${item}" d="${path}" stroke="${color}">${tip}</path>`;
  }
  const opacity = lines > 100 ? 0.45 : lines > 24 ? 0.6 : 0.85;
  const room = axes.length === 1 ? width / 2 : (right - left) / (axes.length - 1);
  const frames = laid.map((axis, index) => {
    const at = x(index);
    const [first, last] = [index === 0, index === axes.length - 1];
    const bar = last && options.colors === undefined ? ramp(at, top, height, emphasis) : "";
    const heading = text(first ? at - 48 : last ? at + 60 : at, top - 16, axes[index]!.label, {
      anchor: first ? "start" : last ? "end" : "middle",
      width: first || last ? room / 2 + 40 : room - 10,
      bold: last,
    });
    const marks = ticks(axis, at + (bar === "" ? 0 : 10), y, last ? 60 : Math.min(room - 12, 96));
    return `<g data-part="axis">${heading}${line(at, top, at, top + height, colors.muted)}${bar}${marks}</g>`;
  });
  const frame = [left, top, right, top + height].map(coordinate).join(" ");
  return svg(
    { title, description, width, height: top + height + 16 },
    `<g data-part="lines" data-frame="${frame}" stroke-width="${lines > 100 ? 1 : 1.6}" stroke-opacity="${opacity}" ` +
      `stroke-linejoin="round">${curves}</g>${frames.join("")}`,
  );
}

/** The pieces of a line between neighbouring axes that both have a place for it; a dot where only one has. */
function pathOf(
  laid: readonly FieldAxis[],
  item: number,
  x: (axis: number) => number,
  y: (place: number) => number,
): string {
  let path = "";
  let open = false;
  for (const [index, { places }] of laid.entries()) {
    const place = places[item]!;
    if (place === null) {
      open = false;
      continue;
    }
    path += `${open ? "L" : "M"}${coordinate(x(index))} ${coordinate(y(place))}`;
    open = true;
  }
  return path;
}

/** Labels right of an axis, with a seam in the colour of the page so that they can be read over lines. */
function ticks(axis: FieldAxis, x: number, y: (place: number) => number, width: number): string {
  let markup = "";
  let above = Infinity;
  for (const { at, label } of axis.ticks) {
    // Categories can be more than there is room for.
    if (y(at) > above - 13) continue;
    above = y(at);
    markup += text(x + 6, y(at) + 4, label, { width, color: colors.muted, small: true });
  }
  return `<g data-part="ticks" paint-order="stroke" stroke="${colors.surface}" stroke-width="3" stroke-linejoin="round">${markup}</g>`;
}

/** The colours of the lines, along the axis that they come from. */
function ramp(x: number, top: number, height: number, emphasis: "high" | "low"): string {
  let markup = "";
  for (let step = 0; step < rampSteps; step++) {
    const place = (step + 0.5) / rampSteps;
    const from = top + height - ((step + 1) * height) / rampSteps;
    markup +=
      `<rect x="${coordinate(x)}" y="${coordinate(from)}" width="8" height="${coordinate(height / rampSteps)}" ` +
      `fill="${rampColor(emphasis === "high" ? place : 1 - place)}"/>`;
  }
  return markup;
}
