import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CaseResult } from "../testing/index.js";

/** What the page offers to the test. */
declare const page: {
  conformance(): Promise<Record<string, CaseResult[]>>;
  /** Commits numbers one after the other, and tells the server of each that was acknowledged, until it is killed. */
  commitForEver(): Promise<void>;
  /** The numbers that are there, as the log, the keys, the blobs and the journal have them. */
  survivors(): Promise<{ log: number[]; keys: number; blobs: number; journal: number }>;
};

const pageSource = `
import { indexedDbBlobs, indexedDbJournals, indexedDbKv, indexedDbStorage } from "@millwright/core/indexeddb";
import { blobConformance, collectingRunner, journalConformance, kvConformance } from "@millwright/core/testing";

const shared = { shared: true, durable: true };
const remove = (name) => new Promise((resolve, reject) => {
  const request = indexedDB.deleteDatabase(name);
  request.onsuccess = () => resolve();
  request.onerror = () => reject(request.error);
});

async function results(register) {
  const runner = collectingRunner();
  // A case that hangs is named, instead of letting the whole test run into its time limit.
  const test = (name, body) => runner.test(name, () => Promise.race([body(), new Promise((_, reject) => {
    setTimeout(() => reject(new Error("nothing in 60 seconds")), 60_000);
  })]));
  test.skip = runner.test.skip;
  register(test);
  return runner.run();
}

globalThis.page = {
  async conformance() {
    return {
      kv: await results((test) => kvConformance({ test, remove, capabilities: { ordered: true, ...shared }, open: async (place) => indexedDbKv(place) })),
      blobs: await results((test) => blobConformance({ test, remove, capabilities: shared, open: async (place) => indexedDbBlobs(place) })),
      journals: await results((test) => journalConformance({ test, remove, durable: true, open: async (place) => indexedDbJournals(place) })),
    };
  },
  async commitForEver() {
    const storage = indexedDbStorage("killed");
    const journal = await storage.journals.open("numbers");
    for (;;) {
      const { digest } = await storage.blobs.put("blob " + crypto.randomUUID() + "x".repeat(20_000));
      const committed = await storage.kv.atomic().append(["log"], digest).set(["key", crypto.randomUUID()], digest).commit();
      journal.append(new TextEncoder().encode(digest));
      await journal.sync();
      await fetch("/acknowledged/" + committed.sequences[0] + "/" + journal.lastSequence, { method: "POST" });
    }
  },
  async survivors() {
    const storage = indexedDbStorage("killed");
    const log = [];
    let keys = 0;
    let blobs = 0;
    let journal = 0;
    for await (const entry of storage.kv.list({ prefix: ["log"] })) {
      log.push(entry.key[1]);
      const content = await storage.blobs.get(entry.value);
      if ((await content?.text())?.startsWith("blob ")) blobs++;
    }
    for await (const _ of storage.kv.list({ prefix: ["key"] })) keys++;
    const frames = await storage.journals.open("numbers");
    for await (const frame of frames.read()) journal = frame.sequence;
    await frames.close();
    await storage.close();
    return { log, keys, blobs, journal };
  },
};
`;

const executable = process.env.MILLWRIGHT_TEST_CHROMIUM ?? "/usr/bin/chromium";
const present = existsSync(executable);
if (!present && process.env.CI === "true")
  throw new Error(`there is no Chromium at ${executable}; run the tests with npm test`);
if (!present)
  console.warn(`SKIPPED: tests in Chromium, because there is none at ${executable}; npm test installs it`);

const quiet = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const acknowledged = { log: 0, journal: 0 };
let server: Server;
let origin: string;

