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
  /** UTF-16 units of the reason of an end. The rest of a longer one is cut off, since a run must end in any case. */
  reasonLength: 8_000,
  /** UTF-16 units of the source of a dataset. */
  sourceLength: 65_535,
  /** Bytes of the signature and of the metadata of a model, each as canonical JSON. */
  descriptionBytes: 65_536,
});
