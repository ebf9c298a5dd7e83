import type { DriftSettings, DriftTest, FeatureCounts, FeatureDrift, Verdict } from "./drift-report.js";

const severity: readonly Verdict[] = ["ok", "insufficient", "warning", "error", "drift"];

/** The worst of some verdicts. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  return verdicts.reduce<Verdict>((a, b) => (severity.indexOf(b) > severity.indexOf(a) ? b : a), "ok");
}

/** The verdict of a feature with the reason: a change counts if it is both significant and material. */
export function judge(
  tests: readonly DriftTest[],
  reference: FeatureCounts,
  current: FeatureCounts,
  unseen: FeatureDrift["unseen"],
  settings: DriftSettings,
): { readonly verdict: Verdict; readonly reason: string } {
  const rows = Math.min(reference.rows, current.rows);
  if (rows < settings.minimumRows) {
    return {
      verdict: "insufficient",
      reason: `${rows} rows are too few to tell; ${settings.minimumRows} are needed`,
    };
  }
  const judged = tests.map((test) => ({ test, verdict: judgeTest(test, settings) }));
  const verdict = worst(judged.map((entry) => entry.verdict));
  const reasons = judged
    .filter((entry) => entry.verdict === verdict && verdict !== "ok")
    .map(({ test }) => describe(test, reference, current));
  if (unseen.length > 0 && verdict !== "ok")
    reasons.push(
      `unseen: ${unseen
        .slice(0, 3)
        .map((entry) => entry.category)
        .join(", ")}`,
    );
  return {
    verdict,
    reason: reasons.length > 0 ? reasons.join("; ") : "no change that is both significant and material",
  };
}

function judgeTest(test: DriftTest, settings: DriftSettings): Verdict {
  if (test.adjustedPValue > settings.significance) return "ok";
  const { warning, drift } = test.name === "null-rate" ? settings.nullRate : settings.stabilityIndex;
  if (test.effect >= drift) return "drift";
  return test.effect >= warning ? "warning" : "ok";
}

function describe(test: DriftTest, reference: FeatureCounts, current: FeatureCounts): string {
  if (test.name !== "null-rate")
    return `the distribution has moved (stability index ${test.effect.toFixed(2)} above noise)`;
  const share = ({ nulls, notANumber, rows }: FeatureCounts): string =>
    `${((100 * (nulls + notANumber)) / rows).toFixed(1)} %`;
  return `missing values went from ${share(reference)} to ${share(current)}`;
}
