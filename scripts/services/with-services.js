import { ScriptError, say, warn } from "../process/say.js";
import { installServices, serviceNames } from "./install.js";
import { serverUser, startPostgres, startRedis, startS3 } from "./servers.js";
import { ServerSession } from "./session.js";

/** @typedef {import("./install.js").ServiceName} ServiceName */

/**
 * Runs `use` with private test services up, and stops and deletes them when it ends, fails, or this process
 * gets a signal. `use` receives the variables that tell tests where they are: see CONTRIBUTING.md.
 *
 * A service that cannot be had is left out with one loud line; with `CI=true` that is a failure.
 * @template Result
 * @param {(environment: Record<string, string>) => Promise<Result>} use
 * @param {readonly ServiceName[]} [wanted] default: all
 * @returns {Promise<Result>}
 */
export async function withServices(use, wanted = serviceNames) {
  const installed = await installServices(wanted);
  const session = new ServerSession();
  // A signal must not end us before the servers are down. What runs in `use` gets it too, and ends.
  let stopped = false;
  const hold = () => {
    stopped = true;
  };
  for (const signal of signals) process.on(signal, hold);
  try {
    const { environment, problems } = await startServices(session, installed);
    if (stopped) throw new ScriptError("stopped", 130);
    if (problems.length > 0) {
      const text = `test services missing: ${problems.join(" | ")}`;
      if (process.env.CI === "true") throw new ScriptError(text);
      warn(`${text} | the tests that need them are skipped`);
    }
    const up = Object.keys(environment).map((name) => name.replace("MILLWRIGHT_TEST_", "").toLowerCase());
    say(`test services: ${up.join(", ") || "none"}`);
    return await use(environment);
  } finally {
    await session.close();
    for (const signal of signals) process.off(signal, hold);
  }
}

/** @type {readonly NodeJS.Signals[]} */
const signals = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * @param {ServerSession} session
 * @param {import("./install.js").Installed} installed
 * @returns {Promise<{ environment: Record<string, string>, problems: string[] }>}
 */
async function startServices(session, { paths, missing }) {
  const user = serverUser();
  const problems = missing.map(({ name, problem }) => `${name} (${problem})`);
  /** @type {Record<string, string>} */
  const environment = {};
  const add = (/** @type {string} */ name, /** @type {string} */ value) => {
    environment[`MILLWRIGHT_TEST_${name}`] = value;
  };

  const starts = [];
  if (paths.redis !== undefined) {
    add("REDIS_SERVER", paths.redis);
    starts.push(startRedis(session, paths.redis).then((url) => add("REDIS_URL", url)));
  }
  if (paths.postgres !== undefined) {
    add("POSTGRES_BIN", paths.postgres);
    if (user !== undefined) add("USER", `${user.uid}:${user.gid}`);
    starts.push(startPostgres(session, paths.postgres, user).then((url) => add("POSTGRES_URL", url)));
  }
  if (paths.s3 !== undefined) starts.push(startS3(session, paths.s3).then((url) => add("S3_URL", url)));
  if (paths.chromium !== undefined) add("CHROMIUM", paths.chromium);

  for (const outcome of await Promise.allSettled(starts)) {
    if (outcome.status === "rejected") problems.push(String(outcome.reason));
  }
  return { environment, problems };
}
