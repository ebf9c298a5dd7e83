import type { RunMetricHistory } from "../../metrics/history.js";
import type { ReportImage } from "../page/images.js";
import type { ReportRunsOptions } from "../report-runs.js";
import { run } from "./runs.js";

/** Numbers in [0, 1) that are the same on every machine: mulberry32. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Runs of a training whose losses fall by their params, as a sweep leaves them: some failed, one still running. */
export function sampleReport(count: number, steps = 300): ReportRunsOptions {
  const random = randomNumbers(count);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const histories: RunMetricHistory[] = [];
  const runs = Array.from({ length: count }, (_, index) => {
    const id = `0193c5f0${index.toString(16).padStart(24, "0")}`;
    const learningRate = Number((10 ** (-4 + 3 * random())).toPrecision(3));
    const depth = 2 + Math.floor(random() * 9);
    const optimizer = pick(["adam", "sgd", "lion"]);
    const dropout = Math.round(random() * 10) / 20;
    const quality = 1 - Math.abs(Math.log10(learningRate) + 2.4) / 3 - Math.abs(depth - 6) / 20 - dropout / 9;
    const failed = count > 3 && random() < 0.06;
    const length = failed ? Math.floor(steps * random()) + 2 : steps;
    const curve = (key: string, value: (share: number) => number): number => {
      const values = Float64Array.from({ length }, (_, step) => value(step / steps));
      histories.push({
        ...{ run: id, key, values },
        steps: BigInt64Array.from({ length }, (_, step) => BigInt(step * 10)),
        times: Float64Array.from({ length }, (_, step) => step * 1e6),
      });
      return values[length - 1]!;
    };
    const fall = 3 + 6 * quality;
    const noise = (): number => (random() - 0.5) * 0.08;
    const loss = (share: number): number => 0.25 + (1 - quality) * 0.5 + Math.exp(-fall * share) + noise();
    const metrics = {
      "train/loss": curve("train/loss", loss),
      "validation/loss": curve("validation/loss", (share) => loss(share) + 0.05 + share * dropout * 0.2),
      "validation/auc": curve(
        "validation/auc",
        (share) => 0.5 + 0.42 * quality * (1 - Math.exp(-fall * share)) + noise() / 4,
      ),
      "gradient norm": curve("gradient norm", (share) => 10 ** (1.5 - 4 * share * quality + noise() * 4)),
    };
    return run(id, {
      name: count <= 3 ? ["baseline", "wide", "slow and deep"][index] : `sweep-${index}`,
      status: failed ? "FAILED" : index === count - 1 ? "RUNNING" : "FINISHED",
      startTime: Date.UTC(2026, 10, 20, 8, index) * 1000,
      ...(index === count - 1 ? {} : { endTime: (Date.UTC(2026, 10, 20, 8, index) + length * 1400) * 1000 }),
      params: { learningRate, depth, optimizer, dropout, batchSize: pick([32, 64, 128]), seed: 7 },
      tags: {
        team: "credit risk",
        stage: pick(["candidate", "trial"]),
        "millwright.runtime.version": "20.19.0",
        "millwright.git.commit": pick(["4f1c22d", "9be01aa"]),
      },
      datasets: [{ name: "applications", digest: `sha256:${"a1".repeat(32)}`, role: "training" }],
      artifacts: {
        "model.onnx": { digest: `sha256:${index.toString(16).padStart(4, "0").repeat(16)}`, size: 40_000 },
      },
      metrics,
    });
  });
  return { runs, histories, images: runs.slice(0, 3).map(({ id }, index) => figure(id, index)) };
}

/** A small confusion matrix as an SVG figure. */
function figure(run: string, index: number): ReportImage {
  const share = [0.82, 0.74, 0.9][index]!;
  const cell = (x: number, y: number, value: number): string =>
    `<rect x="${x}" y="${y}" width="100" height="70" fill="#2a66b8" fill-opacity="${value}"/>`;
  const content = `<svg xmlns="http://www.w3.org/2000/svg" width="220" height="160">${cell(8, 8, share)}${cell(112, 8, 1 - share)}${cell(8, 82, 0.9 - share / 2)}${cell(112, 82, share - 0.1)}</svg>`;
  return { run, name: "confusion matrix", step: 2990n, type: "image/svg+xml", content };
}

/** A report in which every name and every text is the one given. */
export function reportOf(name: string): ReportRunsOptions {
  const runs = [0, 1].map((index) =>
    run(`${name}${index}`, {
      ...{ name: index === 0 ? name : `${name}2`, experiment: name, status: name },
      params: Object.fromEntries([
        [name, index === 0 ? name : `${name}b`],
        [`${name}rate`, index],
      ]),
      tags: Object.fromEntries([
        [name, String(index)],
        [`millwright.${name}`, String(index)],
      ]),
      metrics: Object.fromEntries([[name, [0.5 + index, 1.5 + index]]]),
      datasets: [{ name, digest: `${name}${index}`, role: name }],
      artifacts: Object.fromEntries([[name, { digest: `${name}${index}`, size: index }]]),
    }),
  );
  const histories = runs.map(({ id }) => ({
    ...{ run: id, key: name, steps: BigInt64Array.of(0n, 1n) },
    ...{ values: Float64Array.of(1, 2), times: Float64Array.of(1, 2) },
  }));
  const content = `<svg xmlns="http://www.w3.org/2000/svg" onload="${name}"><script>${name}</script></svg>`;
  const images = [{ run: runs[0]!.id, name, type: "image/svg+xml" as const, content }];
  return { runs, histories, images, title: name, objective: { metric: name, goal: "maximize" } };
}
