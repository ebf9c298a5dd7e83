import { type Column, type ColumnBatch, MillwrightError, messageOf } from "@millwright/core";
import { benjaminiHochberg } from "@millwright/core/statistics";
import { invalidArgument, monitoringError } from "../errors.js";
import { type Sample, sampleOf } from "../samples/sample.js";
import { compareCategorical } from "./categorical.js";
import type {
  DriftReport,
  DriftSettings,
  FeatureCounts,
  FeatureDrift,
  FeatureError,
} from "./drift-report.js";
import type { Finding } from "./finding.js";
import { compareNumeric } from "./numeric.js";
import { judge, worst } from "./verdict.js";

/** When a change counts; see {@link DriftSettings} for what each means. */
export interface CompareOptions {
  /** Which columns. Default: all of the reference. */
  readonly columns?: readonly string[] | undefined;
  /** Default: 0.05. */
  readonly significance?: number | undefined;
  /** Default: 0.1 and 0.25, the thresholds of credit scoring. */
  readonly stabilityIndex?: DriftSettings["stabilityIndex"] | undefined;
  /** Default: 0.02 and 0.05. */
  readonly nullRate?: DriftSettings["nullRate"] | undefined;
  /** Default: 100. */
  readonly minimumRows?: number | undefined;
}

/**
 * Whether the rows of `current` come from where those of `reference` came from, column by column, on the raw values.
 *
 * Numbers are compared by the two-sample Kolmogorov–Smirnov test (exact up to 10,000 rows), categories by chi-square with null as
 * a category, and the share of nulls of a number column by chi-square. A column has drifted if a test is significant after
 * Benjamini–Hochberg over the whole report and the change is material: the population stability index less its expected noise.
 * Rows are taken to be independent; many rows of one customer give more alarms than `significance` says.
 *
 * A column that cannot be compared gives an error entry and stops nothing.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` for settings out of range or a column that the reference lacks
 *
 * @example
 * ```ts
 * import { batchFromColumns } from "@millwright/core/columns";
 * import { compareSamples } from "@millwright/monitoring";
 *
 * const reference = batchFromColumns({ income: Float64Array.from({ length: 500 }, (_, row) => row) });
 * const current = batchFromColumns({ income: Float64Array.from({ length: 500 }, (_, row) => row + 200) });
 * console.log(compareSamples(reference, current).features.income?.verdict); // drift
 * ```
 */
export function compareSamples(
  reference: ColumnBatch,
  current: ColumnBatch,
  options: CompareOptions = {},
): DriftReport {
  const settings = settingsOf(options);
  const names = options.columns ?? Object.keys(reference.columns);
  for (const [index, name] of names.entries()) {
    if (!Object.hasOwn(reference.columns, name))
      throw invalidArgument(`columns[${index}]`, `the reference has no column ${name}`);
  }
  const compared = names.map((name) => [name, compareColumn(name, reference, current)] as const);
  const pValues = compared.flatMap(([, comparison]) =>
    "finding" in comparison ? comparison.finding.tests.map((test) => test.pValue) : [],
  );
  const adjusted = benjaminiHochberg(pValues);
  let next = 0;
  const features: [string, FeatureDrift | FeatureError][] = compared.map(([name, comparison]) => {
    if (!("finding" in comparison)) return [name, comparison];
    const tests = comparison.finding.tests.map((test) => ({ ...test, adjustedPValue: adjusted[next++]! }));
    const { kind, finding, before, now } = comparison;
    const { verdict, reason } = judge(tests, before, now, finding.unseen, settings);
    return [name, { ...finding, verdict, reason, kind, tests, reference: before, current: now }];
  });
  return {
    verdict: worst(features.map(([, feature]) => feature.verdict)),
    features: Object.fromEntries(features),
    referenceRows: reference.rows,
    currentRows: current.rows,
    settings,
  };
}

type Comparison =
  | {
      readonly kind: Sample["kind"];
      readonly finding: Finding;
      readonly before: FeatureCounts;
      readonly now: FeatureCounts;
    }
  | FeatureError;

function compareColumn(name: string, reference: ColumnBatch, current: ColumnBatch): Comparison {
  try {
    const before = sample(name, "reference", reference.columns[name], reference.rows);
    const column = Object.hasOwn(current.columns, name) ? current.columns[name] : undefined;
    const now = sample(name, "current data", column, current.rows);
    return {
      kind: before.kind,
      finding: compareKinds(name, before, now),
      before: countsOf(before),
      now: countsOf(now),
    };
  } catch (error) {
    return {
      verdict: "error",
      reason: messageOf(error),
      code: MillwrightError.is(error) ? error.code : "INTERNAL",
    };
  }
}

function compareKinds(name: string, reference: Sample, current: Sample): Finding {
  if (reference.kind === "numeric" && current.kind === "numeric") return compareNumeric(reference, current);
  if (reference.kind === "categorical" && current.kind === "categorical")
    return compareCategorical(reference, current);
  throw monitoringError(
    "TYPE_MISMATCH",
    `${name} is ${reference.kind} in the reference and ${current.kind} now`,
  );
}

function sample(name: string, side: string, column: Column | undefined, rows: number): Sample {
  if (column === undefined) throw monitoringError("COLUMN_MISSING", `the ${side} has no column ${name}`);
  const found = sampleOf(column, rows);
  if (found === undefined)
    throw monitoringError("TYPE_MISMATCH", `${name} is of type ${column.type}, which has no drift`);
  return found;
}

function countsOf(sample: Sample): FeatureCounts {
  const { rows, nulls } = sample;
  return sample.kind === "numeric"
    ? { rows, nulls, notANumber: sample.notANumber, infinite: sample.infinite }
    : { rows, nulls, notANumber: 0, infinite: 0 };
}

function settingsOf(options: CompareOptions): DriftSettings {
  const {
    significance = 0.05,
    stabilityIndex = { warning: 0.1, drift: 0.25 },
    nullRate = { warning: 0.02, drift: 0.05 },
    minimumRows = 100,
  } = options;
  if (!(significance > 0 && significance < 1))
    throw invalidArgument("significance", `must lie between 0 and 1, got ${significance}`);
  for (const [path, { warning, drift }] of Object.entries({ stabilityIndex, nullRate })) {
    if (!(warning >= 0 && drift >= warning)) throw invalidArgument(path, "needs 0 ≤ warning ≤ drift");
  }
  if (!Number.isSafeInteger(minimumRows) || minimumRows < 1)
    throw invalidArgument("minimumRows", `must be a whole number from 1, got ${minimumRows}`);
  return { significance, stabilityIndex, nullRate, minimumRows };
}
