import { composeStorage, type Principal, type Storage } from "@millwright/core";
import { bearerTokens, toWebHandler } from "@millwright/core/http";
import { memoryBlobs, memoryKv } from "@millwright/core/memory";
import type { Operation } from "../../operations/operation.js";
import { type IngestHandlerOptions, ingestHandler } from "../index.js";

/** Where the handler is asked at, and with what. */
export const url = "http://tracking.test/base";
export const headers = { authorization: "Bearer s3cret" };
export const ada: Principal = { id: "ada", kind: "user", roles: [], attributes: {} };

/** A handler over a storage in memory. */
export interface Served {
  readonly storage: Storage;
  ask(request: Request): Promise<Response>;
}

export function serve(options: Partial<IngestHandlerOptions> = {}): Served {
  const storage = options.storage ?? composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
  const authenticate = bearerTokens([{ token: "s3cret", principal: ada }]);
  const handler = ingestHandler({ storage, authenticate, basePath: "/base", ...options });
  return { storage, ask: toWebHandler(handler) };
}

/** What happens to a request on its way: it never arrives, its reply is lost, or somebody else answers with a status. */
export type Mishap = "before" | "after" | number | undefined;

/** A line to the handler; `mishap` is asked for each request. */
export function lineTo({ ask }: Served, mishap: (count: number) => Mishap = () => undefined): typeof fetch {
  let count = 0;
  return async (input, init) => {
    const happened = mishap(count++);
    if (happened === "before") throw new TypeError("fetch failed");
    if (typeof happened === "number") return new Response("sorry", { status: happened });
    const response = await ask(new Request(input, init));
    if (happened === "after") throw new TypeError("terminated");
    return response;
  };
}

/** The operation that begins a run. */
export const create = (run: string, experiment = "e"): Operation => ({
  kind: "create",
  run,
  experiment,
  time: 1_000,
});
