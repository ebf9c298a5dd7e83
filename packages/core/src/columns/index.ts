export { fromArrow, fromArrowIpc } from "./arrow/from-arrow.js";
export { toArrow, toArrowIpc } from "./arrow/to-arrow.js";
export { fromArrowSchema, toArrowSchema } from "./arrow/types.js";
export {
  batchFrom,
  batchFromColumns,
  type ColumnInput,
  type ColumnOf,
  columnFrom,
} from "./build.js";
export { checkBatch, columnRows } from "./check.js";
export type {
  Column,
  ColumnBatch,
  DictionaryColumn,
  FixedColumn,
  FixedColumnArrays,
  FixedColumnType,
  VariableColumn,
} from "./column.js";
export { concatBatches } from "./concat.js";
export { type DecodeBatchOptions, decodeBatch } from "./decode.js";
export { dictionaryOf, stringsOf } from "./dictionary.js";
export { createDatasetHasher, type DatasetHasher, datasetDigest } from "./digest.js";
export { encodeBatch } from "./encode.js";
export { type ReadParquetOptions, readParquet, readParquetBatches } from "./parquet/read.js";
export type { ParquetFile, ParquetSource } from "./parquet/source.js";
export { type WriteParquetOptions, writeParquet } from "./parquet/write.js";
export { filterRows, selectColumns, sliceBatch, takeRows } from "./rows.js";
export { columnSpecsFrom, columnSpecsOf, tensorSpecsFrom } from "./specs.js";
export { type ColumnStatistics, columnStatistics } from "./statistics.js";
export { type ColumnRow, type ColumnValue, isNull, nullCount, rowsOf, valueAt, valuesOf } from "./values.js";
