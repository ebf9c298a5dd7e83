import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { runCommand } from "../process/command.js";
import { say } from "../process/say.js";
import { findOnPath } from "./find.js";

const policy = "/usr/sbin/policy-rc.d";

/** Whether this process can install Debian packages. */
export function canInstallDebianPackages() {
  return process.getuid?.() === 0 && findOnPath("apt-get") !== undefined;
}

/**
 * Installs Debian packages without starting the servers in them.
 *
 * `policy-rc.d` is Debian's own way to say that: the packages' install scripts ask it before they start
 * anything. One that is already there is left as it is; ours goes when the installation ends.
 * @param {readonly string[]} names
 * @returns {Promise<string | undefined>} undefined, or why it did not work
 */
export async function installDebianPackages(names) {
  say(`install Debian packages: ${names.join(", ")}`);
  const ours = !existsSync(policy);
  if (ours) await writeFile(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
    const wait = ["-o", "DPkg::Lock::Timeout=300"];
    for (const args of [
      [...wait, "update"],
      [...wait, "install", "-y", "--no-install-recommends", ...names],
    ]) {
      const { code, output } = await runCommand("apt-get", args, { env, capture: true });
      if (code !== 0) return `apt-get ${args.join(" ")} failed (${code}):\n${output.slice(-2000)}`;
    }
    return undefined;
  } finally {
    if (ours) await rm(policy, { force: true });
  }
}
