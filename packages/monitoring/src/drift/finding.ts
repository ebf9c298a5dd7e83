import type { Distribution, DriftTest, FeatureDrift } from "./drift-report.js";

/** A test before its p-value is adjusted for the others. */
export type RawTest = Omit<DriftTest, "adjustedPValue">;

/** What was found about one feature, before the verdict. */
export interface Finding {
  readonly tests: readonly RawTest[];
  readonly stabilityIndex: number;
  readonly unseen: FeatureDrift["unseen"];
  readonly distribution: Distribution;
}
