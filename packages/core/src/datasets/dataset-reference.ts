import type { Digest } from "../identity/digest.js";
import type { ColumnSpec } from "../signature/column-spec.js";

/**
 * Names some data without holding it: enough to tell whether two runs saw the same rows, and where to find them.
 */
export interface DatasetReference {
  readonly name: string;
  /** Digest of the content as it was read. */
  readonly digest: Digest;
  readonly rows?: number | undefined;
  readonly columns?: readonly ColumnSpec[] | undefined;
  /** Where the data is: a path, a URI, a query. */
  readonly source?: string | undefined;
}
