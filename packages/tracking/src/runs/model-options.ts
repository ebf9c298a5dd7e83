import type { BlobSource, CallOptions, ModelSignature, StructuredValue } from "@millwright/core";

/** A model to store: the path of a file or directory of this machine, or the content of its one file. */
export type ModelSource = string | Exclude<BlobSource, string>;

/** What is said of a model beside its files. */
export interface ModelOptions extends CallOptions {
  /** The step at which it was taken. Default: 0. */
  readonly step?: number | bigint | undefined;
  /** What its file is called, where it is given as content. Default: `"model"`. */
  readonly fileName?: string | undefined;
  /** What it takes and gives. */
  readonly signature?: ModelSignature | undefined;
  /** What else is known of it: plain data. */
  readonly metadata?: Readonly<Record<string, StructuredValue>> | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
}
