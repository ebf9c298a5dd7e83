export { defineEntity, type Entity, type EntityKey } from "./definitions/entity.js";
export {
  defineFeatureView,
  type Feature,
  type FeatureName,
  type FeatureRow,
  type FeatureView,
  type FeatureViewConfig,
} from "./definitions/feature-view.js";
export { type DefaultSource, type FeatureSource, tableSource } from "./definitions/source.js";
export type { ValueForm } from "./definitions/value-form.js";
export type { FeaturesErrorCode } from "./errors.js";
export type { FeatureStatus, OnlineFeatures } from "./online/online-features.js";
export { createFeatureStore } from "./store/create-feature-store.js";
export type {
  FeatureStore,
  FeatureStoreOptions,
  HistoricalQuery,
  MaterializeOptions,
  MaterializeReport,
  OnlineQuery,
  OnlineReport,
  PushReport,
  WriteOptions,
  WriteReport,
} from "./store/feature-store.js";
export type {
  EntityKeys,
  FeatureSelection,
  OnlyKnownViews,
  PerFeature,
  PerView,
  SelectedValues,
  ViewNamed,
} from "./store/selection.js";
