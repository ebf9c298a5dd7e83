import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Comparison, Outcome } from "./comparison.js";
import type { Machine } from "./machine.js";
import type { BenchmarkOptions } from "./options.js";

const columns = [9, 9, 6, 9, 9, 6, 11, 6, 4, 4] as const;

/** The head of the table. */
export function headLine(): string {
  return lineOf(
    ["subject", "operation", "flight", "ours", "raw", "ratio", "quartiles", "cpu", "aim", "met"],
    "raw call",
  );
}

/** One row of the table. */
export function outcomeLine({ comparison, ours, raw, ratio, spread, processorRatio }: Outcome): string {
  const { subject, operation, inFlight = 1, aim, remark } = comparison;
  const cells = [
    subject,
    operation,
    String(inFlight),
    told(ours, comparison),
    told(raw, comparison),
    ratio.toFixed(2),
    spread.map((value) => value.toFixed(2)).join("–"),
    processorRatio.toFixed(2),
    aim === undefined ? "" : aim.toFixed(1),
    aim === undefined ? "" : ratio <= aim ? "yes" : "no",
  ];
  return lineOf(cells, remark === undefined ? comparison.raw.call : `${comparison.raw.call} (${remark})`);
}

/** Writes everything as `<folder>/<name>.json`, and gives its path. */
export function writeResults(
  folder: string,
  name: string,
  results: {
    readonly options: BenchmarkOptions;
    readonly machine: Machine;
    readonly outcomes: readonly Outcome[];
  },
): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.json`);
  const { options, machine, outcomes } = results;
  const rows = outcomes.map(({ comparison, ...measured }) => ({
    subject: comparison.subject,
    operation: comparison.operation,
    inFlight: comparison.inFlight ?? 1,
    operations: comparison.operations,
    bytes: comparison.bytes,
    call: { ours: comparison.ours.call, raw: comparison.raw.call },
    remark: comparison.remark,
    aim: comparison.aim,
    met: comparison.aim === undefined ? undefined : measured.ratio <= comparison.aim,
    microseconds: { ours: measured.ours, raw: measured.raw },
    ratio: measured.ratio,
    quartiles: measured.spread,
    processorRatio: measured.processorRatio,
    rounds: measured.rounds,
  }));
  const text = JSON.stringify({ name, time: new Date().toISOString(), options, machine, rows }, undefined, 2);
  writeFileSync(path, `${text}\n`);
  return path;
}

function told(microseconds: number, { unit, bytes = 0 }: Comparison): string {
  if (unit === "bandwidth") return `${Math.round(bytes / microseconds)} MB/s`;
  if (unit === "rate") return `${thousands(1e6 / microseconds)}/s`;
  if (microseconds >= 1_000) return `${(microseconds / 1_000).toFixed(2)} ms`;
  return `${microseconds.toFixed(microseconds < 10 ? 2 : microseconds < 100 ? 1 : 0)} µs`;
}

function thousands(rate: number): string {
  return rate < 1_000 ? rate.toFixed(0) : `${(rate / 1_000).toFixed(rate < 100_000 ? 1 : 0)}k`;
}

function lineOf(cells: readonly string[], rest: string): string {
  return `${cells.map((cell, index) => cell.padEnd(columns[index]!)).join(" ")} ${rest}`;
}
