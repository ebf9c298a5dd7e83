import { badge, type Content, formatNumber, type Html, html, type Tone } from "@millwright/core/report";
import type { ParamValue } from "../../params/flatten.js";
import type { ComparedRun } from "../compared-run.js";
import { keysOf, own } from "../keys.js";
import { type ReportModel, short } from "./model.js";

/** How many params, and how many metrics, have a column. */
const columnsLimit = 10;

interface Column {
  readonly header: Content;
  readonly numeric: boolean;
  readonly cell: (run: ComparedRun, index: number) => Content;
  /** By what the page's script sorts. */
  readonly value: (run: ComparedRun, index: number) => number | string | null;
}

export interface Overview {
  readonly table: Html;
  /** One list a column, one value a run. */
  readonly columns: (number | string | null)[][];
}

/** The table of runs: what they are, the params that differ, and their latest metrics. */
export function overview(model: ReportModel): Overview {
  const { runs, objective } = model;
  const params = differingParams(runs);
  const metrics = commonMetrics(runs, objective?.metric);
  const columns = [
    ...fixedColumns(model),
    ...params.slice(0, columnsLimit).map(paramColumn(runs)),
    ...metrics.slice(0, columnsLimit).map(metricColumn),
  ];
  const more = [
    leftOut(params.length, runs.length > 1 ? "params that differ" : "params"),
    leftOut(metrics.length, "metrics"),
  ].filter((text) => text !== "");
  const caption = `Params${runs.length > 1 ? " that differ" : ""} and latest metrics${more.length === 0 ? "" : `. Without a column: ${more.join(", ")}`}`;
  const className = ({ numeric }: Column): string => (numeric ? "number" : "text");
  const head = columns.map(
    (column) => html`<th scope="col" class="${className(column)}">${column.header}</th>`,
  );
  const rows = runs.map((run, index) => {
    const [first, ...rest] = columns.map((column) => ({ column, content: column.cell(run, index) }));
    const cells = rest.map(({ column, content }) => html`<td class="${className(column)}">${content}</td>`);
    return html`<tr data-item="${String(index)}"><th scope="row" class="text">${first!.content}</th>${cells}</tr>`;
  });
  return {
    table: html`<div class="scroll tall" role="region" tabindex="0" aria-label="Runs"><table class="runs"><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table></div>`,
    columns: columns.map(({ value }) => runs.map(value)),
  };
}

function leftOut(count: number, what: string): string {
  return count > columnsLimit ? `${formatNumber(count - columnsLimit)} more ${what}` : "";
}

/** The dot by which a run is found in the charts. */
export function swatch(color: number | null): Html {
  const name = color === null ? "other" : `s${(color % 6) + 1}${color < 6 ? "" : " ring"}`;
  return html`<span class="swatch ${name}" aria-hidden="true"></span>`;
}

const tones: Readonly<Record<string, Tone>> = {
  FINISHED: "good",
  RUNNING: "notice",
  FAILED: "bad",
  KILLED: "bad",
};

function fixedColumns({ labels, colors }: ReportModel): Column[] {
  const text = { numeric: false };
  return [
    {
      ...text,
      header: "run",
      cell: (_, index) =>
        html`${swatch(colors[index]!)}<span class="name">${short(labels[index]!, 60)}</span>`,
      value: (_, index) => labels[index]!,
    },
    {
      ...text,
      header: "status",
      cell: ({ status, stale }) =>
        stale === true
          ? badge("stale", "bad")
          : badge(short(status, 20).toLowerCase(), own(tones, status) ?? "neutral"),
      value: ({ status, stale }) => (stale === true ? "STALE" : short(status, 20)),
    },
    {
      ...text,
      header: "started (UTC)",
      cell: ({ startTime }) => html`<span class="time">${timeText(startTime)}</span>`,
      value: ({ startTime }) => startTime,
    },
    {
      numeric: true,
      header: "duration",
      cell: (run) => durationText(durationOf(run)),
      value: (run) => durationOf(run) ?? null,
    },
  ];
}

function paramColumn(runs: readonly ComparedRun[]): (key: string) => Column {
  return (key) => {
    const values = runs.map(({ params }) => own(params, key));
    const numeric = values.every(
      (value) => value === undefined || typeof value === "number" || typeof value === "bigint",
    );
    return {
      numeric,
      header: html`<span class="kind">param</span> ${short(key, 40)}`,
      cell: ({ params }) => paramText(own(params, key)),
      value: ({ params }) => {
        const value = own(params, key);
        if (value === undefined) return null;
        return numeric ? Number(value) : short(String(value), 60);
      },
    };
  };
}

function paramText(value: ParamValue | undefined): Content {
  if (value === undefined) return html`<span class="none">–</span>`;
  return typeof value === "number" ? value : short(String(value), 60);
}

function metricColumn(key: string): Column {
  const latest = ({ metrics }: ComparedRun): number | undefined => own(metrics, key)?.latest.value;
  return {
    numeric: true,
    header: html`<span class="kind">metric</span> ${short(key, 40)}`,
    cell: (run) => latest(run) ?? html`<span class="none">–</span>`,
    value: (run) => latest(run) ?? null,
  };
}

/** Params that are not the same in all runs, types included; of a single run all. */
function differingParams(runs: readonly ComparedRun[]): string[] {
  return keysOf(runs.map(({ params }) => params)).filter((key) => {
    const [first, ...rest] = runs.map(({ params }) => own(params, key));
    return runs.length === 1 || rest.some((value) => !Object.is(value, first) && value !== first);
  });
}

/** Metrics by how many runs have them, the objective first. */
function commonMetrics(runs: readonly ComparedRun[], objective: string | undefined): string[] {
  const counts = new Map<string, number>();
  for (const { metrics } of runs)
    for (const key of Object.keys(metrics)) counts.set(key, (counts.get(key) ?? 0) + 1);
  const weight = (key: string): number => (key === objective ? Number.MAX_SAFE_INTEGER : counts.get(key)!);
  return [...counts.keys()].sort().sort((a, b) => weight(b) - weight(a));
}

/** Microseconds, of a run that has ended. */
export function durationOf({ startTime, endTime }: ComparedRun): number | undefined {
  const duration = (endTime ?? Number.NaN) - startTime;
  return duration >= 0 ? duration : undefined;
}

export function durationText(micros: number | undefined): Content {
  if (micros === undefined) return html`<span class="none">–</span>`;
  const seconds = micros / 1e6;
  if (seconds < 100) return `${formatNumber(seconds, { digits: 3 })} s`;
  if (seconds < 6000) return `${formatNumber(seconds / 60, { digits: 3 })} min`;
  return `${formatNumber(seconds / 3600, { digits: 3 })} h`;
}

function timeText(micros: number): string {
  const time = new Date(micros / 1000);
  return Number.isNaN(time.getTime()) ? "–" : time.toISOString().slice(0, 16).replace("T", " ");
}
