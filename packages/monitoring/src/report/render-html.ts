import { toIso } from "@millwright/core";
import {
  badge,
  type Content,
  formatNumber,
  histogramPair,
  keyFigures,
  renderPage,
  type Tone,
  table,
} from "@millwright/core/report";
import type { DriftReport, FeatureDrift, FeatureError, Verdict } from "../drift/drift-report.js";

/** How to draw a report. */
export interface RenderOptions {
  /** Default: "Drift report". */
  readonly title?: string | undefined;
}

const tones: Readonly<Record<Verdict, Tone>> = {
  ok: "good",
  warning: "notice",
  drift: "bad",
  insufficient: "neutral",
  error: "notice",
};
const order: readonly Verdict[] = ["drift", "error", "warning", "insufficient", "ok"];

/**
 * The report as one HTML page that needs nothing else: no script, no request. The features that changed come first, with
 * their pictures; the others are folded up.
 *
 * @example
 * ```ts
 * import { writeFile } from "node:fs/promises";
 * import { type DriftReport, renderHtml } from "@millwright/monitoring";
 *
 * const save = (report: DriftReport) => writeFile("drift.html", renderHtml(report));
 * ```
 */
export function renderHtml(report: DriftReport, options: RenderOptions = {}): string {
  const features = Object.entries(report.features).sort(
    ([, a], [, b]) => order.indexOf(a.verdict) - order.indexOf(b.verdict),
  );
  const changed = features.filter(
    ([, feature]) => feature.verdict === "drift" || feature.verdict === "warning",
  );
  return renderPage({
    title: options.title ?? "Drift report",
    lead: leadOf(
      report,
      changed.map(([name]) => name),
    ),
    sections: [
      {
        title: "Summary",
        content: [
          figures(
            report,
            features.map(([, feature]) => feature.verdict),
          ),
          summary(features),
        ],
      },
      ...features.map(([name, feature]) => ({
        title: name,
        content:
          "code" in feature
            ? [badge(feature.verdict, tones[feature.verdict]), feature.reason]
            : details(name, feature),
        collapsed: feature.verdict === "ok" || feature.verdict === "insufficient",
      })),
    ],
    footer: footerOf(report),
  });
}

function leadOf(report: DriftReport, changed: readonly string[]): string {
  if (report.verdict === "insufficient")
    return `${report.currentRows} rows are too few to tell whether anything has changed.`;
  const failed = Object.values(report.features).filter((feature) => feature.verdict === "error").length;
  if (changed.length === 0 && failed > 0)
    return `${failed} of ${Object.keys(report.features).length} features could not be compared.`;
  if (changed.length === 0) return "Nothing has changed that is both significant and material.";
  const named =
    changed.length > 5
      ? `${changed.slice(0, 5).join(", ")} and ${changed.length - 5} more`
      : changed.join(", ");
  return `${changed.length} of ${Object.keys(report.features).length} features have changed: ${named}.`;
}

function figures(report: DriftReport, verdicts: readonly Verdict[]): Content {
  const count = (verdict: Verdict): string => String(verdicts.filter((entry) => entry === verdict).length);
  return keyFigures([
    { label: "reference rows", value: formatNumber(report.referenceRows) },
    { label: "current rows", value: formatNumber(report.currentRows) },
    { label: "drift", value: count("drift") },
    { label: "warning", value: count("warning") },
    { label: "ok", value: count("ok") },
  ]);
}

function summary(features: readonly (readonly [string, FeatureDrift | FeatureError])[]): Content {
  return table({
    caption: "All features, the worst first",
    columns: [
      "feature",
      "verdict",
      "why",
      { header: "stability index", align: "right" },
      { header: "smallest adjusted p", align: "right" },
    ],
    rows: features.map(([name, feature]) => [
      name,
      badge(feature.verdict, tones[feature.verdict]),
      feature.reason,
      "code" in feature ? "" : feature.stabilityIndex,
      "code" in feature || feature.tests.length === 0
        ? ""
        : Math.min(...feature.tests.map((test) => test.adjustedPValue)),
    ]),
  });
}

function details(name: string, feature: FeatureDrift): Content {
  return [
    badge(feature.verdict, tones[feature.verdict]),
    feature.reason,
    histogramPair({ title: name, ...feature.distribution }),
    table({
      caption: "Tests",
      columns: ["test", "statistic", "p", "adjusted p", "effect"],
      rows: feature.tests.map((test) => [
        test.name,
        test.statistic,
        test.pValue,
        test.adjustedPValue,
        test.effect,
      ]),
    }),
    table({
      caption: "Counts",
      columns: ["", "rows", "null", "NaN", "infinite"],
      rows: [
        ["reference", ...counts(feature.reference)],
        ["current", ...counts(feature.current)],
      ],
    }),
    feature.unseen.length === 0
      ? ""
      : `Not seen in the reference: ${feature.unseen.map(({ category, count }) => `${category} (${count})`).join(", ")}.`,
  ];
}

function counts({ rows, nulls, notANumber, infinite }: FeatureDrift["reference"]): number[] {
  return [rows, nulls, notANumber, infinite];
}

function footerOf({ settings, window }: DriftReport): string {
  const rules = `A feature has drifted if a test is significant (adjusted p at most ${settings.significance}) and the change is material (stability index at least ${settings.stabilityIndex.drift} above noise, or ${100 * settings.nullRate.drift} % more or fewer nulls). Rows are taken to be independent.`;
  return window === undefined ? rules : `Window ${toIso(window.from)} to ${toIso(window.to)}. ${rules}`;
}
