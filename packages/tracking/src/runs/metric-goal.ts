import { invalidArgument } from "../errors.js";
import { assertName } from "../names.js";

/** Which way a metric is better. */
export type MetricGoal = "minimize" | "maximize";

/** @throws {MillwrightError} `INVALID_ARGUMENT` unless each goal is one, of a metric that there can be */
export function assertGoals(goals: Readonly<Record<string, MetricGoal>>): void {
  if (typeof goals !== "object" || goals === null)
    throw invalidArgument("goals", 'give goals by metric, such as { loss: "minimize" }');
  for (const [key, goal] of Object.entries(goals)) {
    assertName(key, `goals.${key}`);
    if (goal !== "minimize" && goal !== "maximize")
      throw invalidArgument(`goals.${key}`, `${JSON.stringify(goal)} is neither "minimize" nor "maximize"`);
  }
}
