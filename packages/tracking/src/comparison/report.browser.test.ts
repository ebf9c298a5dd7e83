import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { reportRuns } from "./report-runs.js";
import { type OpenedReport, openReportBrowser, type ReportBrowser } from "./test-support/browser.js";
import { hostileTexts } from "./test-support/elements.js";
import { chartSheet, pictureDifference } from "./test-support/pictures.js";
import { reportOf, sampleReport } from "./test-support/sample.js";

const executable = process.env.MILLWRIGHT_TEST_CHROMIUM ?? "/usr/bin/chromium";
const present = existsSync(executable);
if (!present && process.env.CI === "true")
  throw new Error(`there is no Chromium at ${executable}; run the tests with npm test`);
if (!present)
  console.warn(`SKIPPED: tests in Chromium, because there is none at ${executable}; npm test installs it`);

/** Set to "true" to write the kept pictures anew; look at them before you keep them. */
const updates = process.env.MILLWRIGHT_UPDATE_PICTURES === "true";
const counts = [3, 500] as const;
const schemes = ["light", "dark"] as const;

/** Charts are kept scaled down to this, in pixels. */
const sheetWidth = 180;
/**
 * In steps of 255. Another rasteriser changes edges a little; a curve that is missing changes a block of 6 × 6 pixels by more
 * than 40 (both are tested below).
 */
const worstAlike = 24;
const alike = {
  sameSize: true,
  mean: expect.toSatisfy((mean: number) => mean < 1.5),
  worst: expect.toSatisfy((worst: number) => worst < worstAlike),
};

let browser: ReportBrowser;
const pages = new Map<number, string>();

/** Circles and lines as they stand: what a script must leave alone when it draws the same choice again. */
function drawn(page: Page, part: "points" | "lines"): Promise<Record<string, number[]>> {
  return page.evaluate((name) => {
    const found: Record<string, number[]> = {};
    for (const element of document.querySelectorAll(`[data-part=${name}] [data-item]`)) {
      const text = element.getAttribute("d") ?? `${element.getAttribute("cx")} ${element.getAttribute("cy")}`;
      found[element.getAttribute("data-item")!] = text.match(/-?[\d.]+/g)!.map(Number);
    }
    return found;
  }, part);
}

function column(page: Page, number: number): Promise<string[]> {
  return page.locator(`table.runs tbody tr > :nth-child(${number})`).allTextContents();
}

async function smoothTo(page: Page, share: number): Promise<void> {
  await page.evaluate((value) => {
    const slider = document.querySelector<HTMLInputElement>("[data-for=curves] input")!;
    slider.value = String(value);
    slider.dispatchEvent(new Event("input"));
  }, share);
}

function curves(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll("[data-part=curves] [data-item]")].map((path) => path.getAttribute("d")!),
  );
}

