import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { build } from "esbuild";
import { type Browser, chromium, type Page } from "playwright-core";
import type { TestPage } from "./page.js";

/** Arguments that keep a browser to itself, also where it runs as root. */
export const quietArguments: readonly string[] = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A server that gives out the page of the tests. */
export interface PageServer {
  /** The last sequences that the page has reported as acknowledged. */
  readonly acknowledged: { log: number; journal: number };
  /** Opens the page, in the browser's first context. */
  open(browser: Browser): Promise<Page>;
  close(): void;
}

/** Bundles the page and serves it on a free port of the loopback. */
export async function servePage(): Promise<PageServer> {
  const bundle = await build({
    entryPoints: [join(import.meta.dirname, "page.ts")],
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    conditions: ["@millwright/source"],
  });
  const script = bundle.outputFiles[0]!.text;
  const acknowledged = { log: 0, journal: 0 };
  const server = createServer((request, response) => {
    const [, kind, log, journal] = request.url!.split("/");
    if (kind === "acknowledged") {
      acknowledged.log = Number(log);
      acknowledged.journal = Number(journal);
      response.end();
    } else if (kind === "page.js") response.writeHead(200, { "content-type": "text/javascript" }).end(script);
    else
      response
        .writeHead(200, { "content-type": "text/html" })
        .end('<script type="module" src="/page.js"></script>');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    acknowledged,
    async open(browser) {
      const context = browser.contexts()[0] ?? (await browser.newContext());
      const opened = await context.newPage();
      await opened.goto(origin);
      await opened.waitForFunction(() => "page" in globalThis);
      return opened;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Starts a headless browser that `use` drives, and ends it. */
export async function withChromium<T>(executable: string, use: (browser: Browser) => Promise<T>): Promise<T> {
  const browser = await chromium.launch({ executablePath: executable, args: [...quietArguments] });
  try {
    return await use(browser);
  } finally {
    await browser.close();
  }
}

/** Runs the suites over IndexedDB in a page of the browser. */
export async function runInPage(server: PageServer, browser: Browser): ReturnType<TestPage["conformance"]> {
  const opened = await server.open(browser);
  return opened.evaluate(() => (globalThis as unknown as { page: TestPage }).page.conformance());
}
