// Started by `session.js` with a pipe as its standard input. When the pipe closes, whoever started us is
// gone, whatever ended it (kill -9 included): the servers are killed and their folders removed.
// Lines: "process <pid>", "folder <path>". Nothing is left to do after an orderly end.
import { existsSync, rmSync } from "node:fs";
import { createInterface } from "node:readline";

/** @type {Set<number>} */
const processes = new Set();
/** @type {Set<string>} */
const folders = new Set();

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});

const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => {
  const space = line.indexOf(" ");
  const kind = line.slice(0, space);
  const value = line.slice(space + 1);
  if (kind === "process") processes.add(Number(value));
  if (kind === "ended") processes.delete(Number(value));
  if (kind === "folder") folders.add(value);
});
lines.on("close", () => {
  for (const pid of processes) {
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // It has ended already.
    }
  }
  for (const folder of folders) {
    if (existsSync(folder)) rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
});
