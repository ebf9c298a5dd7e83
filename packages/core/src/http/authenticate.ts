import { coreError } from "../errors/create.js";
import { digestOf } from "../identity/hasher.js";
import type { Principal } from "../principals/principal.js";
import type { HttpCall, HttpReply } from "./call.js";
import { errorReply } from "./reply.js";

/**
 * Says who makes a call, or answers it instead (401, a redirect). Every handler of every package takes one of these.
 */
export type Authenticate = (call: HttpCall) => Principal | HttpReply | Promise<Principal | HttpReply>;

/** Whether an {@link Authenticate} answered the call itself. */
export function isReply(outcome: Principal | HttpReply): outcome is HttpReply {
  return "status" in outcome;
}

/** The reply to a caller that could not be identified. */
export function unauthenticatedReply(): HttpReply {
  return errorReply(
    coreError(
      "UNAUTHENTICATED",
      "the call has no valid credentials; send a bearer token that the server knows",
    ),
  );
}

/**
 * Identifies callers by `authorization: Bearer <token>`. Tokens are compared by their digests, so that the time of a
 * comparison tells nothing about a token.
 *
 * @param tokens each token with the principal whose it is
 *
 * @example
 * ```ts
 * import { bearerTokens } from "@millwright/core/http";
 *
 * const authenticate = bearerTokens([
 *   { token: "s3cret", principal: { id: "trainer", kind: "service", roles: ["writer"], attributes: {} } },
 * ]);
 * ```
 */
export function bearerTokens(
  tokens: readonly { readonly token: string; readonly principal: Principal }[],
): Authenticate {
  const principals = new Map(tokens.map(({ token, principal }) => [digestOf(token), principal]));
  return (call) => {
    const match = /^Bearer +(\S+)$/i.exec(call.header("authorization") ?? "");
    const principal = match === null ? undefined : principals.get(digestOf(match[1]!));
    return principal ?? unauthenticatedReply();
  };
}
