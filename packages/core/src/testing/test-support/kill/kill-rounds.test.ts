import { spawn } from "node:child_process";
import { expect, test } from "vitest";
import { killRounds } from "./kill-rounds.js";
import { killSettings } from "./settings.js";

const script = (code: string) => spawn(process.execPath, ["-e", code], { stdio: ["ignore", "pipe", "pipe"] });
const busy = `const { writeSync } = require("node:fs"); writeSync(1, "ready\\n"); for (let n = 1; ; n++) writeSync(1, n + "\\n");`;

test("acknowledgements up to the kill are whole lines, in order, for each writer", async () => {
  const seen: number[] = [];
  const report = await killRounds({
    kills: 4,
    seed: 7,
    start: () => ({ writers: [script(busy), script(busy)] }),
    verify: (acknowledged) => {
      for (const lines of acknowledged) {
        expect(lines).toEqual(lines.map((_, index) => String(index + 1)));
        seen.push(lines.length);
      }
    },
  });
  expect(seen).toHaveLength(4);
  expect(report.kills).toBe(4);
  expect(report.acknowledged).toBe(seen.reduce((sum, count) => sum + count, 0));
});

test("equal seeds draw equal rounds", async () => {
  const draw = async (): Promise<number[]> => {
    const numbers: number[] = [];
    await killRounds({
      kills: 3,
      seed: 42,
      window: 1,
      start: ({ random }) => {
        numbers.push(random.next());
        return { writers: [script(busy)] };
      },
      verify: () => {},
    });
    return numbers;
  };
  const [first, second] = [await draw(), await draw()];
  expect(new Set(first).size).toBe(3);
  expect(second).toEqual(first);
});

test("a round that finds something lost fails with the seed and the round", async () => {
  const failing = killRounds({
    kills: 5,
    seed: 99,
    start: () => ({ writers: [script(busy)] }),
    verify: (_, { round }) => {
      if (round === 2) throw new Error("entry 17 is missing");
    },
  });
  await expect(failing).rejects.toThrow("kill round 2 of seed 99: entry 17 is missing");
});

test("a writer that fails by itself fails the round with what it said", async () => {
  const failing = killRounds({
    kills: 1,
    seed: 1,
    start: () => ({ writers: [script(`process.stderr.write("disk on fire"); process.exitCode = 3;`)] }),
    verify: () => {},
  });
  await expect(failing).rejects.toThrow(/exit code 3.*disk on fire/);
});

test("a round can kill something else, and ends the writers after it", async () => {
  let killed = 0;
  const writer = script(busy);
  await killRounds({
    kills: 1,
    seed: 5,
    start: () => ({ writers: [writer], kill: () => void killed++ }),
    verify: () => expect(writer.signalCode).toBe("SIGKILL"),
  });
  expect(killed).toBe(1);
});

test("the number of kills and the seed come from the environment", () => {
  const before = { ...process.env };
  process.env.MILLWRIGHT_TEST_KILLS = "12";
  process.env.MILLWRIGHT_TEST_SEED = "34";
  try {
    expect(killSettings(0.4)).toEqual({ kills: 5, seed: 34 });
    delete process.env.MILLWRIGHT_TEST_KILLS;
    expect(killSettings(0.4).kills).toBe(80);
  } finally {
    process.env = before;
  }
});