describe.skipIf(!present)("IndexedDB in Chromium", () => {
  beforeAll(async () => {
    const bundle = await build({
      stdin: { contents: pageSource, resolveDir: import.meta.dirname, loader: "ts" },
      bundle: true,
      write: false,
      format: "esm",
      platform: "browser",
      conditions: ["@millwright/source"],
    });
    const script = bundle.outputFiles[0]!.text;
    server = createServer((request, response) => {
      const [, kind, log, journal] = request.url!.split("/");
      if (kind === "acknowledged") {
        acknowledged.log = Number(log);
        acknowledged.journal = Number(journal);
        response.end();
      } else if (kind === "page.js")
        response.writeHead(200, { "content-type": "text/javascript" }).end(script);
      else
        response
          .writeHead(200, { "content-type": "text/html" })
          .end('<script type="module" src="/page.js"></script>');
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  async function openPage(browser: Browser): Promise<Page> {
    const context = browser.contexts()[0] ?? (await browser.newContext());
    const opened = await context.newPage();
    await opened.goto(origin);
    await opened.waitForFunction(() => "page" in globalThis);
    return opened;
  }

  test("the drivers pass the published suites", async () => {
    const browser = await chromium.launch({ executablePath: executable, args: quiet });
    try {
      const suites = await (await openPage(browser)).evaluate(() => page.conformance());
      for (const [suite, results] of Object.entries(suites)) {
        expect(
          results.filter(({ outcome }) => outcome !== "passed"),
          suite,
        ).toEqual([]);
        expect(results.length, suite).toBeGreaterThan(10);
      }
      const counts = Object.entries(suites).map(([suite, results]) => `${suite} ${results.length}`);
      console.info(`Chromium ${browser.version()} passed ${counts.join(", ")}`);
    } finally {
      await browser.close();
    }
  }, 300_000);

  /** A browser of its own in a process group of its own, which can be killed as a whole. */
  async function startBrowser(profile: string): Promise<{ browser: Browser; process: ChildProcess }> {
    await rm(join(profile, "DevToolsActivePort"), { force: true });
    const args = [
      ...quiet,
      "--headless=new",
      "--no-first-run",
      "--remote-debugging-port=0",
      `--user-data-dir=${profile}`,
      "about:blank",
    ];
    const started = spawn(executable, args, { detached: true, stdio: "ignore" });
    const portFile = join(profile, "DevToolsActivePort");
    await expect.poll(() => readFile(portFile, "utf8").catch(() => ""), { timeout: 30_000 }).toContain("\n");
    const [port] = (await readFile(portFile, "utf8")).split("\n");
    return { browser: await chromium.connectOverCDP(`http://127.0.0.1:${port}`), process: started };
  }

  async function kill(started: ChildProcess): Promise<void> {
    const ended =
      started.exitCode === null && started.signalCode === null ? once(started, "exit") : undefined;
    try {
      process.kill(-started.pid!, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await ended;
  }

  test("what was acknowledged is there after the browser was killed in the middle of commits", async () => {
    const profile = await mkdtemp(join(tmpdir(), "millwright-chromium-"));
    let running: ChildProcess | undefined;
    try {
      for (let round = 1; round <= 5; round++) {
        const before = acknowledged.log;
        const victim = await startBrowser(profile);
        running = victim.process;
        const opened = await openPage(victim.browser);
        opened.evaluate(() => page.commitForEver()).catch(() => {}); // It ends by the kill.
        await expect
          .poll(() => acknowledged.log, { timeout: 30_000, interval: 5 })
          .toBeGreaterThan(before + 5 * round);
        await kill(victim.process);

        const later = await startBrowser(profile);
        running = later.process;
        const found = await (await openPage(later.browser)).evaluate(() => page.survivors());
        expect(found.log.length).toBeGreaterThanOrEqual(acknowledged.log);
        expect(found.log).toEqual(Array.from({ length: found.log.length }, (_, index) => index + 1));
        expect([found.keys, found.blobs]).toEqual([found.log.length, found.log.length]);
        expect(found.journal).toBeGreaterThanOrEqual(acknowledged.journal);
        await kill(later.process);
      }
    } finally {
      if (running !== undefined) await kill(running);
      await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    }
  }, 300_000);
});
