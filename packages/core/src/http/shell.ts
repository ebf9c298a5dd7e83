import { MillwrightError } from "../errors/millwright-error.js";
import type { Logger } from "../telemetry/telemetry.js";
import type { HttpCall, HttpHandler, HttpReply } from "./call.js";
import { errorReply } from "./reply.js";

/** How a shell treats what goes wrong. */
export interface HttpShellOptions {
  /** Told of every error that became a 5xx, and of replies that broke off. Default: nobody. */
  readonly logger?: Logger | undefined;
}

/** Asks the handler, and turns what it throws into a reply. Never rejects. */
export async function answer(
  handler: HttpHandler,
  call: HttpCall,
  options: HttpShellOptions,
): Promise<HttpReply> {
  try {
    return await handler(call);
  } catch (error) {
    return failure(error, call, options);
  }
}

/** The reply for an error, logged if it is the server's fault. A client that has gone is nobody's fault. */
export function failure(error: unknown, call: HttpCall, options: HttpShellOptions): HttpReply {
  const reply = errorReply(error);
  if (reply.status >= 500) {
    const code = MillwrightError.is(error) ? error.code : undefined;
    options.logger?.error(`${call.method} ${call.path} failed`, { status: reply.status, code, error });
  }
  return reply;
}

/** Tells the log that a reply broke off after its head was sent. */
export function brokenOff(error: unknown, call: HttpCall, options: HttpShellOptions): void {
  options.logger?.error(`the reply to ${call.method} ${call.path} broke off`, { error });
}
