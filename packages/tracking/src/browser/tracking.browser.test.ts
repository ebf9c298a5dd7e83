import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, chromium } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createTracker } from "../tracker/create-tracker.js";
import type { TestPage } from "./test-support/page.js";
import { type PageServer, servePage } from "./test-support/served-page.js";

/** In the browser. */
declare const page: TestPage;

const executable = process.env.MILLWRIGHT_TEST_CHROMIUM ?? "/usr/bin/chromium";
const present = existsSync(executable);
if (!present && process.env.CI === "true")
  throw new Error(`there is no Chromium at ${executable}; run the tests with npm test`);
if (!present)
  console.warn(`SKIPPED: tests in Chromium, because there is none at ${executable}; npm test installs it`);

const quietArguments = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const reciprocals = (points: number): number[] => Array.from({ length: points }, (_, step) => 1 / (step + 1));

describe.skipIf(!present)("in Chromium", () => {
  let server: PageServer;
  let browser: Browser;
  let context: BrowserContext;

  beforeAll(async () => {
    server = await servePage();
    browser = await chromium.launch({ executablePath: executable, args: quietArguments });
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });
  beforeEach(async () => {
    context = await browser.newContext();
  });
  afterEach(() => context?.close());

  test("nothing in the bundle stands for a module of Node", () => {
    expect(server.inputs.filter((path) => /polyfill|browserify|node:/.test(path))).toEqual([]);
  });

  test("a run is there after the page was loaded again", async () => {
    const tab = await server.open(context);
    const id = await tab.evaluate(() => page.record("runs", "first", 1_000));
    await tab.reload();
    await tab.waitForFunction(() => "page" in globalThis);
    expect(await tab.evaluate((run) => page.read("runs", run), id)).toEqual({
      status: "FINISHED",
      params: { rate: 0.1 },
      values: reciprocals(1_000),
      text: "notes of first",
    });
    expect(await tab.evaluate(() => page.search("runs"))).toEqual(["first"]);
    expect(await tab.evaluate(() => page.journals("runs"))).toEqual([]);
  });

  test("two tabs write to one database at the same time, and each reads the runs of both", async () => {
    const tabs = [await server.open(context), await server.open(context)];
    const recorded = await Promise.all(
      tabs.flatMap((tab, index) =>
        ["x", "y", "z"].map((name) =>
          tab.evaluate((label) => page.record("shared", label, 1_500), `${index}${name}`),
        ),
      ),
    );
    for (const tab of tabs) {
      for (const id of recorded)
        expect(await tab.evaluate((run) => page.read("shared", run), id)).toMatchObject({
          status: "FINISHED",
          values: reciprocals(1_500),
        });
      const names = await tab.evaluate(() => page.search("shared"));
      expect(names.sort()).toEqual(["0x", "0y", "0z", "1x", "1y", "1z"]);
    }
    expect(await tabs[0]!.evaluate(() => page.journals("shared"))).toEqual([]);
  });

  test("what a tab that was closed has left in its journal is stored by the next tracker", async () => {
    const victim = await server.open(context);
    const survivor = await server.open(context);
    const id = await victim.evaluate(() => page.leaveInJournal("left", 500));
    expect(await survivor.evaluate(() => page.journals("left"))).toHaveLength(1);
    await victim.close();
    const expected = {
      status: "RUNNING",
      values: Array.from({ length: 500 }, (_, step) => step),
      text: "left behind",
    };
    // The lock of the journal is given back some time after the tab was closed.
    await expect
      .poll(() => survivor.evaluate((run) => page.read("left", run).catch(() => undefined), id), {
        timeout: 30_000,
      })
      .toMatchObject(expected);
    expect(await survivor.evaluate(() => page.journals("left"))).toEqual([]);
  });

  test("runs are sent to a server, of the page's own origin and of another that names it", async () => {
    const tab = await server.open(context);
    const tracker = createTracker({ storage: server.storage });
    for (const url of ["/tracking", server.otherOrigin]) {
      const sent = await tab.evaluate((to) => page.send({ url: to, database: "sent", points: 20_000 }), url);
      expect(sent.status).toBe("FINISHED");
      expect(await tracker.getRun(sent.id)).toMatchObject({ status: "FINISHED", actor: "ada" });
      expect([...(await tracker.getHistory(sent.id, "loss")).values]).toEqual(reciprocals(20_000));
      expect(await (await tracker.getArtifact(sent.id, "notes.txt"))?.text()).toBe("sent");
    }
    expect(await tab.evaluate(() => page.journals("sent"))).toEqual([]);
  });

  test("what was recorded without a line is sent by the next tab", async () => {
    const tab = await server.open(context);
    await context.setOffline(true);
    const failed = await tab.evaluate(() =>
      page.send({ url: "/tracking", database: "offline", points: 5_000, attempts: 1 }),
    );
    expect(failed.code).toBe("NOT_STORED");
    await tab.close();
    await context.setOffline(false);
    const next = await server.open(context);
    const tracker = createTracker({ storage: server.storage });
    expect(await tracker.getRun(failed.id)).toBeUndefined();
    await expect
      .poll(
        async () => {
          await next.evaluate(() => page.recover("/tracking", "offline"));
          return tracker.getRun(failed.id);
        },
        { timeout: 30_000 },
      )
      .toMatchObject({ status: "FINISHED" });
    expect([...(await tracker.getHistory(failed.id, "loss")).values]).toEqual(reciprocals(5_000));
    expect(await next.evaluate(() => page.journals("offline"))).toEqual([]);
  });
});
