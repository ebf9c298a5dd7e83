import { invalidArgument } from "../errors/create.js";
import { niceAxis } from "./axis.js";
import { horizontalBars } from "./bar-chart.js";
import { escapeHtml } from "./escape.js";
import { formatNumber, formatShare } from "./format-number.js";
import type { Html } from "./html.js";
import { footHeight, plotArea } from "./plot-area.js";
import { colors, coordinate, legend, seriesColor, svg } from "./svg.js";

export interface HistogramPairOptions {
  /** Written above the picture, and its name for screen readers. */
  readonly title: string;
  /** Counts of the reference, one a bin or category. */
  readonly reference: ArrayLike<number>;
  /** Counts of the current window, as many. */
  readonly current: ArrayLike<number>;
  /** For numbers: the finite, increasing edges of the bins, one more than there are bins. */
  readonly edges?: ArrayLike<number> | undefined;
  /** For categories: their names. Either this or `edges`. */
  readonly categories?: readonly string[] | undefined;
  /** What the two are called. Default: "reference" and "current". */
  readonly names?: readonly [reference: string, current: string] | undefined;
  /** Categories drawn one by one, those of the largest share first; the rest are summed as "others". Default: 12. */
  readonly limit?: number | undefined;
  readonly xLabel?: string | undefined;
  /** A sentence for those who cannot see the picture. Default: both sizes and the largest difference. */
  readonly description?: string | undefined;
  /** In pixels. Default: 640. */
  readonly width?: number | undefined;
  /** Of the plot of bins without title, legend and labels, in pixels. Default: 180. */
  readonly height?: number | undefined;
}

/**
 * Two distributions of one feature over each other as an SVG picture: the reference as a grey area, the current
 * window as a line; for categories two bars each. Counts are drawn as shares of their sum, so that samples of
 * different sizes compare; bins of different widths as density, so that areas compare. Each bin tells its shares in a
 * tooltip.
 *
 * @throws `INVALID_ARGUMENT` for lengths that do not fit, counts that are negative or not finite, edges that do not
 * increase, and for both or neither of `edges` and `categories`.
 *
 * @example
 * ```ts
 * import { histogramPair } from "@millwright/core/report";
 *
 * histogramPair({ title: "age", edges: [18, 30, 45, 90], reference: [120, 300, 80], current: [40, 60, 50] });
 * histogramPair({ title: "housing", categories: ["own", "rent"], reference: [312, 594], current: [187, 426] });
 * ```
 */
export function histogramPair(options: HistogramPairOptions): Html {
  const { edges, categories } = options;
  if ((edges === undefined) === (categories === undefined)) {
    throw invalidArgument("options", "give either edges or categories");
  }
  const bins = edges === undefined ? categories!.length : edges.length - 1;
  const reference = sharesOf(options.reference, bins, "reference");
  const current = sharesOf(options.current, bins, "current");
  const described = { ...options, description: options.description ?? describe(options, reference, current) };
  return edges === undefined
    ? categoryBars(described, categories!, reference, current)
    : binnedAreas(described, edges, reference, current);
}

type Described = HistogramPairOptions & { readonly description: string };

function sharesOf(counts: ArrayLike<number>, bins: number, path: string): Float64Array {
  if (counts.length !== bins) throw invalidArgument(path, `has ${counts.length} counts for ${bins} bins`);
  const shares = Float64Array.from(counts);
  let total = 0;
  for (const [index, count] of shares.entries()) {
    if (!(count >= 0 && count < Infinity)) {
      throw invalidArgument(`${path}[${index}]`, `a count must be finite and not negative, got ${count}`);
    }
    total += count;
  }
  return total === 0 ? shares : shares.map((count) => count / total);
}

function describe(options: HistogramPairOptions, reference: Float64Array, current: Float64Array): string {
  let largest = 0;
  for (const index of reference.keys()) {
    const difference = Math.abs(current[index]! - reference[index]!);
    if (difference > Math.abs(current[largest]! - reference[largest]!)) largest = index;
  }
  if (reference.length === 0) return "No data.";
  const total = (counts: ArrayLike<number>): string =>
    formatNumber(Array.from(counts).reduce((a, b) => a + b, 0));
  const [first, second] = options.names ?? defaultNames;
  return (
    `${first}: ${total(options.reference)} values, ${second}: ${total(options.current)}. The largest difference is at ` +
    `${binName(options, largest)}: ${formatShare(reference[largest]!)} against ${formatShare(current[largest]!)}.`
  );
}

const defaultNames = ["reference", "current"] as const;

function binName({ edges, categories }: HistogramPairOptions, bin: number): string {
  if (edges === undefined) return categories![bin]!;
  return `${formatNumber(edges[bin]!)} to ${formatNumber(edges[bin + 1]!)}`;
}

