import type { CallOptions, ColumnBatch, KvStore, Storage, TimeInput } from "@millwright/core";
import type { FeatureRow, FeatureView } from "../definitions/feature-view.js";
import type { OnlineFeatures } from "../online/online-features.js";
import type { EntityKeys, FeatureSelection, OnlyKnownViews } from "./selection.js";

/** What a feature store needs. */
export interface FeatureStoreOptions<Views extends readonly FeatureView[]> {
  readonly storage: Storage;
  /** The views that it serves, of different names. */
  readonly views: Views;
  /**
   * Where online rows are kept. Default: the KvStore of the storage. Give a store that was opened unordered to spread rows
   * over a cluster; whoever opened it closes it. It is refilled by `materialize`, never backed up.
   */
  readonly online?: KvStore | undefined;
}

/** How to write rows. */
export interface WriteOptions extends CallOptions {
  /** Names these rows: writing again with the same id does nothing. Default: a new one at each call. */
  readonly id?: string | undefined;
}

/** What was written offline. */
export interface WriteReport {
  readonly rows: number;
  /** Where the rows lie in the table of the view; 0 if there are none. Pass it to `materialize` to go on behind them. */
  readonly position: number;
}

/** What was written online. */
export interface OnlineReport {
  /** Rows of entities that are now in the online store, or that it had already. */
  readonly written: number;
  /** Rows that lost to a newer one in the store. */
  readonly stale: number;
  /** Rows left out since they are older than the ttl. */
  readonly expired: number;
}

/** What was pushed. */
export interface PushReport extends WriteReport, OnlineReport {}

/** How to materialize. */
export interface MaterializeOptions extends CallOptions {
  /** Only rows behind this position of the table. Default: all. */
  readonly after?: number | undefined;
}

/** What was materialized. */
export interface MaterializeReport extends OnlineReport {
  /** Rows left out since their event time is in the future. They need another call, from before their position, then. */
  readonly future: number;
  /** The position up to which rows were looked at. */
  readonly position: number;
}

/** Which entities, at which times, and which features of them. */
export interface HistoricalQuery<
  Views extends readonly FeatureView[],
  Selected,
  Row extends object,
  Time extends string,
> extends CallOptions {
  /**
   * Rows with the join keys of the selected views and a time each, or a batch with such columns. Other fields, such as labels,
   * come along: a number becomes float64, a bigint int64, a `Date` a timestamp. A null key or time matches nothing.
   */
  readonly entities:
    | readonly (Row & EntityKeys<Views, Selected> & { readonly [Name in NoInfer<Time>]: TimeInput | null })[]
    | ColumnBatch;
  readonly select: Selected & OnlyKnownViews<Views, Selected>;
  /** The field that holds the time of an entity row. Default: `"eventTime"`. */
  readonly eventTime?: Time | undefined;
  /** Whether a row of the very time of the entity row is too late. Default: false, it counts. */
  readonly strictlyBefore?: boolean | undefined;
  /**
   * Whether only rows count that had been created by the time of the entity row, so that later corrections stay out of it.
   * Changes nothing for views without a created time. Default: false.
   */
  readonly asOfKnowledge?: boolean | undefined;
}

/** Which entities, and which features of them. */
export interface OnlineQuery<Views extends readonly FeatureView[], Selected> extends CallOptions {
  /** Rows with the join keys of the selected views. A null key matches nothing. */
  readonly entities: readonly EntityKeys<Views, Selected>[];
  readonly select: Selected & OnlyKnownViews<Views, Selected>;
}

/**
 * Features of the views that it was made with: written to a table, joined point-in-time for training, read online. It holds
 * no resources of its own; close the storage when you are done.
 */
export interface FeatureStore<Views extends readonly FeatureView[]> {
  readonly views: Views;
  /**
   * Adds rows to the table of a view. All of them are visible at once, or none. Every value is checked by the schema of the
   * view, from rows and from columns alike.
   *
   * @throws {MillwrightError} `INVALID_ARGUMENT` with the path of the first value that does not fit, before anything is written
   */
  write<View extends Views[number]>(
    view: View,
    rows: readonly FeatureRow<View>[] | ColumnBatch,
    options?: WriteOptions,
  ): Promise<WriteReport>;
  /**
   * Adds rows to the table of a view, then puts the latest of each entity into the online store, unless that has newer ones.
   * If the second step fails the first is done: push again with the same `id`, and nothing is there twice.
   *
   * @throws {MillwrightError} `INVALID_ARGUMENT` as in `write`, and for event times more than five minutes in the future
   */
  push<View extends Views[number]>(
    view: View,
    rows: readonly FeatureRow<View>[] | ColumnBatch,
    options?: WriteOptions,
  ): Promise<PushReport>;
  /**
   * Puts the rows of the table of a view into the online store, batch by batch, so that memory is bounded by one batch. Newer
   * rows win, whatever the order of calls: it may be made again, at the same time as pushes, and after a failure.
   *
   * @throws {MillwrightError} `VIEW_CHANGED` if stored rows do not fit the view as it is declared now
   */
  materialize(view: Views[number], options?: MaterializeOptions): Promise<MaterializeReport>;
  /**
   * The features that held for entities at points in time, as columns `view__feature` behind the columns that were given: one row
   * out for each row in, in the same order.
   *
   * For each row the latest row of the view wins that has the same join keys and an event time in `[t − ttl, t]`, both ends
   * included. Among rows of one event time the one created last wins (unknown loses), then the one written last. The whole row
   * wins: its nulls stay null. Without such a row the features are null.
   *
   * @throws {MillwrightError} `INVALID_ARGUMENT` for join keys or times that are missing, and times without a zone;
   *   `VIEW_NOT_FOUND`; `FEATURE_NOT_FOUND`; `VIEW_CHANGED`
   */
  getHistoricalFeatures<
    const Selected extends FeatureSelection<Views>,
    Row extends object = object,
    const Time extends string = "eventTime",
  >(query: HistoricalQuery<Views, Selected, Row, Time>): Promise<ColumnBatch>;
  /**
   * The features of entities as they are now, typed by the selection.
   *
   * A row is expired when its event time is more than the ttl of its view ago, whenever it was written.
   *
   * @throws {MillwrightError} `INVALID_ARGUMENT` for join keys that are missing; `VIEW_NOT_FOUND`; `FEATURE_NOT_FOUND`;
   *   `VIEW_CHANGED`; `CORRUPT`
   */
  getOnlineFeatures<const Selected extends FeatureSelection<Views>>(
    query: OnlineQuery<Views, Selected>,
  ): Promise<OnlineFeatures<Views, Selected>>;
}
