import { describe, expect, it } from "vitest";
import type { ReportImage } from "./page/images.js";
import { type ReportRunsOptions, reportRuns } from "./report-runs.js";
import { run } from "./test-support/runs.js";
import { randomNumbers, sampleReport } from "./test-support/sample.js";

const refused = (path: string) => expect.objectContaining({ code: "INVALID_ARGUMENT", details: { path } });
const headings = (page: string) => [...page.matchAll(/<h2>([^<]*)<\/h2>/g)].map((found) => found[1]);

describe("reportRuns", () => {
  const few = reportRuns(sampleReport(3));

  it("has all parts, drawn without script", () => {
    expect(headings(few)).toEqual([
      "Runs",
      "Curves",
      "Parallel coordinates",
      "Scatter",
      "Images",
      "What differs",
    ]);
    const titles = [...few.matchAll(/<svg [^>]*aria-label="([^"]*)"/g)].map((found) => found[1]);
    expect(titles).toEqual([
      ...["validation/auc", "gradient norm", "train/loss", "validation/loss"],
      ...["Params and validation/auc", "validation/auc by depth"],
    ]);
    expect(few.match(/<circle /g)).toHaveLength(3);
    expect(few.match(/<form class="controls" hidden="hidden"/g)).toHaveLength(3);
  });

  it("asks nothing of any network: every address is a data URL", () => {
    const addresses = [...few.matchAll(/\b(?:src|href|action|srcset|poster)="([^"]*)"/g)].map(
      (found) => found[1],
    );
    expect(addresses).toHaveLength(3);
    for (const address of addresses) expect(address).toMatch(/^data:image\/svg\+xml;base64,/u);
    expect(few).not.toMatch(/url\(|@import|fetch\(|XMLHttpRequest|innerHTML/u);
  });

  it("says who is best, and by which metric", () => {
    expect(few).toContain(
      "<p>Best by validation/auc (higher is better): <b>slow and deep</b> with 0.7907.</p>",
    );
    const objective = { metric: "train/loss", goal: "minimize" } as const;
    expect(reportRuns({ ...sampleReport(3), objective })).toContain("Best by train/loss (lower is better)");
  });

  it("is the same for the same runs", () => {
    expect(reportRuns(sampleReport(3))).toBe(few);
  });

  it("draws one run, and runs of which little is known", () => {
    const one = reportRuns(sampleReport(1));
    expect(headings(one)).toEqual(["Runs", "Curves", "Images"]);
    expect(headings(reportRuns({ runs: [run("a"), run("b")] }))).toEqual(["Runs", "What differs"]);
    const odd = run("c", { startTime: Number.NaN, endTime: 1, metrics: { loss: Number.NaN, auc: Infinity } });
    expect(reportRuns({ runs: [run("a", { metrics: { loss: 1 } }), odd] })).toContain(
      '<td class="number">∞</td>',
    );
  });

  it("draws what is not finite as a gap", () => {
    const values = Float64Array.of(1, 2, Number.NaN, 3, Number.POSITIVE_INFINITY, 4, 5);
    const history = {
      run: "a",
      key: "loss",
      values,
      times: values,
      steps: BigInt64Array.of(1n, 2n, 3n, 4n, 5n, 6n, 7n),
    };
    const page = reportRuns({ runs: [run("a")], histories: [history] });
    const drawn = /<path data-item="0" d="([^"]*)" [^>]*stroke-width="1.8"/u.exec(page)![1]!;
    expect(drawn.match(/[ML]/g)!.join("")).toBe("MLML");
    expect(page.match(/ d="M[\d.]+ [\d.]+h0"/g)).toHaveLength(1);
  });

  it("leaves metrics of one point to the table", () => {
    const { histories = [], ...rest } = sampleReport(3, 1);
    expect(headings(reportRuns({ ...rest, histories }))).not.toContain("Curves");
  });

  it("sums up what 500 runs have, and stays small", () => {
    const page = reportRuns(sampleReport(500, 60));
    expect(page).toContain("median of 500 runs");
    expect(page).toContain("The 6 best have colours.");
    expect(page.match(/<tr data-item=/g)).toHaveLength(500);
    expect(page.match(/<circle /g)).toHaveLength(500);
    expect(page).toContain("<details><summary><h2>What differs</h2>");
    expect(page.length).toBeLessThan(1_000_000);
  });

  it("keeps to 4 MiB with 500 runs of 60 long-named params, 60 metrics and as many curves", () => {
    const random = randomNumbers(1);
    const key = (kind: string, index: number) => `${kind} ${index} ${"long ".repeat(40)}`;
    const numbers = (kind: string) =>
      Object.fromEntries(Array.from({ length: 60 }, (_, index) => [key(kind, index), random()]));
    const runs = Array.from({ length: 500 }, (_, index) =>
      run(String(index), {
        name: key("name", index),
        params: { ...numbers("param"), text: `${index} ${"text ".repeat(1000)}` },
        metrics: numbers("metric"),
      }),
    );
    const histories = runs.flatMap(({ id, metrics }) =>
      Object.keys(metrics).map((metric) => ({
        ...{ run: id, key: metric, steps: BigInt64Array.from({ length: 20 }, (_, step) => BigInt(step)) },
        ...{ values: Float64Array.from({ length: 20 }, random), times: new Float64Array(20) },
      })),
    );
    const page = reportRuns({ runs, histories });
    expect(new TextEncoder().encode(page).byteLength).toBeLessThan(4 * 1024 * 1024);
    expect(page.match(/class="chart"/g)).toHaveLength(26);
    expect(page).toContain("36 more metrics with curves not drawn.");
  });

  it("puts images in as data, never as markup, and says which it leaves out", () => {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>`;
    const image = (content: Uint8Array | string, type: ReportImage["type"]): ReportImage => ({
      run: "a",
      name: "n",
      type,
      content,
    });
    const page = (images: ReportImage[]) => reportRuns({ runs: [run("a")], images });
    expect(page([image(svg, "image/svg+xml")])).toContain(
      `<img alt="n" src="data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}"/>`,
    );
    const bytes = Uint8Array.from({ length: 100_001 }, (_, index) => index * 7);
    expect(page([image(bytes, "image/png")])).toContain(`base64,${Buffer.from(bytes).toString("base64")}"`);
    const many = page(Array.from({ length: 203 }, () => image(bytes.subarray(0, 9), "image/png")));
    expect(many.match(/<figure /g)).toHaveLength(200);
    expect(many).toContain("3 more images are left out");
    const big = image(new Uint8Array(7 * 1024 * 1024), "image/png");
    expect(page([big, big]).match(/<figure /g)).toHaveLength(1);
  });

  it("refuses what it cannot draw, before any work", () => {
    const report = (options: Partial<ReportRunsOptions>) => () =>
      reportRuns({ runs: [run("a")], ...options });
    const history = {
      run: "a",
      key: "k",
      steps: new BigInt64Array(1),
      values: new Float64Array(1),
      times: new Float64Array(1),
    };
    const image: ReportImage = { run: "a", name: "n", type: "image/png", content: new Uint8Array(1) };
    expect(report({ runs: [] })).toThrow(refused("runs"));
    expect(report({ runs: Array.from({ length: 501 }, (_, index) => run(String(index))) })).toThrow(
      refused("runs"),
    );
    expect(report({ runs: [run("a"), run("a")] })).toThrow(refused("runs[1].id"));
    expect(report({ histories: [{ ...history, run: "b" }] })).toThrow(refused("histories[0].run"));
    expect(report({ histories: [history, history] })).toThrow(refused("histories[1]"));
    expect(report({ images: [{ ...image, run: "b" }] })).toThrow(refused("images[0].run"));
    expect(report({ images: [{ ...image, type: "text/html" as never }] })).toThrow(refused("images[0].type"));
    expect(report({ images: [{ ...image, content: "text" }] })).toThrow(refused("images[0].content"));
    expect(report({ objective: { metric: "a", goal: "best" as never } })).toThrow(refused("objective.goal"));
  });
});
