export type {
  BlobContent,
  BlobGetOptions,
  BlobInfo,
  BlobPutOptions,
  BlobSource,
  BlobStore,
} from "./blobs/blob-store.js";
export { type BlobStoreOptions, createBlobStore } from "./blobs/create-blob-store.js";
export type {
  BlobDriver,
  BlobDriverCapabilities,
  BlobUpload,
  ByteRange,
  StoredBlob,
} from "./blobs/driver.js";
export { abortable, type CallOptions } from "./cancellation/abort.js";
export type {
  Column,
  ColumnBatch,
  DictionaryColumn,
  FixedColumn,
  FixedColumnArrays,
  FixedColumnType,
  VariableColumn,
} from "./columns/column.js";
export type { DatasetReference } from "./datasets/dataset-reference.js";
export { fromCanonicalJson, toCanonicalJson } from "./encoding/canonical-json.js";
export type { StructuredValue } from "./encoding/structured-value.js";
export type { CoreErrorCode } from "./errors/codes.js";
export { coreError, invalidArgument, messageOf } from "./errors/create.js";
export { MillwrightError, type MillwrightErrorOptions } from "./errors/millwright-error.js";
export { hostModule } from "./host/host.js";
export {
  compareBytes,
  concatBytes,
  copyBytes,
  equalBytes,
  fromBase64,
  fromHex,
  toBase64,
  toHex,
} from "./identity/bytes.js";
export { type Digest, type Hasher, isDigest, parseDigest } from "./identity/digest.js";
export { createHasher, digestOf } from "./identity/hasher.js";
export {
  createIdentifier,
  createIdentifierBytes,
  createIdentifierHex,
  type IdentifierOptions,
} from "./identity/identifier.js";
export { createRandom, type Random } from "./identity/random.js";
export { assertFrame, assertJournalName, maximumFrameBytes } from "./journal/checks.js";
export type {
  Journal,
  JournalDriver,
  JournalDurability,
  JournalFrame,
  JournalOptions,
} from "./journal/journal.js";
export type { RetryPolicy } from "./kv/context.js";
export { createKvStore, type KvStoreOptions } from "./kv/create-kv-store.js";
export type {
  KvDriver,
  KvDriverCapabilities,
  KvDriverCheck,
  KvDriverCommit,
  KvDriverCommitResult,
  KvDriverMutation,
  KvRead,
  StoredEntry,
} from "./kv/driver.js";
export { decodeKey, encodeKey, encodeSequence, type Key, type KeyPart, prefixRange } from "./kv/key.js";
export type {
  Expiry,
  KvAtomic,
  KvCommitOptions,
  KvCommitResult,
  KvCommitted,
  KvConflict,
  KvEntry,
  KvListing,
  KvListOptions,
  KvSelector,
  KvStore,
  KvValue,
  KvWatchOptions,
  Version,
} from "./kv/kv-store.js";
export { kvLimits } from "./kv/limits.js";
export { counterKey } from "./kv/reserved.js";
export { type TransactOptions, transact } from "./kv/transact.js";
export { createLifecycle, type Lifecycle } from "./lifecycle/lifecycle.js";
export type {
  FeatureProvenance,
  Label,
  ModelIdentity,
  PredictionRecord,
  PredictionValue,
  PredictionValues,
} from "./prediction/prediction-record.js";
export { createKeyring, type Keyring, type Secret } from "./principals/keyring.js";
export {
  type Authorize,
  allowAll,
  anonymous,
  type Decision,
  type Principal,
  type Resource,
} from "./principals/principal.js";
export {
  defineRecord,
  type RecordConfig,
  type RecordDefinition,
  type RecordInput,
  type RecordUpgrade,
  type RecordValue,
} from "./records/define-record.js";
export {
  type RecordEntry,
  type RecordListing,
  type RecordSelector,
  type RecordSource,
  type RecordStore,
  type RecordWriteOptions,
  recordStore,
} from "./records/record-store.js";
export {
  describeIssue,
  type SchemaInput,
  type SchemaOutput,
  type StandardIssue,
  type StandardResult,
  type StandardSchema,
} from "./records/standard-schema.js";
export type { ColumnSpec, ColumnType } from "./signature/column-spec.js";
export type { InferenceContext, Model, ModelState, ModelStatistics } from "./signature/model.js";
export type {
  ContainerSpec,
  DataType,
  Dimension,
  ModelSignature,
  Shape,
  TensorSpec,
  ValueSpec,
} from "./signature/signature.js";
export type { Tensor, TensorArrays, TensorDataType, Tensors } from "./signature/tensor.js";
export { type BackupOptions, type BackupReport, backup } from "./storage/backup.js";
export { type CollectGarbageOptions, collectGarbage, type GarbageReport } from "./storage/collect-garbage.js";
export { compareStorages, type StorageDifference } from "./storage/compare.js";
export { type ComposeStorageOptions, composeStorage } from "./storage/compose.js";
export { type CopyReport, type CopyStorageOptions, copyStorage } from "./storage/copy.js";
export { type Format, type FormatGuard, type FormatOptions, formatGuard } from "./storage/format.js";
export { type MigrateOptions, type MigrationReport, migrate, type RecordPlace } from "./storage/migrate.js";
export {
  addReference,
  type DropReferenceOptions,
  dropReference,
  listReferences,
  type Reference,
} from "./storage/references.js";
export { type BackupSource, type RestoreOptions, restore, verifyBackup } from "./storage/restore.js";
export type { Storage, StorageDrivers } from "./storage/storage.js";
export type {
  TableAppendOptions,
  TableBatch,
  TableCompactOptions,
  TableRange,
  TableScanOptions,
  TableStore,
} from "./tables/table-store.js";
export { type Logger, type Span, type Tracer, traced } from "./telemetry/telemetry.js";
export { type Clock, systemClock } from "./time/clock.js";
export { type DurationInput, type TimeInput, toDuration, toIso, toMicros } from "./time/times.js";
