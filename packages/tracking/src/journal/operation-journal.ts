import type { Journal } from "@millwright/core";
import { encodeOperation } from "../operations/encode.js";
import type { Operation } from "../operations/operation.js";

/** Opens the journal, or opens it again. */
export type OpenJournal = () => Promise<Journal>;

/**
 * The journal of operations as the calls that log see it: they never wait and never fail. What cannot be written now is kept in
 * memory, and written when the journal could be opened again.
 */
export class OperationJournal {
  readonly #open: OpenJournal;
  readonly #onFailure: (error: unknown) => void;
  readonly #onAppend: ((operation: Operation) => void) | undefined;
  #journal: Journal;
  /** Appended, but not handed over: lost if the write of the journal's buffer fails. */
  #unflushed: Uint8Array[] = [];
  #failure: { readonly error: unknown } | undefined;

  constructor(
    journal: Journal,
    open: OpenJournal,
    onFailure: (error: unknown) => void,
    onAppend?: (operation: Operation) => void,
  ) {
    this.#journal = journal;
    this.#open = open;
    this.#onFailure = onFailure;
    this.#onAppend = onAppend;
  }

  get durability(): Journal["durability"] {
    return this.#journal.durability;
  }

  /** The journal, if all that was appended is in it. Opens it again after a failure. @throws what opening or writing throws */
  async whole(): Promise<Journal> {
    this.flush();
    if (this.#hasFailed()) {
      await this.#journal.close().catch(() => {});
      this.#journal = await this.#open();
      this.#failure = undefined;
      const frames = this.#unflushed;
      this.#unflushed = [];
      for (const frame of frames) this.#append(frame);
      this.flush();
    }
    if (this.#hasFailed()) throw this.#failure!.error;
    return this.#journal;
  }

  append(operation: Operation): void {
    this.#append(encodeOperation(operation));
    this.#onAppend?.(operation);
  }

  /** Hands over what was appended, so that a killed process loses none of it. */
  flush(): void {
    if (this.#failure !== undefined) return;
    try {
      this.#journal.flush();
      this.#unflushed = [];
    } catch (error) {
      this.#fail(error);
    }
  }

  #append(frame: Uint8Array): void {
    this.#unflushed.push(frame);
    if (this.#failure !== undefined) return;
    try {
      this.#journal.append(frame);
    } catch (error) {
      this.#fail(error);
    }
  }

  #hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  #fail(error: unknown): void {
    this.#failure = { error };
    this.#onFailure(error);
  }
}
