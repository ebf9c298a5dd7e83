/**
 * A rule that runs. `run` returns one line for each place that breaks it (none: the gate is ok), and notes
 * that are printed when the gate is run alone.
 * @typedef {object} Gate
 * @property {string} name
 * @property {string} remedy what to do when it fails
 * @property {() => Promise<GateResult>} run
 */

/** @typedef {{ problems: string[], notes?: string[] }} GateResult */

export {};
