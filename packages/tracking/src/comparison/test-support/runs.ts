import type { ComparedRun } from "../compared-run.js";

/** A run with defaults for what a test does not speak of. Metrics may be given as their latest values. */
export function run(
  id: string,
  parts: Partial<Omit<ComparedRun, "metrics">> & {
    readonly metrics?: Readonly<Record<string, number | readonly number[]>>;
  } = {},
): ComparedRun {
  const { metrics = {}, ...rest } = parts;
  return {
    ...{ id, experiment: "credit", status: "FINISHED", startTime: 1_764_000_000_000_000 },
    ...{ params: {}, tags: {}, datasets: [], artifacts: {} },
    ...rest,
    metrics: Object.fromEntries(
      Object.entries(metrics).map(([key, given]) => {
        const values = typeof given === "number" ? [given] : given;
        const numbers = values.filter((value) => !Number.isNaN(value));
        const point = (index: number) => ({ value: values[index]!, step: BigInt(index), time: index });
        return [
          key,
          {
            latest: point(values.length - 1),
            first: point(0),
            ...(numbers.length === 0 ? {} : { minimum: Math.min(...numbers), maximum: Math.max(...numbers) }),
          },
        ];
      }),
    ),
  };
}
