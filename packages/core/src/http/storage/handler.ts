import { coreError, invalidArgument } from "../../errors/create.js";
import type { Authorize, Principal } from "../../principals/principal.js";
import type { StorageDrivers } from "../../storage/storage.js";
import { type Authenticate, isReply } from "../authenticate.js";
import type { HttpCall, HttpHandler, HttpReply } from "../call.js";
import { errorReply, jsonReply } from "../reply.js";
import { blobRoutes } from "./blob-routes.js";
import { kvRoutes } from "./kv-routes.js";
import type { Demand, StorageRoute } from "./routes.js";

/** How to serve a storage. */
export interface StorageHandlerOptions {
  /** What is served: all namespaces that its drivers hold, whichever one the storage itself is confined to. */
  readonly storage: { readonly drivers: Pick<StorageDrivers, "kv" | "blobs"> };
  /** Who calls. There is no default: raw storage is never open to everybody by accident. */
  readonly authenticate: Authenticate;
  /**
   * Whether a principal may do `"storage.read"`, `"storage.write"` or `"storage.import"` (write entries with versions of
   * another store, as copies do) on `{ kind: "storage", namespace }`. The namespace is `"*"` where a call is not confined
   * to one.
   */
  readonly authorize: Authorize;
  /** The path that stands before `/v1/…`, such as `"/storage"`. Default: none. */
  readonly basePath?: string | undefined;
}

/**
 * Serves the drivers of a storage to trusted services over HTTP; the other end is {@link httpStorage}. Browsers and the
 * public get the stations' own handlers instead, never raw keys. The protocol is described in `docs/storage-over-http.md`.
 *
 * @example
 * ```ts
 * import { composeStorage } from "@millwright/core";
 * import { bearerTokens, storageHandler, toNodeListener } from "@millwright/core/http";
 * import { memoryBlobs, memoryKv } from "@millwright/core/memory";
 * import { createServer } from "node:http";
 *
 * const storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
 * const handler = storageHandler({
 *   storage,
 *   authenticate: bearerTokens([
 *     { token: "s3cret", principal: { id: "trainer", kind: "service", roles: [], attributes: { team: "credit" } } },
 *   ]),
 *   authorize: (principal, _action, { namespace }) => ({
 *     allowed: namespace === principal.attributes.team,
 *     reason: "a team has its own namespace",
 *   }),
 * });
 * const server = createServer(toNodeListener(handler));
 * ```
 */
export function storageHandler(options: StorageHandlerOptions): HttpHandler {
  for (const name of ["authenticate", "authorize"] as const) {
    if (typeof options[name] !== "function")
      throw invalidArgument(name, "a function is required; raw storage has no default");
  }
  const { kv, blobs } = options.storage.drivers;
  const basePath = options.basePath ?? "";
  const routes = new Map<string, StorageRoute>([...kvRoutes(kv), ...blobRoutes(blobs)]);
  routes.set("GET /v1", async () =>
    jsonReply(200, { protocol: 1, kv: kv.capabilities, blobs: blobs.capabilities }),
  );
  return async (call) => {
    if (!call.path.startsWith(`${basePath}/`)) return unknownRoute(call);
    const route = routes.get(`${call.method} ${call.path.slice(basePath.length)}`);
    if (route === undefined) return unknownRoute(call);
    const caller = await options.authenticate(call);
    if (isReply(caller)) return caller;
    return route(call, demandOf(caller, options.authorize));
  };
}

function demandOf(principal: Principal, authorize: Authorize): Demand {
  return async (action, namespaces) => {
    for (const namespace of namespaces) {
      const decision = await authorize(principal, action, { kind: "storage", namespace });
      // The reason is for the audit log: it could tell a stranger what exists.
      if (!decision.allowed)
        throw coreError("PERMISSION_DENIED", `${principal.id} may not do ${action} here`);
    }
  };
}

function unknownRoute(call: HttpCall): HttpReply {
  return errorReply(coreError("UNSUPPORTED", `the storage protocol has no ${call.method} ${call.path}`));
}
