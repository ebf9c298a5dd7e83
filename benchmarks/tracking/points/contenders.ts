import { rmSync } from "node:fs";
import { join } from "node:path";
import { runChild, runPython } from "../child.js";
import type { Peers } from "../peers.js";
import type { PointsResult, Shape } from "./shape.js";

/** One way to log points. */
export interface PointsContender {
  readonly shape: Shape;
  /** The call, as a reader would look it up. */
  readonly call: string;
  readonly isOurs: boolean;
  readonly points: number;
  run(seed: number): Promise<PointsResult>;
}

const child = new URL("./log-points.child.ts", import.meta.url);
const mlflowProgram = new URL("../peers/mlflow_points.py", import.meta.url);
const wandbProgram = new URL("../peers/wandb_points.py", import.meta.url);

/** All ways, by shape, ours first. Peers get fewer points: rates are compared. */
export function pointsContenders(
  folder: string,
  { mlflow, wandb }: Peers,
  quick: boolean,
): PointsContender[] {
  const scale = quick ? 0.1 : 1;
  let directories = 0;
  const ours = (
    shape: Shape,
    call: string,
    points: number,
    durability: "journal" | "fsync" = "journal",
  ): PointsContender => ({
    shape,
    call,
    isOurs: true,
    points: points * scale,
    async run(seed) {
      const directory = join(folder, `points-${++directories}`);
      try {
        return await runChild<PointsResult>(child, {
          directory,
          shape,
          durability,
          points: points * scale,
          seed,
        });
      } finally {
        rmSync(directory, { recursive: true, force: true });
      }
    },
  });
  const peer = (
    shape: Shape,
    call: string,
    points: number,
    python: string | undefined,
    program: URL,
    args: readonly string[] = [],
  ): PointsContender[] =>
    python === undefined
      ? []
      : [
          {
            shape,
            call,
            isOurs: false,
            points: points * scale,
            run: (seed) =>
              runPython(python, program, [
                ...["--shape", shape === "series" ? "batch" : shape],
                ...["--points", String(points * scale), "--seed", String(seed), ...args],
              ]),
          },
        ];
  const later = ["--asynchronous"];
  const gathered = ["--asynchronous", "--buffer", "1"];
  return [
    ours("metric", "run.logMetric", 5_000_000),
    ours("metric", 'run.logMetric, durability "fsync"', 20_000, "fsync"),
    ...peer("metric", "mlflow.log_metric", 1_000, mlflow, mlflowProgram),
    ...peer("metric", "mlflow.log_metric(synchronous=False)", 1_000, mlflow, mlflowProgram, later),
    ...peer(
      "metric",
      "mlflow.log_metric(synchronous=False), buffer 1 s",
      20_000,
      mlflow,
      mlflowProgram,
      gathered,
    ),
    ...peer("metric", "wandb run.log, offline", 20_000, wandb, wandbProgram),
    ours("metrics", "run.logMetrics", 5_000_000),
    ...peer("metrics", "mlflow.log_metrics", 5_000, mlflow, mlflowProgram),
    ...peer("metrics", "mlflow.log_metrics(synchronous=False)", 5_000, mlflow, mlflowProgram, later),
    ...peer(
      "metrics",
      "mlflow.log_metrics(synchronous=False), buffer 1 s",
      50_000,
      mlflow,
      mlflowProgram,
      gathered,
    ),
    ...peer("metrics", "wandb run.log, offline", 50_000, wandb, wandbProgram),
    ours("series", "run.logSeries", 10_000_000),
    ...peer("series", "MlflowClient.log_batch", 50_000, mlflow, mlflowProgram),
  ];
}
