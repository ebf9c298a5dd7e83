import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JournalDurability } from "@millwright/core";
import { openLocalStorage } from "@millwright/core/local";
import { expect, onTestFinished, test } from "vitest";
import { startChild } from "../../core/src/testing/test-support/kill/child.js";
import { killRounds } from "../../core/src/testing/test-support/kill/kill-rounds.js";
import { killSettings } from "../../core/src/testing/test-support/kill/settings.js";
import {
  serverUser,
  startPrivatePostgres,
} from "../../core/src/testing/test-support/servers/private-postgres.js";
import { startPrivateRedis } from "../../core/src/testing/test-support/servers/private-redis.js";
import { serverSetting } from "../../core/src/testing/test-support/servers/server-process.js";
import { createTracker } from "./index.js";
import { trackingKillRounds } from "./test-support/cases/kill-cases.js";

const child = new URL("./test-support/logging.child.ts", import.meta.url);
const windowMicros = 50_000;

interface Said {
  /** When the call of each step had returned. */
  readonly points: Map<number, number>;
  ended: boolean;
}

/** What a writer had said of each of its runs, and the time of the last but one call. */
function said(lines: readonly string[]): { runs: Map<string, Said>; time: number } {
  const runs = new Map<string, Said>();
  const times: number[] = [];
  let current: Said | undefined;
  for (const line of lines) {
    const [what, value, time] = line.split(" ");
    if (what === "run") {
      current = { points: new Map(), ended: false };
      runs.set(value!, current);
    } else if (what === "end") current!.ended = true;
    else {
      current!.points.set(Number(value), Number(time));
      times.push(Number(time));
    }
  }
  return { runs, time: times.at(-2) ?? 0 };
}

test.each([
  ["journal", false],
  ["journal", true],
  ["fsync", true],
] as const)(
  'a killed program that logs in mode "%s" (awaiting: %s) loses only points younger than the window',
  async (durability: JournalDurability, awaits) => {
    const { kills, seed } = killSettings(0.04);
    process.stdout.write(`logging in mode ${durability}: ${kills} kills, seed ${seed}\n`);
    const directory = mkdtempSync(join(tmpdir(), "millwright-tracking-"));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    let points = 0;
    let lost = 0;
    await killRounds({
      kills,
      seed,
      work: 40_000,
      start: ({ random }) => ({
        writers: [startChild(child, { directory, seed: random.integer(2 ** 31), durability, awaits })],
      }),
      verify: async (acknowledged) => {
        const storage = await openLocalStorage(directory);
        const errors: unknown[] = [];
        const tracker = createTracker({ storage, onError: (error) => errors.push(error) });
        await tracker.recover();
        const { runs, time } = said(acknowledged.flat());
        for (const [id, { points: logged, ended }] of runs) {
          const run = await tracker.getRun(id);
          const stored = (await tracker.getHistory(id, "loss").catch(() => undefined))?.values ?? [];
          // A run that had just begun may be lost with all that it logged within the window.
          if (run !== undefined) expect(run.status).toBe(ended ? "FINISHED" : run.status);
          expect([...stored]).toEqual(Array.from({ length: stored.length }, (_, step) => step));
          for (const [step, returned] of logged) {
            points++;
            if (step < stored.length) continue;
            lost++;
            expect(ended).toBe(false);
            expect(durability).toBe("journal");
            expect(returned).toBeGreaterThan(time - windowMicros);
          }
        }
        expect(errors).toEqual([]);
        expect((await storage.journals.list()).filter((name) => name.startsWith("tracking."))).toEqual([]);
        await tracker.close();
        await storage.close();
      },
    });
    process.stdout.write(`logging in mode ${durability}: ${points} points returned, ${lost} lost\n`);
    expect(points).toBeGreaterThan(0);
  },
);

const starts = {
  redis: () => {
    const binary = serverSetting("MILLWRIGHT_TEST_REDIS_SERVER");
    return binary === undefined ? undefined : () => startPrivateRedis(binary);
  },
  postgres: () => {
    const binaries = serverSetting("MILLWRIGHT_TEST_POSTGRES_BIN");
    const user = serverUser(process.env.MILLWRIGHT_TEST_USER);
    return binaries === undefined ? undefined : () => startPrivatePostgres(binaries, user);
  },
};

for (const kind of ["redis", "postgres"] as const) {
  const start = starts[kind]();
  for (const victim of ["client", "server"] as const)
    test.skipIf(start === undefined)(
      `nothing that flush or end acknowledged is lost on ${kind}, or there twice, when the ${victim} is killed`,
      async () => {
        const { kills, seed } = killSettings(0.01);
        const server = await start!();
        try {
          const report = await trackingKillRounds({ kind, server, victim, kills, seed });
          expect(report.acknowledged).toBeGreaterThan(0);
        } finally {
          await server.close();
        }
      },
    );
}
