// npm run bench -- tracking [--only points,search,kill] [--quick] [--rounds n] [--seed n]
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describeMachine, machineLine } from "../harness/machine.js";
import { isWanted, readOptions } from "../harness/options.js";
import { killTable, measureKills } from "./kill/measure-kills.js";
import { countText } from "./numbers.js";
import { installedPeers } from "./peers.js";
import { comparePoints, pointsTable } from "./points/compare-points.js";
import { compareSearch, runCount, searchTable } from "./search/compare-search.js";

const options = readOptions(process.argv.slice(2), ["points", "search", "kill"], {
  rounds: 5,
  quickRounds: 1,
});
const { seed, rounds, quick } = options;
const folder = mkdtempSync(join(tmpdir(), "millwright-bench-"));
const results = fileURLToPath(new URL("../results", import.meta.url));
const peers = installedPeers();
const say = (line: string): void => {
  process.stderr.write(`» ${(performance.now() / 1_000).toFixed(0)} s: ${line}\n`);
};
const print = (text: string): void => {
  process.stdout.write(`${text}\n\n`);
};

try {
  const machine = describeMachine(folder);
  print(
    `${machineLine(machine)}; seed ${seed}, rounds: ${rounds}${quick ? "; quick: not to be quoted" : ""}`,
  );
  const found: Record<string, unknown> = {};
  // After each part, so that what was measured is there if a later one fails.
  const keep = (): void => {
    mkdirSync(results, { recursive: true });
    const whole = { name: "tracking", time: new Date().toISOString(), options, machine, ...found };
    writeFileSync(join(results, "tracking.json"), `${JSON.stringify(whole, undefined, 2)}\n`);
  };
  if (isWanted(options, "points")) {
    const rows = await comparePoints({ folder, peers, seed, rounds, quick, say });
    found.points = rows;
    keep();
    print(`### Points of one process\n\n${pointsTable(rows)}`);
  }
  if (isWanted(options, "search")) {
    const rows = await compareSearch({ folder, peers, seed, rounds, quick, say });
    found.search = rows;
    keep();
    print(`### Search over ${countText(runCount(quick))} runs\n\n${searchTable(rows)}`);
  }
  if (isWanted(options, "kill")) {
    const kills = await measureKills({ folder, seed, kills: quick ? 10 : 100, say });
    found.kills = kills;
    keep();
    print(`### Killed while logging\n\n${killTable(kills)}`);
  }
  say(`all rounds in ${join(results, "tracking.json")}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
