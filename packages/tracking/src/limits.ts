/** Limits of what a run takes. They are MLflow's where it has one, so that a run can move there. */
export const trackingLimits = Object.freeze({
  /** UTF-16 units of the key of a metric, parameter or tag. */
  keyLength: 250,
  /** UTF-16 units of the value of a parameter. */
  paramLength: 6_000,
  /** UTF-16 units of the value of a tag. */
  tagLength: 8_000,
  /** UTF-16 units of the name of an experiment or run. */
  nameLength: 500,
  /** UTF-16 units of the path of an artifact. */
  pathLength: 500,
});
