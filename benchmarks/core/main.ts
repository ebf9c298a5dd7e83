// npm run bench -- core [--only kv,table,journal,memory,local,redis,postgres] [--quick] [--rounds n] [--seed n]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Comparison, Outcome } from "../harness/comparison.js";
import { describeMachine, machineLine } from "../harness/machine.js";
import { consumedResults, measure } from "../harness/measure.js";
import { isWanted, readOptions } from "../harness/options.js";
import { headLine, outcomeLine, writeResults } from "../harness/report.js";
import { compareJournals } from "./journal.js";
import type { KvBackend } from "./kv/backend.js";
import { compareKv } from "./kv/compare-kv.js";
import { openLocalBackend } from "./kv/local-backend.js";
import { openMemoryBackend } from "./kv/memory-backend.js";
import { openPostgresBackend } from "./kv/postgres-backend.js";
import { openRedisBackend } from "./kv/redis-backend.js";
import { createWorkload, type KvWorkload } from "./kv/workload.js";
import { compareTables } from "./table.js";

const groups = ["kv", "table", "journal"];
const engines = ["memory", "local", "redis", "postgres"] as const;
const options = readOptions(process.argv.slice(2), [...groups, ...engines]);
const folder = mkdtempSync(join(tmpdir(), "millwright-bench-"));
const outcomes: Outcome[] = [];

try {
  const machine = describeMachine(folder);
  say(machineLine(machine));
  say(
    `seed ${options.seed}, median of ${options.rounds} rounds${options.quick ? ", quick: not to be quoted" : ""}`,
  );
  say(headLine());
  const workload = createWorkload(options.seed);
  for (const engine of engines) if (isWanted(options, "kv", engine)) await runEngine(engine, workload);
  if (isWanted(options, "table")) {
    const points = options.quick ? 1_000_000 : 10_000_000;
    const { storage, comparisons } = await compareTables(folder, options.seed, points);
    await runAll(comparisons);
    await storage.close();
  }
  if (isWanted(options, "journal")) {
    const { comparisons, close } = await compareJournals(folder, options.scale);
    await runAll(comparisons);
    await close();
  }
  const results = fileURLToPath(new URL("../results", import.meta.url));
  const path = writeResults(results, "core", { options, machine, outcomes });
  say(`${consumedResults()} results consumed; all rounds in ${path}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function runEngine(engine: (typeof engines)[number], workload: KvWorkload): Promise<void> {
  const backend = await openBackend(engine, workload);
  if (backend === undefined) {
    say(`${engine}: left out, because there is no such service`);
    return;
  }
  const { kv, comparisons } = await compareKv(backend, workload, options.scale);
  await runAll(comparisons);
  await kv.close();
  await backend.close();
}

async function openBackend(
  engine: (typeof engines)[number],
  workload: KvWorkload,
): Promise<KvBackend | undefined> {
  if (engine === "memory") return openMemoryBackend(workload);
  if (engine === "local") return openLocalBackend(workload, folder);
  const name = engine === "redis" ? "MILLWRIGHT_TEST_REDIS_URL" : "MILLWRIGHT_TEST_POSTGRES_URL";
  const url = process.env[name];
  if (url === undefined) return undefined;
  return engine === "redis" ? openRedisBackend(workload, url) : openPostgresBackend(workload, url);
}

async function runAll(comparisons: readonly Comparison[]): Promise<void> {
  for (const comparison of comparisons) {
    const outcome = await measure(comparison, options.rounds);
    outcomes.push(outcome);
    say(outcomeLine(outcome));
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