describe.skipIf(!present)("a report in Chromium", { timeout: 180_000 }, () => {
  beforeAll(async () => {
    browser = await openReportBrowser(executable);
    for (const count of counts) pages.set(count, reportRuns(sampleReport(count)));
  });
  afterAll(() => browser?.close());

  function open(count: number, options?: Parameters<ReportBrowser["open"]>[1]): Promise<OpenedReport> {
    return browser.open(pages.get(count)!, options);
  }

  for (const count of counts) {
    for (const scheme of schemes) {
      test(`of ${count} runs looks as it was kept, ${scheme}`, async () => {
        const { page, complaints } = await open(count, { colorScheme: scheme });
        const work = await browser.blank();
        const file = join(import.meta.dirname, "testdata", `charts-${count}-${scheme}.png`);
        const sheet = await chartSheet(page, work, sheetWidth);
        if (updates) await writeFile(file, sheet);
        const kept = await readFile(file);
        expect(await pictureDifference(work, kept, sheet)).toMatchObject(alike);
        expect(complaints).toEqual([]);
      });
    }

    test(`of ${count} runs fits a desk and a telephone`, async () => {
      for (const width of [1280, 390]) {
        const { page, complaints } = await open(count, { viewport: { width, height: 800 } });
        // The texts that the script writes must fit too.
        await page.evaluate(() => {
          for (const form of document.querySelectorAll("form")) form.dispatchEvent(new Event("change"));
        });
        const layout = await page.evaluate(() => {
          const wide = document.documentElement.clientWidth;
          const outside = [...document.querySelectorAll("section")].filter((section) => {
            const box = section.getBoundingClientRect();
            return box.left < 0 || box.right > wide + 0.5 || box.height < 40;
          });
          const charts = [...document.querySelectorAll<SVGSVGElement>("svg.chart")];
          const cut = charts.flatMap((chart) => {
            const view = chart.viewBox.baseVal;
            return [...chart.querySelectorAll("text")]
              .filter((text) => {
                const box = text.getBBox();
                const isTurned = text.hasAttribute("transform");
                return (
                  !isTurned &&
                  (box.x < -2 || box.x + box.width > view.width + 2 || box.y + box.height > view.height + 2)
                );
              })
              .map((text) => text.textContent);
          });
          const sizes = charts.map((chart) => chart.getBoundingClientRect());
          return {
            overflow: document.documentElement.scrollWidth - wide,
            outside: outside.length,
            cut,
            smallest: Math.min(...sizes.map((box) => Math.min(box.width, box.height))),
            charts: charts.length,
          };
        });
        expect(layout).toMatchObject({ overflow: 0, outside: 0, cut: [], charts: 6 });
        expect(layout.smallest).toBeGreaterThan(100);
        expect(complaints).toEqual([]);
      }
    });

    test(`of ${count} runs draws the same choice again as it was drawn without script`, async () => {
      const { page, complaints } = await open(count);
      for (const part of ["points", "lines"] as const) {
        const before = await drawn(page, part);
        expect(Object.keys(before)).toHaveLength(count);
        await page.evaluate(() => {
          for (const form of document.querySelectorAll("form")) form.dispatchEvent(new Event("change"));
        });
        const after = await drawn(page, part);
        expect(Object.keys(after)).toEqual(Object.keys(before));
        for (const [item, numbers] of Object.entries(before)) {
          // Places are handed over with four digits: a tenth of a pixel, and its rounding.
          for (const [index, number] of numbers.entries())
            expect(Math.abs(after[item]![index]! - number)).toBeLessThan(0.21);
        }
      }
      expect(complaints).toEqual([]);
    });
  }

  test("a missing curve is seen by the comparison of pictures, another font is not", async () => {
    const { page } = await open(3);
    const work = await browser.blank();
    const kept = await readFile(join(import.meta.dirname, "testdata", "charts-3-light.png"));
    await page.addStyleTag({ content: "body,svg{font-family:monospace!important}" });
    const otherFont = await pictureDifference(work, kept, await chartSheet(page, work, sheetWidth));
    expect(otherFont).toMatchObject(alike);
    await page.evaluate(() => document.querySelector("[data-part=curves] path")!.remove());
    const less = await pictureDifference(work, kept, await chartSheet(page, work, sheetWidth));
    expect(less.worst).toBeGreaterThan(worstAlike);
  });

  for (const scheme of schemes) {
    test(`all text stands out against its ground, ${scheme}`, async () => {
      const { page } = await open(500, { colorScheme: scheme });
      const { faint, checked } = await page.evaluate(() => {
        const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true })!;
        /** Relative luminance after WCAG 2.2. */
        const luminance = (color: string): number => {
          canvas.fillStyle = color;
          canvas.fillRect(0, 0, 1, 1);
          const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((channel) => {
            const share = channel / 255;
            return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
          });
          return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
        };
        const groundOf = (element: Element): string => {
          const { backgroundColor } = getComputedStyle(element);
          const parent = element.parentElement;
          return /, 0\)$|transparent/.test(backgroundColor) && parent !== null
            ? groundOf(parent)
            : backgroundColor;
        };
        const found = new Set<string>();
        let checked = 0;
        for (const element of document.querySelectorAll(
          "h1,h2,p,b,dt,dd,caption,td,th,button,label,select,text,span.kind,.badge,footer",
        )) {
          checked++;
          const style = getComputedStyle(element);
          const color = element instanceof SVGElement ? style.fill : style.color;
          const [a, b] = [luminance(color), luminance(groundOf(element))].sort((x, y) => y - x);
          const contrast = (a! + 0.05) / (b! + 0.05);
          if (contrast < 4.5)
            found.add(`${element.localName} ${color} on ${groundOf(element)}: ${contrast.toFixed(2)}`);
        }
        return { faint: [...found], checked };
      });
      expect(faint).toEqual([]);
      expect(checked).toBeGreaterThan(5000);
    });
  }

  test("the table sorts by any column, both ways, with what has no value at the end", async () => {
    const { page, complaints } = await open(500);
    const header = (name: string) => page.locator("table.runs thead button", { hasText: name });
    const rate = async () => (await column(page, 8)).map(Number);
    const unsorted = await rate();
    const ascending = [...unsorted].sort((a, b) => a - b);
    expect(unsorted).not.toEqual(ascending);
    await header("learningRate").click();
    expect(await rate()).toEqual(ascending);
    await header("learningRate").click();
    expect(await rate()).toEqual([...ascending].reverse());
    expect(await page.locator("thead th[aria-sort]").getAttribute("aria-sort")).toBe("descending");
    await header("run").click();
    expect((await column(page, 1)).slice(0, 3)).toEqual(["sweep-0", "sweep-1", "sweep-2"]);
    for (const _ of [1, 2]) {
      await header("duration").click();
      expect((await column(page, 4)).at(-1)).toBe("–");
    }
    expect(complaints).toEqual([]);
  });

  test("smoothing is the exponential moving average that is stated, over the raw curve", async () => {
    const { page, complaints } = await open(3);
    const raw = await curves(page);
    await smoothTo(page, 80);
    expect(await page.locator(".raw").count()).toBe(raw.length);
    const points = (path: string) =>
      [...path.matchAll(/[ML]([-\d.]+) ([-\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
    for (const [index, path] of (await curves(page)).entries()) {
      const reach = 120 * 0.8 ** 4;
      const given = points(raw[index]!);
      for (const [place, [x, y]] of points(path).entries()) {
        const weights = given.slice(0, place + 1).map(([at]) => Math.exp((at! - given[place]![0]!) / reach));
        const mean =
          weights.reduce((sum, weight, k) => sum + weight * given[k]![1]!, 0) /
          weights.reduce((a, b) => a + b);
        expect(x).toBe(given[place]![0]);
        expect(Math.abs(y! - mean)).toBeLessThan(0.06);
      }
    }
    await smoothTo(page, 0);
    expect(await curves(page)).toEqual(raw);
    expect(await page.locator(".raw").count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test("scatter and parallel coordinates show the fields that are chosen", async () => {
    const { page, complaints } = await open(500);
    await page.selectOption("select[name=x]", { label: "optimizer" });
    await page.selectOption("select[name=y]", { label: "gradient norm" });
    const axes = page.locator("[data-part=points]").locator("xpath=..").locator("[data-part=axes] text");
    expect(await axes.allTextContents()).toEqual(
      expect.arrayContaining(["adam", "lion", "sgd", "optimizer", "gradient norm (log)"]),
    );
    const title = await page.locator("[data-part=points] circle title").first().textContent();
    expect(title).toMatch(/^sweep-\d+ – optimizer: (adam|sgd|lion), gradient norm: [\d.e−]+$/u);
    const before = await drawn(page, "lines");
    await page.selectOption("select[name=metric]", { label: "train/loss" });
    const after = await drawn(page, "lines");
    expect(after["7"]!.slice(0, -1)).toEqual(before["7"]!.slice(0, -1));
    expect(after["7"]!.at(-1)).not.toBe(before["7"]!.at(-1));
    await expect(page.locator("[data-part=axis]").last().locator("text").first().textContent()).resolves.toBe(
      "train/loss",
    );
    expect(complaints).toEqual([]);
  });

  test("a run under the pointer stands out in every chart", async () => {
    const { page } = await open(3);
    await page.locator("table.runs tbody tr").nth(1).hover();
    const marked = await page.evaluate(() =>
      [...document.querySelectorAll(".on")].map((one) => `${one.localName} ${one.getAttribute("data-item")}`),
    );
    // A row, four curves, a line, a point and an image.
    expect(marked.sort()).toEqual([
      "circle 1",
      "figure 1",
      "path 1",
      "path 1",
      "path 1",
      "path 1",
      "path 1",
      "tr 1",
    ]);
    expect(
      await page
        .locator("[data-part=points] circle")
        .first()
        .evaluate((dot) => getComputedStyle(dot).opacity),
    ).toBe("0.1");
  });

  test("without script everything is drawn and no control is shown that does nothing", async () => {
    const { page } = await open(3, { javaScriptEnabled: false });
    expect(await page.locator("svg.chart").count()).toBe(6);
    expect(await page.locator(".controls:visible").count()).toBe(0);
    expect(await page.locator("[data-part=points] circle").count()).toBe(3);
  });

  test("hostile names stay text, and a figure with a script runs none and loads nothing", async () => {
    for (const name of [0, 1, 2, 3, 4, 5, 10, 13, 16].map((place) => hostileTexts[place]!)) {
      const report = reportOf(name);
      const content = `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><script>globalThis.hacked = 1; fetch("http://127.0.0.1:9/")</script><image href="http://127.0.0.1:9/a.png" width="9" height="9"/></svg>`;
      const { page, complaints } = await browser.open(
        reportRuns({
          ...report,
          images: [{ run: report.runs[0]!.id, name, type: "image/svg+xml", content }],
        }),
      );
      await page.evaluate(() => {
        for (const form of document.querySelectorAll("form")) form.dispatchEvent(new Event("change"));
        for (const button of document.querySelectorAll<HTMLElement>("th button")) button.click();
      });
      expect(await page.evaluate(() => "hacked" in globalThis)).toBe(false);
      expect(await page.locator("img").evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(40);
      expect(complaints).toEqual([]);
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow, name.slice(0, 20)).toBe(0);
      await page.context().close();
    }
  });
});
