import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type HttpHandler, toNodeListener } from "@millwright/core/http";

/** Where to listen. */
export interface ServeOptions {
  /** Default: 0, any free port. */
  readonly port?: number | undefined;
  /** Default: `"127.0.0.1"`. */
  readonly host?: string | undefined;
}

/** A server that listens. */
export interface InferenceServer extends AsyncDisposable {
  /** Such as `"http://127.0.0.1:8080"`. */
  readonly url: string;
  /** Takes no new connections, lets requests in flight end, then closes. Idempotent. */
  close(): Promise<void>;
}

/**
 * Starts an HTTP server for a handler and resolves once it listens.
 *
 * @example
 * ```ts
 * import { inferenceHandler, openPredictor } from "@millwright/serving";
 * import { serve } from "@millwright/serving/node";
 *
 * const credit = await openPredictor("credit.onnx");
 * const server = await serve(inferenceHandler({ models: { credit } }), { port: 8080 });
 * process.once("SIGTERM", () => void server.close());
 * ```
 */
export async function serve(handler: HttpHandler, options: ServeOptions = {}): Promise<InferenceServer> {
  const { port = 0, host = "127.0.0.1" } = options;
  const listener = toNodeListener(handler);
  const inFlight = new Set<ServerResponse>();
  let closing: Promise<void> | undefined;
  const server = createServer((request, response) => {
    inFlight.add(response);
    response.once("close", () => inFlight.delete(response));
    if (closing !== undefined) response.setHeader("connection", "close");
    listener(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const address = server.address() as AddressInfo;
  const hostname = address.family === "IPv6" ? `[${address.address}]` : address.address;
  const close = (): Promise<void> => (closing ??= drain(server, inFlight));
  return { url: `http://${hostname}:${address.port}`, close, [Symbol.asyncDispose]: close };
}

function drain(server: Server, inFlight: ReadonlySet<ServerResponse>): Promise<void> {
  // A client that keeps its connection, as a load balancer does, would hold the server open for as long as it asks.
  for (const response of inFlight) if (!response.headersSent) response.setHeader("connection", "close");
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    server.closeIdleConnections();
  });
}
