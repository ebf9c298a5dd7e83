/** What is said of a feature, from good to bad; `"insufficient"` is too few rows to say anything. */
export type Verdict = "ok" | "warning" | "drift" | "insufficient" | "error";

/** One test of one feature. */
export interface DriftTest {
  /**
   * `"kolmogorov-smirnov"` on the numbers, `"chi-square"` on the categories with null as one of them, `"null-rate"` (chi-square
   * with Yates's correction) on the share of nulls and NaN of a column of numbers.
   */
  readonly name: "kolmogorov-smirnov" | "chi-square" | "null-rate";
  readonly statistic: number;
  readonly pValue: number;
  /** By Benjamini and Hochberg, over all tests of the report. */
  readonly adjustedPValue: number;
  readonly degreesOfFreedom?: number | undefined;
  /**
   * How much has changed, whatever the number of rows: the population stability index, less the value expected without drift;
   * for `"null-rate"` the change of the share.
   */
  readonly effect: number;
}

/** Counts of one side of a feature. */
export interface FeatureCounts {
  readonly rows: number;
  readonly nulls: number;
  /** Of numbers only. */
  readonly notANumber: number;
  /** Of numbers only. */
  readonly infinite: number;
}

/** How often values lie where, for a picture: in bins of numbers, or by category. */
export interface Distribution {
  /** Edges of the bins, one more than bins; values beyond lie in the outer bins. */
  readonly edges?: readonly number[] | undefined;
  readonly categories?: readonly string[] | undefined;
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

/** What became of one feature. */
export interface FeatureDrift {
  readonly verdict: Verdict;
  /** A sentence for people: why. */
  readonly reason: string;
  readonly kind: "numeric" | "categorical";
  readonly tests: readonly DriftTest[];
  /** The population stability index as it is, in nats: deciles of the reference, or categories. */
  readonly stabilityIndex: number;
  readonly reference: FeatureCounts;
  readonly current: FeatureCounts;
  /** Categories that the reference does not have, the most frequent first, at most 20. */
  readonly unseen: readonly { readonly category: string; readonly count: number }[];
  readonly distribution: Distribution;
}

/** A feature that could not be compared. */
export interface FeatureError {
  readonly verdict: "error";
  readonly reason: string;
  readonly code: string;
}

/** The comparison of two sets of rows. It is plain data: JSON keeps it whole. */
export interface DriftReport {
  /** The worst verdict of a feature. */
  readonly verdict: Verdict;
  /** In the order of the reference's columns. */
  readonly features: Readonly<Record<string, FeatureDrift | FeatureError>>;
  readonly referenceRows: number;
  readonly currentRows: number;
  readonly settings: DriftSettings;
  /** What was compared, in microseconds since the epoch; absent for plain samples. */
  readonly window?: { readonly from: number; readonly to: number } | undefined;
}

/** When a change counts. */
export interface DriftSettings {
  /** A change is significant if its adjusted p-value is at most this. */
  readonly significance: number;
  /** A significant change of at least this effect is a warning, and of at least the second one drift. */
  readonly stabilityIndex: { readonly warning: number; readonly drift: number };
  /** The same for the change of the share of nulls. */
  readonly nullRate: { readonly warning: number; readonly drift: number };
  /** Fewer rows on either side are insufficient. */
  readonly minimumRows: number;
}
