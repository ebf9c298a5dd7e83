import { type ComparedValue, comparedTexts, numberOf } from "./compared-value.js";
import type { MetricDifference, RunComparison } from "./comparison.js";

/** One line of the table: what it is of, and a value a run. */
export interface Line {
  readonly label: string;
  readonly values: readonly (ComparedValue | null)[];
}

/** What differs of one kind. */
export interface Section {
  readonly title: string;
  /** How many keys; a metric can have several lines. */
  readonly differences: number;
  readonly lines: readonly Line[];
}

/** One sentence: how many keys of each kind differ. */
export function summaryOf(comparison: RunComparison, sections: readonly Section[]): string {
  const parts = sections.map(({ title, differences }) => counted(differences, title));
  return `${comparison.runs.length} runs ${parts.length === 0 ? "do not differ" : `differ in ${listed(parts)}`}.`;
}

function counted(count: number, title: string): string {
  return `${count} ${count === 1 ? title.replace(/s$/, "") : title}`;
}

function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

/** What differs, kind by kind; kinds that do not differ are left out. */
export function sectionsOf(comparison: RunComparison): Section[] {
  const section = (title: string, differences: RunComparison["params"]): Section => ({
    title,
    differences: differences.length,
    lines: differences.map(({ key, values }) => ({ label: key, values })),
  });
  const digest = digestText([
    ...comparison.datasets.flatMap(({ values }) => values.flat()),
    ...comparison.artifacts.flatMap(({ values }) => values.filter((value) => value !== null)),
  ]);
  const sections = [
    section("attributes", comparison.attributes),
    section("params", comparison.params),
    {
      title: "metrics",
      differences: comparison.metrics.length,
      lines: comparison.metrics.flatMap(metricLines),
    },
    section("tags", comparison.tags),
    {
      title: "datasets",
      differences: comparison.datasets.length,
      lines: comparison.datasets.map(({ role, values }) => ({
        label: role ?? "(no role)",
        values: values.map((list) =>
          list.length === 0 ? null : list.map((one) => `${one.name} ${digest(one.digest)}`).join(", "),
        ),
      })),
    },
    {
      title: "artifacts",
      differences: comparison.artifacts.length,
      lines: comparison.artifacts.map(({ path, values }) => ({
        label: path,
        values: values.map((value) => (value === null ? null : digest(value.digest))),
      })),
    },
    section("environment values", comparison.environment),
  ];
  return sections.filter(({ lines }) => lines.length > 0);
}

/** As many digits of digests as tell them apart, at least twelve. */
function digestText(all: readonly { readonly digest: string }[]): (digest: string) => string {
  const digits = (digest: string): string => digest.replace(/^sha256:/, "");
  const distinct = new Set(all.map(({ digest }) => digits(digest)));
  let length = 12;
  while (length < 64 && new Set([...distinct].map((one) => one.slice(0, length))).size < distinct.size)
    length += 4;
  return (digest) => digits(digest).slice(0, length);
}

/** The latest values, and the extremes where they differ and say more. */
function metricLines({ key, latest, minimum, maximum }: MetricDifference): Line[] {
  const text = (value: ComparedValue | null | undefined): string => JSON.stringify(value);
  const saysMore = (values: readonly (ComparedValue | null)[]): boolean =>
    new Set(values.map(text)).size > 1 &&
    values.some((value, index) => value !== null && text(value) !== text(latest[index]));
  return [
    { label: key, values: latest },
    ...(saysMore(minimum) ? [{ label: `${key} (minimum)`, values: minimum }] : []),
    ...(saysMore(maximum) ? [{ label: `${key} (maximum)`, values: maximum }] : []),
  ];
}

export const summaryHeader: readonly string[] = ["values", "lowest", "highest", "most frequent"];

/** What stands for a line of many runs: how many different values, the lowest, the highest and the most frequent. */
export function summaryCells({ values }: Line): string[] {
  const texts = comparedTexts(values);
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  let [common, times] = ["", 0];
  for (const [text, count] of counts) if (count > times) [common, times] = [text, count];
  let [lowest, highest] = [-1, -1];
  for (const [index, value] of values.entries()) {
    if (value === null) continue;
    const number = numberOf(value);
    if (number === undefined || Number.isNaN(number)) continue;
    if (lowest === -1 || number < numberOf(values[lowest]!)!) lowest = index;
    if (highest === -1 || number > numberOf(values[highest]!)!) highest = index;
  }
  const extreme = (index: number): string => (index === -1 ? "" : texts[index]!);
  return [String(counts.size), extreme(lowest), extreme(highest), times === 1 ? "" : `${common} (${times}×)`];
}
