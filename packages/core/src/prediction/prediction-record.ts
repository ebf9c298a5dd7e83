/** Which model answered. */
export interface ModelIdentity {
  readonly name: string;
  readonly version: string;
  readonly digest?: string | undefined;
}

/** Which stored feature values fed a row. */
export interface FeatureProvenance {
  readonly view: string;
  readonly semanticDigest: string;
  /** Event time of the values, in microseconds since the epoch. */
  readonly eventTime?: number | undefined;
}

/** A value of one row under a signature name; arrays for inputs of more than one element. */
export type PredictionValue = string | number | bigint | boolean | null | readonly PredictionValue[];

/** The values of one row, by signature name. `undefined` is a value that was not sent. */
export type PredictionValues = Readonly<Record<string, PredictionValue | undefined>>;

/**
 * One row that a model was asked about, and what became of it. Serving writes them, monitoring reads them. Failures
 * are recorded too: `outcome` is then an error code and `output` is empty.
 */
export interface PredictionRecord {
  /** UUIDv7 of the row, made by the server. */
  readonly id: string;
  readonly requestId?: string | undefined;
  /** The caller's own key of the case, such as an application number. Labels can be joined by it. */
  readonly key?: string | undefined;
  /** Admission, in microseconds since the epoch. */
  readonly time: number;
  readonly model: ModelIdentity;
  readonly endpoint?: string | undefined;
  readonly policyRevision?: string | undefined;
  readonly arm?: string | undefined;
  /** Probability with which the arm was chosen. */
  readonly propensity?: number | undefined;
  /** What was randomised: a user, a session. */
  readonly unit?: string | undefined;
  readonly tenant?: string | undefined;
  readonly input: PredictionValues;
  readonly output: PredictionValues;
  readonly features?: readonly FeatureProvenance[] | undefined;
  readonly queueMicros: number;
  readonly computeMicros: number;
  readonly outcome: "ok" | (string & {});
}

/** The truth about a prediction, which often arrives weeks later. The latest `observedAt` wins. */
export interface Label {
  readonly prediction: string | { readonly key: string; readonly from: number; readonly to: number };
  readonly value: PredictionValue;
  /** In microseconds since the epoch. */
  readonly observedAt: number;
  readonly source?: string | undefined;
}
