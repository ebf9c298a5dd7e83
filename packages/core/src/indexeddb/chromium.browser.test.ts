import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type PageServer,
  quietArguments,
  runInPage,
  servePage,
  withChromium,
} from "./test-support/chromium.js";
import type { TestPage } from "./test-support/page.js";

/** In the browser. */
declare const page: TestPage;

const executable = process.env.MILLWRIGHT_TEST_CHROMIUM ?? "/usr/bin/chromium";
const present = existsSync(executable);
if (!present && process.env.CI === "true")
  throw new Error(`there is no Chromium at ${executable}; run the tests with npm test`);
if (!present)
  console.warn(`SKIPPED: tests in Chromium, because there is none at ${executable}; npm test installs it`);

let server: PageServer;

describe.skipIf(!present)("IndexedDB in Chromium", () => {
  beforeAll(async () => {
    server = await servePage();
  });
  afterAll(() => server?.close());

  test("the drivers pass the published suites", async () => {
    const [version, suites] = await withChromium(executable, async (browser) => [
      browser.version(),
      await runInPage(server, browser),
    ]);
    for (const [suite, results] of Object.entries(suites)) {
      expect(
        results.filter(({ outcome }) => outcome !== "passed"),
        suite,
      ).toEqual([]);
      expect(results.length, suite).toBeGreaterThan(suite === "model" ? 0 : 10);
    }
    const counts = Object.entries(suites).map(([suite, results]) => `${suite} ${results.length}`);
    expect(counts).toHaveLength(6);
    console.info(`Chromium ${version} passed ${counts.join(", ")}`);
  }, 300_000);

  /** A browser of its own in a process group of its own, which can be killed as a whole. */
  async function startBrowser(profile: string): Promise<{ browser: Browser; process: ChildProcess }> {
    await rm(join(profile, "DevToolsActivePort"), { force: true });
    const args = [
      ...quietArguments,
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
        const before = server.acknowledged.log;
        const victim = await startBrowser(profile);
        running = victim.process;
        const opened = await server.open(victim.browser);
        opened.evaluate(() => page.commitForEver()).catch(() => {}); // It ends by the kill.
        await expect
          .poll(() => server.acknowledged.log, { timeout: 30_000, interval: 5 })
          .toBeGreaterThan(before + 5 * round);
        await kill(victim.process);

        const later = await startBrowser(profile);
        running = later.process;
        const found = await (await server.open(later.browser)).evaluate(() => page.survivors());
        expect(found.log.length).toBeGreaterThanOrEqual(server.acknowledged.log);
        expect(found.log).toEqual(Array.from({ length: found.log.length }, (_, index) => index + 1));
        expect([found.keys, found.blobs]).toEqual([found.log.length, found.log.length]);
        expect(found.journal).toBeGreaterThanOrEqual(server.acknowledged.journal);
        await kill(later.process);
      }
    } finally {
      if (running !== undefined) await kill(running);
      await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    }
  }, 300_000);
});
