import type { Column, ColumnBatch } from "@millwright/core";
import { columnFrom, concatBatches } from "@millwright/core/columns";
import { type FeatureKind, featureColumn, RecordBuffer } from "./record-buffer.js";

/**
 * The features of stored batches, by name. Other releases of a service may have stored them for another reference: a feature
 * that a batch lacks is null in its rows; one that any batch holds as another kind is given as that kind, all null, so that
 * comparing it says so.
 */
export function featuresOf(
  batches: readonly ColumnBatch[],
  features: readonly (readonly [string, FeatureKind])[],
): ColumnBatch {
  const found = features.map(([name, kind]) => {
    const other: FeatureKind = kind === "numeric" ? "categorical" : "numeric";
    return [name, batches.some((batch) => stored(batch, name, other) !== undefined) ? other : kind] as const;
  });
  const named = (batch: ColumnBatch): ColumnBatch => ({
    rows: batch.rows,
    columns: Object.fromEntries(
      found.map(([name, kind], index) => {
        const column = features[index]?.[1] === kind ? stored(batch, name, kind) : undefined;
        return [name, column ?? nulls(kind, batch.rows)];
      }),
    ),
  });
  return concatBatches([new RecordBuffer(features).toBatch(), ...batches].map(named));
}

function stored(batch: ColumnBatch, name: string, kind: FeatureKind): Column | undefined {
  const column = batch.columns[featureColumn(name)];
  return (column?.type === "float64" ? "numeric" : "categorical") === kind ? column : undefined;
}

function nulls(kind: FeatureKind, rows: number): Column {
  const values = new Array<null>(rows).fill(null);
  return kind === "numeric" ? columnFrom("float64", values) : columnFrom("dictionary", values);
}
