import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { composeStorage, type Principal, type Storage } from "@millwright/core";
import { bearerTokens, toNodeListener } from "@millwright/core/http";
import { memoryBlobs, memoryKv } from "@millwright/core/memory";
import { build } from "esbuild";
import type { BrowserContext, Page } from "playwright-core";
import { ingestHandler } from "../../ingest/index.js";

/** A server that gives out the page of the tests and takes runs below `/tracking`, and another that takes them from that page. */
export interface PageServer {
  /** What was sent lies here. */
  readonly storage: Storage;
  readonly origin: string;
  /** The other server, of another origin. */
  readonly otherOrigin: string;
  /** What the bundle of the page holds from outside the packages. */
  readonly inputs: readonly string[];
  open(context: BrowserContext): Promise<Page>;
  close(): void;
}

const principal: Principal = { id: "ada", kind: "user", roles: [], attributes: {} };

export async function servePage(): Promise<PageServer> {
  const bundle = await build({
    entryPoints: [join(import.meta.dirname, "page.ts")],
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "browser",
    conditions: ["@millwright/source"],
    external: ["apache-arrow", "hyparquet", "hyparquet-writer", "hyparquet-compressors"],
  });
  const script = bundle.outputFiles[0]!.text;
  const storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
  const authenticate = bearerTokens([{ token: "s3cret", principal }]);
  const ingest = toNodeListener(ingestHandler({ storage, authenticate, basePath: "/tracking" }));
  const server = createServer((request, response) => {
    if (request.url!.startsWith("/tracking/")) ingest(request, response);
    else if (request.url === "/page.js")
      response.writeHead(200, { "content-type": "text/javascript" }).end(script);
    else
      response
        .writeHead(200, { "content-type": "text/html" })
        .end('<script type="module" src="/page.js"></script>');
  });
  const origin = await listen(server);
  const other = createServer(toNodeListener(ingestHandler({ storage, authenticate, origins: [origin] })));
  const otherOrigin = await listen(other);
  return {
    storage,
    origin,
    otherOrigin,
    inputs: Object.keys(bundle.metafile.inputs),
    async open(context) {
      const opened = await context.newPage();
      await opened.goto(origin);
      await opened.waitForFunction(() => "page" in globalThis);
      return opened;
    },
    close() {
      for (const one of [server, other]) {
        one.closeAllConnections();
        one.close();
      }
    },
  };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
