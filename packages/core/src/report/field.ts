import { niceAxis } from "./axis.js";
import { visibleText } from "./escape.js";
import { formatNumber } from "./format-number.js";
import { fitText } from "./svg.js";

/** A quantity of many things, one value a thing: numbers, or categories as text. `null`, NaN and ±Infinity have no place. */
export interface ChartField {
  readonly label: string;
  readonly values: readonly (number | string | null)[];
  /** Where numbers have ticks: at round ones, or at the values themselves while there are at most eight. Default: "round". */
  readonly ticks?: "round" | "values" | undefined;
}

/** A field laid on an axis: places and ticks in [0, 1], so that whoever draws needs no arithmetic of axes. */
export interface FieldAxis {
  readonly kind: "linear" | "log" | "category";
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
  /** Where each value lies; `null` where it has no place. */
  readonly places: readonly (number | null)[];
}

export interface FieldAxisOptions {
  /** About how many ticks. Default: 5. */
  readonly count?: number | undefined;
  /** Default: logarithmic for positive numbers of which the largest is at least 100 times the smallest. */
  readonly scale?: "linear" | "log" | undefined;
}

/**
 * Lays a field on an axis with round ticks. A field with any text is one of categories, in natural order, evenly spaced;
 * numbers among them are categories too.
 *
 * @example
 * ```ts
 * import { fieldAxis } from "@millwright/core/report";
 *
 * const axis = fieldAxis({ label: "learning rate", values: [0.0001, 0.001, 0.1, null] });
 * axis.kind; // "log"
 * axis.places; // about [0, 0.33, 1, null]
 * ```
 */
export function fieldAxis({ values, ticks }: ChartField, options: FieldAxisOptions = {}): FieldAxis {
  if (values.some((value) => typeof value === "string")) return categoryAxis(values);
  const numbers = values as readonly (number | null)[];
  let [low, high] = [Infinity, -Infinity];
  for (const value of numbers) {
    if (value === null || !Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return { kind: "linear", ticks: [], places: values.map(() => null) };
  const wide = low > 0 && high / low >= 100;
  const useLog = low > 0 && (options.scale === "log" || (options.scale === undefined && wide));
  const distinct = ticks === "values" ? [...new Set(numbers.filter(isNumber))] : [];
  const isExact = distinct.length > 0 && distinct.length <= exactLimit;
  const round = useLog
    ? logAxis(low, high)
    : isExact
      ? tightAxis(low, high)
      : linearAxis(low, high, options.count ?? 5);
  const exact = distinct
    .sort((a, b) => a - b)
    .map((value) => ({ at: round.place(value), label: formatNumber(value) }));
  const axis = isExact ? { place: round.place, ticks: exact } : round;
  return {
    kind: useLog ? "log" : "linear",
    ticks: axis.ticks,
    places: numbers.map((value) => (isNumber(value) ? inside(axis.place(value)) : null)),
  };
}

/** So many different numbers can stand beside an axis each. */
const exactLimit = 8;

function isNumber(value: number | null): value is number {
  return value !== null && Number.isFinite(value);
}

interface NumberAxis {
  readonly place: (value: number) => number;
  readonly ticks: FieldAxis["ticks"];
}

/** Places numbers between the round ends of a linear axis. */
export function linearAxis(low: number, high: number, count: number): NumberAxis {
  const axis = niceAxis(low, high, count);
  // Halved, because the range itself can overflow.
  const place = (value: number): number => (value / 2 - axis.low / 2) / (axis.high / 2 - axis.low / 2);
  return { place, ticks: axis.ticks.map(({ value, label }) => ({ at: place(value), label })) };
}

/** Rounding can carry the end of an axis a little past it. */
function inside(place: number): number {
  return Math.min(Math.max(place, 0), 1);
}

/** Places numbers between ends that lie a little outside of them. */
function tightAxis(low: number, high: number): NumberAxis {
  if (!(high > low)) return { place: () => 0.5, ticks: [] };
  return { place: (value) => 0.04 + 0.92 * ((value / 2 - low / 2) / (high / 2 - low / 2)), ticks: [] };
}

/** Places positive numbers by their logarithm; ticks at powers of ten, with 2 and 5 between where there are few. */
export function logAxis(low: number, high: number): NumberAxis {
  const [from, to] = [Math.log10(low), Math.log10(high)];
  const margin = to > from ? 0.02 * (to - from) : 0.5;
  const place = (value: number): number => (Math.log10(value) - from + margin) / (to - from + 2 * margin);
  const every = Math.ceil((to - from) / 6) || 1;
  const ticks = [];
  for (let power = Math.floor(from); power <= Math.ceil(to); power++) {
    if (every > 1 && power % every !== 0) continue;
    for (const digit of to - from < 2 ? [1, 2, 5] : [1]) {
      const value = Number(`${digit}e${power}`);
      const at = place(value);
      if (at >= 0 && at <= 1 && Number.isFinite(at)) ticks.push({ at, label: formatNumber(value) });
    }
  }
  return { place, ticks };
}

const collator = new Intl.Collator("en", { numeric: true });

function categoryAxis(values: ChartField["values"]): FieldAxis {
  const texts = values.map((value) =>
    value === null ? null : typeof value === "number" ? formatNumber(value) : value,
  );
  const categories = [...new Set(texts.filter((text) => text !== null))].sort(
    (a, b) => collator.compare(a, b) || (a < b ? -1 : 1),
  );
  const places = new Map(categories.map((category, index) => [category, (index + 0.5) / categories.length]));
  return {
    kind: "category",
    ticks: categories.map((category) => ({ at: places.get(category)!, label: categoryLabel(category) })),
    places: texts.map((text) => (text === null ? null : places.get(text)!)),
  };
}

/** Short enough to stand beside an axis. */
function categoryLabel(category: string): string {
  return category === "" ? "(empty)" : fitText(visibleText(category.slice(0, 200)), 66);
}
