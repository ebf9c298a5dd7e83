const marker: unique symbol = Symbol.for("millwright.error") as never;

/** What an error carries beside its message. */
export interface MillwrightErrorOptions {
  /** The error that led to this one. */
  readonly cause?: unknown;
  /** Whether the same call may succeed if it is simply made again. Default: false. */
  readonly retryable?: boolean | undefined;
  /** Facts for programs; must survive `JSON.stringify`. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * The one error class of all Millwright packages. Programs look at `code`; people read `message`, which names
 * the resource and says what to do.
 *
 * Use {@link MillwrightError.is} rather than `instanceof`: it also recognises errors that were made by another
 * copy of this package.
 *
 * @example
 * ```ts
 * import { MillwrightError } from "@millwright/core";
 *
 * try {
 *   throw new MillwrightError("UNAVAILABLE", "redis://localhost:6379 refused the connection; is it running?", {
 *     retryable: true,
 *   });
 * } catch (error) {
 *   if (MillwrightError.is(error, "UNAVAILABLE")) console.log(error.retryable); // true
 * }
 * ```
 */
export class MillwrightError<Code extends string = string> extends Error {
  override readonly name = "MillwrightError";
  readonly code: Code;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: Code, message: string, options: MillwrightErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.details = options.details ?? {};
    Object.defineProperty(this, marker, { value: true });
  }

  /** Whether `error` is a Millwright error, of this copy of the package or another, and has the code if one is given. */
  static is<Code extends string = string>(error: unknown, code?: Code): error is MillwrightError<Code> {
    if (typeof error !== "object" || error === null || !(marker in error)) return false;
    return code === undefined || (error as { code?: unknown }).code === code;
  }

  /** A plain object for logs and HTTP bodies: name, code, message, retryable, details. The cause stays private. */
  toJSON(): {
    name: string;
    code: Code;
    message: string;
    retryable: boolean;
    details: Readonly<Record<string, unknown>>;
  } {
    return {
      name: this.name,
      code: this.code,
      message: this.message,
      retryable: this.retryable,
      details: this.details,
    };
  }
}
