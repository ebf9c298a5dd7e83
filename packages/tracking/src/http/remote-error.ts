import { coreError, MillwrightError } from "@millwright/core";
import type { HttpErrorBody } from "@millwright/core/http";

/** The error that a server answered. What did not come from an `ingestHandler` is judged by its status. */
export function remoteError(response: Response, text: string, what: string): MillwrightError {
  const { status } = response;
  const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN);
  const pause = Number.isFinite(retryAfter) ? { retryAfter } : {};
  const isBusy = status === 429 || status >= 500;
  const remote = parseError(text);
  if (remote !== undefined)
    return new MillwrightError(remote.code, `${what}: ${remote.message}`, {
      details: { ...remote.details, ...pause },
      // Whatever failed there, nothing forbids to ask again, as it can be mended.
      retryable: isBusy,
    });
  if (isBusy)
    return coreError("UNAVAILABLE", `${what} was answered with the status ${status}`, {
      details: { status, ...pause },
      retryable: true,
    });
  if (status === 401)
    return coreError("UNAUTHENTICATED", `${what} does not know these credentials; check the headers`);
  if (status === 403 || status === 407)
    return coreError("PERMISSION_DENIED", `${what} was refused (${status})`);
  if (status === 413)
    return coreError(
      "LIMIT_EXCEEDED",
      `${what}: the body is too large for what stands before the server (413)`,
    );
  return coreError(
    "INTERNAL",
    `${what} was answered with the status ${status}; does the URL lead to an ingestHandler?`,
  );
}

function parseError(text: string): HttpErrorBody["error"] | undefined {
  try {
    const { error } = JSON.parse(text) as Partial<HttpErrorBody>;
    if (typeof error?.code !== "string" || typeof error.message !== "string") return undefined;
    const details = typeof error.details === "object" && error.details !== null ? error.details : {};
    return { code: error.code, message: error.message, details, retryable: error.retryable === true };
  } catch {
    return undefined;
  }
}
