import { spawn } from "node:child_process";
import { constants } from "node:os";
import { root } from "./repository.js";

/**
 * @typedef {object} CommandOptions
 * @property {string} [cwd] default: the repository
 * @property {NodeJS.ProcessEnv} [env] default: this process's
 * @property {boolean} [capture] collect the output instead of passing it on
 */

/**
 * Runs a command to its end and passes signals on to it.
 *
 * A terminal sends Ctrl-C to the whole foreground group, so the child has it already: then we only wait.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {CommandOptions} [options]
 * @returns {Promise<{ code: number, output: string }>} a child ended by a signal has code 128 + its number
 */
export function runCommand(command, args, { cwd = root, env = process.env, capture = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: capture ? ["ignore", "pipe", "pipe"] : "inherit" });
    /** @type {Buffer[]} */
    const chunks = [];
    child.stdout?.on("data", (chunk) => chunks.push(chunk));
    child.stderr?.on("data", (chunk) => chunks.push(chunk));

    const forward = (/** @type {NodeJS.Signals} */ signal) => {
      if (signal === "SIGINT" && process.stdin.isTTY) return;
      child.kill(signal);
    };
    for (const signal of passedOn) process.on(signal, forward);
    const watch = whenOrphaned(() => child.kill("SIGTERM"));
    const stopForwarding = () => {
      clearInterval(watch);
      for (const signal of passedOn) process.off(signal, forward);
    };

    child.once("error", (error) => {
      stopForwarding();
      reject(error);
    });
    child.once("close", (code, signal) => {
      stopForwarding();
      const exit = signal === null ? (code ?? 1) : 128 + constants.signals[signal];
      resolve({ code: exit, output: Buffer.concat(chunks).toString("utf8") });
    });
  });
}

/**
 * npm passes a signal to its shell, which dies of it and tells nobody: then our parent is another one.
 * Outside npm a new parent means nothing (the terminal was closed, say).
 */
function whenOrphaned(/** @type {() => void} */ end) {
  const parent = process.ppid;
  return setInterval(() => {
    if (process.env.npm_lifecycle_event !== undefined && process.ppid !== parent) end();
  }, 500).unref();
}

/** @type {readonly NodeJS.Signals[]} */
const passedOn = ["SIGINT", "SIGTERM", "SIGHUP"];
