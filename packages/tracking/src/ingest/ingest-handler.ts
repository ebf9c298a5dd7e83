import { type Authorize, coreError, type Storage } from "@millwright/core";
import {
  type Authenticate,
  errorReply,
  type HttpCall,
  type HttpHandler,
  type HttpReply,
  isReply,
} from "@millwright/core/http";
import { invalidArgument } from "../errors.js";
import { RunStore } from "../runs/run-store.js";
import { storageSink } from "../sink/storage-sink.js";
import { putContent } from "./content-route.js";
import { crossOrigin } from "./cross-origin.js";
import { demandRuns } from "./demand.js";
import { appliedSequence, applyOperations } from "./operation-routes.js";
import type { IngestContext, IngestRoute } from "./routes.js";
import { ingestStatuses } from "./statuses.js";

/** How to take what is recorded elsewhere. */
export interface IngestHandlerOptions {
  /** Where runs are stored. A team of its own has a storage of its own: `storage.namespace("team-a")`. */
  readonly storage: Storage;
  /** Who calls. There is no default: say `() => anonymous` where everybody may record. */
  readonly authenticate: Authenticate;
  /**
   * Whether a principal may do `"run.write"` on `{ kind: "run", namespace, name: <id>, attributes: { experiment, actor } }`, asked for
   * each run of a request; `actor` is who began it. For a file that is sent before the operation that names it there is no name. Default:
   * whoever is known may.
   */
  readonly authorize?: Authorize | undefined;
  /** The path that stands before `/v1/…`, such as `"/tracking"`. Default: none. */
  readonly basePath?: string | undefined;
  /** Pages of these origins may call, such as `"https://app.example"`. Default: those of the server's own. */
  readonly origins?: readonly string[] | undefined;
  /** Bytes of a request with operations. Default: 17 MiB, which holds every frame of a journal. */
  readonly bodyLimit?: number | undefined;
  /** Bytes of a file that is sent alone. Default: 1 GiB. */
  readonly contentLimit?: number | undefined;
}

/**
 * Takes the operations of runs over HTTP, from browsers and other machines whose `createRecorder` has an `httpSink`; they can write
 * runs and read nothing. A request is taken as a whole or refused as a whole: what is malformed, too large or not allowed is answered
 * by 4xx with a stable code, and nothing of it is applied. Whatever is sent twice is applied once.
 *
 * The actor of a run is the principal that calls, whatever the operation says. Runs are written under the identifiers of their
 * recorders: use `authorize` where those who record do not trust each other.
 *
 * | request | answer |
 * |---|---|
 * | `GET /v1/applied?journal=<id>` | `{ applied }`: the sequence up to which that journal has been applied |
 * | `POST /v1/operations?journal=<id>&first=<sequence>` | `{ applied, refused }`; `SEQUENCE_GAP` (409) if some before are missing |
 * | `PUT /v1/content?digest=<digest>&size=<bytes>` | `{ digest, size }`; the body is the content |
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT`
 *
 * @example
 * ```ts
 * import { createServer } from "node:http";
 * import { bearerTokens, toNodeListener } from "@millwright/core/http";
 * import { openLocalStorage } from "@millwright/core/local";
 * import { ingestHandler } from "@millwright/tracking/ingest";
 *
 * const storage = await openLocalStorage("./millwright");
 * const handler = ingestHandler({
 *   storage,
 *   authenticate: bearerTokens([
 *     { token: "s3cret", principal: { id: "browser", kind: "service", roles: [], attributes: {} } },
 *   ]),
 *   basePath: "/tracking",
 * });
 * const server = createServer(toNodeListener(handler)); // elsewhere: toWebHandler(handler)
 * ```
 */
export function ingestHandler(options: IngestHandlerOptions): HttpHandler {
  const { storage, authenticate, authorize, basePath = "", origins = [] } = options;
  const { bodyLimit = 17 * 1024 * 1024, contentLimit = 1024 ** 3 } = options;
  if (typeof storage?.kv?.atomic !== "function")
    throw invalidArgument("storage", "give a Storage, such as openLocalStorage(directory)");
  if (typeof authenticate !== "function")
    throw invalidArgument("authenticate", "a function is required; say () => anonymous for everybody");
  const runs = new RunStore(storage);
  const sink = storageSink(runs, { requireContent: true });
  const context: IngestContext = { storage, sink, bodyLimit, contentLimit };
  const routes = new Map<string, IngestRoute>([
    ["GET /v1/applied", appliedSequence],
    ["POST /v1/operations", applyOperations],
    ["PUT /v1/content", putContent],
  ]);

  async function answer(call: HttpCall): Promise<HttpReply> {
    const path = call.path.startsWith(`${basePath}/`) ? call.path.slice(basePath.length) : "";
    const route = routes.get(`${call.method} ${path}`);
    if (route === undefined) return unknownRoute(call);
    const caller = await authenticate(call);
    if (isReply(caller)) return caller;
    return route(call, {
      ...context,
      caller,
      async demand(operations) {
        if (authorize !== undefined) await demandRuns(runs, authorize, caller, operations, call.signal);
      },
    });
  }

  return crossOrigin(origins, async (call) => {
    try {
      return await answer(call);
    } catch (error) {
      const reply = errorReply(error, { statuses: ingestStatuses });
      // The shells log what is the server's fault.
      if (reply.status >= 500) throw error;
      return reply;
    }
  });
}

function unknownRoute(call: HttpCall): HttpReply {
  const error = coreError("NOT_FOUND", `the ingest of tracking has no ${call.method} ${call.path}`);
  return errorReply(error);
}
