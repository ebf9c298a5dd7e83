import { writeFile } from "node:fs/promises";
import { runInPage, servePage, withChromium } from "../../../indexeddb/test-support/chromium.js";
import { runLocal, runMemory } from "./in-process.js";
import { runPostgres, runRedis, runS3 } from "./on-servers.js";
import { runHttp } from "./over-http.js";
import { conformancePage } from "./page.js";
import type { SuiteResults } from "./suites.js";

// Runs every suite on every driver and writes the page that is given as argument. Called by `npm run conformance`.
const target = process.argv[2];
if (target === undefined) throw new Error("give the path of the page to write");

const drivers: [name: string, run: () => Promise<SuiteResults>][] = [
  ["memory", runMemory],
  ["local", runLocal],
  ["Redis", () => runRedis(setting("MILLWRIGHT_TEST_REDIS_URL"))],
  ["PostgreSQL", () => runPostgres(setting("MILLWRIGHT_TEST_POSTGRES_URL"))],
  ["S3", () => runS3(setting("MILLWRIGHT_TEST_S3_URL"))],
  ["IndexedDB", () => runIndexedDb(setting("MILLWRIGHT_TEST_CHROMIUM"))],
  ["HTTP", runHttp],
];

const results: { driver: string; suites: SuiteResults }[] = [];
for (const [driver, run] of drivers) {
  const suites = await run();
  results.push({ driver, suites });
  const cases = Object.values(suites).flat();
  const failed = cases.filter(({ outcome }) => outcome === "failed");
  console.log(`${driver}: ${cases.length} cases, ${failed.length} failed`);
  for (const { name, reason } of failed) console.log(`  ${name}: ${reason?.split("\n")[0]}`);
  if (failed.length > 0) process.exitCode = 1;
}
await writeFile(target, conformancePage(results));

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set; run npm run conformance`);
  return value;
}

async function runIndexedDb(executable: string): Promise<SuiteResults> {
  const server = await servePage();
  try {
    return await withChromium(executable, (browser) => runInPage(server, browser));
  } finally {
    server.close();
  }
}
