/**
 * What a long operation says on its way: an object of counts. All that Millwright's operations give to `onProgress` is one, from
 * `syncRuns`, `copyStorage`, `backup` and `restore` to `migrate`, `collectGarbage` and the rebuild of a search index. Whoever shows
 * one needs to know no more than this:
 *
 * - `done` is a number of steps that are behind, of `total` where that is known; or `true` with the last event and `false` before.
 * - Every other property that is a number is a count of what its name says, and a number of bytes if the name ends with `Bytes`.
 * - Anything else is for programs.
 */
export type ProgressEvent = ProgressSteps & (object | Readonly<Record<string, unknown>>);

interface ProgressSteps {
  readonly done?: number | boolean | undefined;
  readonly total?: number | undefined;
}
