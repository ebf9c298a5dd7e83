import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/** A page that was opened from a file, and what it did that it must not do. */
export interface OpenedReport {
  readonly page: Page;
  /** Messages of the console, uncaught errors, dialogs, and requests for anything but the file and data URLs. */
  readonly complaints: string[];
}

/** Opens reports as a reader does: from a file, in a browser without a network. */
export interface ReportBrowser {
  open(html: string, options?: BrowserContextOptions): Promise<OpenedReport>;
  /** A page of its own, for work on pictures. */
  blank(): Promise<Page>;
  close(): Promise<void>;
}

export async function openReportBrowser(executable: string): Promise<ReportBrowser> {
  const folder = await mkdtemp(join(tmpdir(), "millwright-report-"));
  const args = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
  ];
  const browser: Browser = await chromium.launch({ executablePath: executable, args });
  let files = 0;
  return {
    async open(html, options = {}) {
      const path = join(folder, `${files++}.html`);
      await writeFile(path, html);
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
      await context.setOffline(true);
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
      page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
      page.on("dialog", (dialog) => {
        complaints.push(`dialog: ${dialog.message()}`);
        dialog.dismiss().catch(() => {});
      });
      const address = pathToFileURL(path).href;
      page.on("request", (request) => {
        const url = request.url();
        if (url !== address && !url.startsWith("data:")) complaints.push(`request: ${url.slice(0, 200)}`);
      });
      await page.goto(address);
      return { page, complaints };
    },
    async blank() {
      return (await browser.newContext()).newPage();
    },
    async close() {
      await browser.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
