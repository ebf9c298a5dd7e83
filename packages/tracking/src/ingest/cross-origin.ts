import type { HttpHandler, HttpReply } from "@millwright/core/http";

/** Seconds for which a browser need not ask again. */
const maximumAge = "7200";

/**
 * Lets pages of some origins call a handler (CORS, as the Fetch standard has it). Nothing is said of credentials: cookies of another
 * origin are never read, tokens come in headers.
 */
export function crossOrigin(origins: readonly string[], handler: HttpHandler): HttpHandler {
  if (origins.length === 0) return handler;
  const allowed = new Set(origins);
  return async (call) => {
    const origin = call.header("origin");
    if (origin === undefined || !allowed.has(origin)) return handler(call);
    const headers = { "access-control-allow-origin": origin, vary: "origin" };
    if (call.method === "OPTIONS" && call.header("access-control-request-method") !== undefined)
      return {
        status: 204,
        headers: {
          ...headers,
          "access-control-allow-methods": "GET, POST, PUT",
          "access-control-allow-headers": call.header("access-control-request-headers") ?? "content-type",
          "access-control-max-age": maximumAge,
        },
      };
    return withHeaders(await handler(call), headers);
  };
}

function withHeaders(reply: HttpReply, headers: Readonly<Record<string, string>>): HttpReply {
  return { ...reply, headers: { ...reply.headers, ...headers } };
}
