import { type ChartField, formatNumber } from "@millwright/core/report";
import type { ParamValue } from "../../params/flatten.js";
import { keysOf, own } from "../keys.js";
import { latestOf, type ReportModel, short } from "./model.js";

/** A quantity that charts can put on an axis. */
export interface ReportField extends ChartField {
  readonly key: string;
  readonly kind: "param" | "metric";
}

/** How many params, and how many metrics, can be chosen on the page. */
export const fieldsLimit = 40;

/** Text with more different values than that is no axis that a person can read. */
const categoriesLimit = 24;

/**
 * The params and the metrics whose values differ and can be drawn: those that most runs have first, then by name. The
 * objective is the first of the metrics.
 */
export function reportFields(model: ReportModel): { params: ReportField[]; metrics: ReportField[] } {
  const { runs, objective } = model;
  const params = keysOf(runs.map((run) => run.params)).map((key) =>
    paramField(
      key,
      runs.map((run) => own(run.params, key)),
    ),
  );
  const metrics = keysOf(runs.map((run) => run.metrics)).map((key) => ({
    ...{ key, kind: "metric" as const, label: short(key, 80) },
    values: runs.map((run) => latestOf(run, key) ?? null),
  }));
  const isObjective = ({ key }: ReportField): boolean => key === objective?.metric;
  return {
    params: mostCommon(params.filter(isDrawable)),
    metrics: mostCommon(
      metrics.filter((field) => isDrawable(field) || isObjective(field)),
      isObjective,
    ),
  };
}

function paramField(key: string, given: readonly (ParamValue | undefined)[]): ReportField {
  const isNumeric = given.every((value) => value === undefined || isNumber(value));
  const category = categories();
  const values = given.map((value) => {
    if (value === undefined) return null;
    if (isNumeric) return Number.isFinite(Number(value)) ? Number(value) : null;
    return category(typeof value === "number" ? formatNumber(value) : String(value));
  });
  return { key, kind: "param", label: short(key, 80), values, ticks: "values" };
}

/** Shortens texts so that different ones stay different. */
function categories(): (text: string) => string {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  return (text) => {
    const known = names.get(text);
    if (known !== undefined) return known;
    let name = short(text, 80);
    for (let number = 2; taken.has(name); number++) name = `${short(text, 70)} (${number})`;
    names.set(text, name);
    taken.add(name);
    return name;
  };
}

function isNumber(value: ParamValue): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

function isDrawable({ values }: ReportField): boolean {
  const distinct = new Set(values.filter((value) => value !== null));
  const isText = values.some((value) => typeof value === "string");
  return distinct.size > 1 && (!isText || distinct.size <= categoriesLimit);
}

function mostCommon(
  fields: readonly ReportField[],
  first: (field: ReportField) => boolean = () => false,
): ReportField[] {
  const weight = (field: ReportField): number =>
    first(field) ? Infinity : field.values.filter((value) => value !== null).length;
  const weighed = fields.map((field) => ({ field, weight: weight(field) }));
  // Sorting is stable: fields of one weight stay in the order of their names.
  weighed.sort((a, b) => (a.weight === b.weight ? 0 : b.weight - a.weight));
  return weighed.slice(0, fieldsLimit).map(({ field }) => field);
}