function key(options: Described, width: number): { markup: string; height: number } {
  const [first, second] = options.names ?? defaultNames;
  const box =
    (fill: string, extra = "") =>
    (x: number, y: number) =>
      `<rect x="${coordinate(x)}" y="${coordinate(y)}" width="18" height="10" rx="1.5" fill="${fill}"${extra}/>`;
  const entries = [
    { name: first, sample: box(colors.reference, options.edges === undefined ? "" : ' fill-opacity=".55"') },
    {
      name: second,
      sample: box(
        seriesColor(0),
        options.edges === undefined
          ? ""
          : ` fill-opacity=".12" stroke="${seriesColor(0)}" stroke-width="1.8"`,
      ),
    },
  ];
  return legend(entries, 0, 28, width);
}

function binnedAreas(
  options: Described,
  edges: ArrayLike<number>,
  reference: Float64Array,
  current: Float64Array,
): Html {
  const { title, description, width = 640, height = 180, xLabel } = options;
  const bins = reference.length;
  const widths = Float64Array.from({ length: bins }, (_, bin) => edges[bin + 1]! - edges[bin]!);
  for (const [bin, binWidth] of widths.entries()) {
    if (!(binWidth > 0 && binWidth < Infinity)) {
      throw invalidArgument(`edges[${bin + 1}]`, `edges must be finite and increase, got ${edges[bin + 1]}`);
    }
  }
  const head = key(options, width);
  const top = 34 + head.height;
  const frame = { title, description, width, height: top + height + footHeight(xLabel) };
  if (bins === 0) return svg(frame, head.markup);
  const [narrowest, widest] = [Math.min(...widths), Math.max(...widths)];
  const even = widest - narrowest <= 1e-6 * widest;
  const heights = [reference, current].map((shares) =>
    shares.map((share, bin) => (even ? share : Math.min(share / widths[bin]!, 1e300))),
  );
  const highest = Math.max(...heights[0]!, ...heights[1]!) || 1;
  const yAxis = niceAxis(0, even ? highest * 100 : highest, Math.max(2, height / 45));
  const percent = { ...yAxis, ticks: yAxis.ticks.map((tick) => ({ ...tick, label: `${tick.label} %` })) };
  const area = plotArea({
    ...{ width, top, height, xLabel },
    xAxis: niceAxis(edges[0]!, edges[bins]!, Math.max(2, width / 90), true),
    yAxis: even ? percent : yAxis,
    yLabel: even ? undefined : "density",
  });
  const outline = (values: Float64Array): string => {
    let path = `M${coordinate(area.x(edges[0]!))} ${coordinate(area.bottom)}`;
    for (const [bin, value] of values.entries()) {
      path += `V${coordinate(area.y(even ? value * 100 : value))}H${coordinate(area.x(edges[bin + 1]!))}`;
    }
    return `${path}V${coordinate(area.bottom)}`;
  };
  let tips = "";
  for (let bin = 0; bin < bins; bin++) {
    const left = area.x(edges[bin]!);
    const tip = `${binName(options, bin)}: ${formatShare(reference[bin]!)} against ${formatShare(current[bin]!)}`;
    tips += `<path d="M${coordinate(left)} ${coordinate(top)}H${coordinate(area.x(edges[bin + 1]!))}V${coordinate(area.bottom)}H${coordinate(left)}z"><title>${escapeHtml(tip)}</title></path>`;
  }
  return svg(
    frame,
    head.markup +
      area.markup +
      `<path d="${outline(heights[0]!)}z" fill="${colors.reference}" fill-opacity=".45"/>` +
      `<path d="${outline(heights[1]!)}" fill="${seriesColor(0)}" fill-opacity=".12" stroke="${seriesColor(0)}" stroke-width="1.8" stroke-linejoin="round"/>` +
      `<g pointer-events="all">${tips}</g>`,
  );
}

function categoryBars(
  options: Described,
  categories: readonly string[],
  reference: Float64Array,
  current: Float64Array,
): Html {
  const { title, description, width = 640, limit = 12 } = options;
  const order = Array.from(categories.keys()).sort(
    (a, b) => Math.max(reference[b]!, current[b]!) - Math.max(reference[a]!, current[a]!) || a - b,
  );
  const groups = order.slice(0, limit).map((bin) => ({
    label: categories[bin] === "" ? "(empty)" : categories[bin]!,
    values: [reference[bin]!, current[bin]!],
  }));
  const rest = order.slice(limit);
  if (rest.length > 0) {
    const sum = (shares: Float64Array): number => rest.reduce((total, bin) => total + shares[bin]!, 0);
    groups.push({ label: `${formatNumber(rest.length)} others`, values: [sum(reference), sum(current)] });
  }
  const head = key(options, width);
  const top = 32 + head.height;
  const fills = [colors.reference, seriesColor(0)];
  const drawn = horizontalBars({ groups, format: formatShare, width, top, fills });
  return svg({ title, description, width, height: top + drawn.height }, head.markup + drawn.markup);
}
