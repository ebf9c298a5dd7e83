import type { CurveBand } from "@millwright/core/report";
import type { MetricHistory } from "../../metrics/history.js";

/** At how many steps the runs are compared. */
const places = 81;

export interface Bands {
  /** The widest first. */
  readonly bands: CurveBand[];
  readonly median: { readonly x: Float64Array; readonly y: Float64Array };
}

/**
 * What stands for more curves than can be told apart: at even steps the quantiles of all runs that have a value there, each
 * interpolated between its points. Quantiles are type 7 of Hyndman and Fan (1996). Where fewer than three runs are left there
 * is no band.
 */
export function bandsOf(histories: readonly MetricHistory[]): Bands {
  let [low, high] = [Infinity, -Infinity];
  for (const { steps } of histories) {
    if (steps.length === 0) continue;
    low = Math.min(low, Number(steps[0]));
    high = Math.max(high, Number(steps.at(-1)));
  }
  const x = Float64Array.from({ length: places }, (_, k) => low + (high - low) * (k / (places - 1)));
  const curves = histories.map((history) => interpolated(history, x));
  const shares = [0.1, 0.25, 0.5, 0.75, 0.9];
  const quantiles = shares.map(() => new Float64Array(places).fill(Number.NaN));
  for (let k = 0; k < places; k++) {
    const values = curves.map((curve) => curve[k]!).filter(Number.isFinite);
    if (values.length < 3) continue;
    const sorted = Float64Array.from(values).sort();
    for (const [index, share] of shares.entries()) quantiles[index]![k] = quantile(sorted, share);
  }
  const [p10, p25, p50, p75, p90] = quantiles as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  return {
    bands: [
      { name: "middle 80 %", x, low: p10, high: p90 },
      { name: "middle half", x, low: p25, high: p75 },
    ],
    median: { x, y: p50 },
  };
}

/** The values of a history at given, increasing steps: on the line between its points, NaN outside of them and in gaps. */
function interpolated({ steps, values }: MetricHistory, at: Float64Array): Float64Array {
  const result = new Float64Array(at.length).fill(Number.NaN);
  if (steps.length === 0) return result;
  let after = 0;
  for (const [place, step] of at.entries()) {
    while (after < steps.length && Number(steps[after]) < step) after++;
    if (after === steps.length) break;
    const right = Number(steps[after]);
    if (right === step) result[place] = values[after]!;
    else if (after > 0) {
      const left = Number(steps[after - 1]);
      const share = (step - left) / (right - left);
      result[place] = values[after - 1]! * (1 - share) + values[after]! * share;
    }
  }
  return result;
}

function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
  return below * (1 - (place % 1)) + above * (place % 1);
}
