import { formatNumber } from "./format-number.js";

/** Round tick positions that cover a range, and how they are written. */
export interface Axis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly { readonly value: number; readonly label: string }[];
}

/**
 * An axis for values in [low, high] with about `count` ticks at multiples of 1, 2 or 5 times a power of ten. `tight`
 * keeps the ends where the values end; otherwise they move out to ticks. Equal ends are widened.
 */
export function niceAxis(low: number, high: number, count: number, tight = false): Axis {
  let [from, to] = [low, high];
  // Also where the range is narrower than the numbers can tell apart, or too narrow to divide.
  if (!(to - from > Math.max(Math.abs(from), Math.abs(to), 1e-280) * 1e-12)) {
    const half = Math.max(Math.abs(from) * 0.5, 0.5);
    [from, to] = [Math.max(from - half, -Number.MAX_VALUE), Math.min(to + half, Number.MAX_VALUE)];
  }
  // Halved, because the range itself can overflow.
  const rough = (to / 2 - from / 2) / (count / 2);
  const power = 10 ** Math.floor(Math.log10(rough));
  const ratio = rough / power;
  const step = Math.min(power * (ratio < 1.5 ? 1 : ratio < 3.5 ? 2 : ratio < 7.5 ? 5 : 10), 1e308);
  const first = tight ? Math.ceil(from / step - 1e-9) : Math.floor(from / step + 1e-9);
  const last = tight ? Math.floor(to / step + 1e-9) : Math.ceil(to / step - 1e-9);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const ticks = [];
  for (let k = first; k <= last; k++) {
    const value = k * step;
    if (Number.isFinite(value)) ticks.push({ value, label: tickLabel(value, step, decimals) });
  }
  if (tight) return { low: from, high: to, ticks };
  return {
    low: Math.max(first * step, -Number.MAX_VALUE),
    high: Math.min(last * step, Number.MAX_VALUE),
    ticks,
  };
}

/** All labels of an axis have the same number of decimals. */
function tickLabel(value: number, step: number, decimals: number): string {
  if (Math.abs(value) < step / 2) return "0";
  if (decimals > 6 || Math.abs(value) >= 1e9) return formatNumber(Number(value.toPrecision(6)));
  const [whole, rest] = Math.abs(value).toFixed(decimals).split(".");
  return (value < 0 ? "−" : "") + formatNumber(Number(whole)) + (rest === undefined ? "" : `.${rest}`);
}

/** Maps [low, high] of the axis to [start, end] of the picture. */
export function position(axis: Axis, value: number, start: number, end: number): number {
  return start + ((value / 2 - axis.low / 2) / (axis.high / 2 - axis.low / 2)) * (end - start);
}
