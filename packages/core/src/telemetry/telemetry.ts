/** Receives log lines with structured fields. `console` satisfies it, and so do pino and most loggers. */
export interface Logger {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** One timed operation. OpenTelemetry's `Span` satisfies it. */
export interface Span {
  setAttribute(key: string, value: string | number | boolean): unknown;
  recordException(error: Error | string): void;
  /** Codes as in OpenTelemetry: 1 is ok, 2 is an error. */
  setStatus(status: { code: 1 | 2; message?: string }): unknown;
  end(): void;
}

/** Starts spans. `trace.getTracer("…")` of `@opentelemetry/api` satisfies it. */
export interface Tracer {
  startSpan(name: string, options?: { attributes?: Record<string, string | number | boolean> }): Span;
}

/** Runs `work` inside a span, which ends with the outcome of the work. Without a tracer it just runs. */
export async function traced<T>(
  tracer: Tracer | undefined,
  name: string,
  attributes: Record<string, string | number | boolean>,
  work: () => Promise<T>,
): Promise<T> {
  if (tracer === undefined) return work();
  const span = tracer.startSpan(name, { attributes });
  try {
    const result = await work();
    span.setStatus({ code: 1 });
    return result;
  } catch (error) {
    span.recordException(error instanceof Error ? error : String(error));
    span.setStatus({ code: 2, message: error instanceof Error ? error.message : String(error) });
    throw error;
  } finally {
    span.end();
  }
}
