import { ListValues } from "./list-values.js";
import type { Stored } from "./stored-value.js";
import { GeneralValues, NumberValues, TextValues } from "./values.js";

/** The values of a column by slot: one array, in the type that fits what has arrived. */
export type ColumnValues = NumberValues | TextValues | GeneralValues | ListValues;

/** Empty values in the type of a first value. */
export function valuesFor(value: Stored): ColumnValues {
  if (typeof value === "number") return new NumberValues();
  if (typeof value === "string") return new TextValues();
  return typeof value === "object" ? new ListValues() : new GeneralValues();
}
