/** A driver with one fault. */
export interface Broken<Driver> {
  readonly fault: string;
  /** Part of the name of a case that must fail. */
  readonly foundBy: string;
  readonly open: () => Driver;
}
