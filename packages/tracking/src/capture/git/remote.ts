import { type Host, readText } from "../host.js";
import type { GitRepository } from "./repository.js";

/**
 * The address that a repository was cloned from, without credentials: that of the remote of the branch, else of `origin`, else of
 * the first remote. Included files and `insteadOf` of the configuration are not followed.
 */
export async function readRemote(
  host: Host,
  repository: GitRepository,
  branch: string | undefined,
): Promise<string | undefined> {
  const config = parseConfig((await readText(host, host.paths.join(repository.common, "config"))) ?? "");
  const names = [config.get(`branch.${branch}.remote`), "origin"];
  const first = [...config.keys()].find((key) => key.startsWith("remote.") && key.endsWith(".url"));
  const keys = [...names.filter((name) => name !== undefined).map((name) => `remote.${name}.url`), first];
  const address = keys.map((key) => key && config.get(key)).find((each) => each);
  return address === undefined ? undefined : withoutCredentials(address);
}

/** The values of a git configuration by `section.subsection.name`; the first one of a name, as for the address of a remote. */
function parseConfig(text: string): Map<string, string> {
  const values = new Map<string, string>();
  let section = "";
  for (const line of text.split("\n")) {
    const header = /^\s*\[\s*([\w.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\]/.exec(line);
    if (header !== null) {
      const [, name = "", subsection] = header;
      section =
        name.toLowerCase() + (subsection === undefined ? "" : `.${subsection.replaceAll(/\\(.)/g, "$1")}`);
      continue;
    }
    const entry = /^\s*([A-Za-z][\w-]*)\s*=\s*(.*?)\s*$/.exec(line);
    if (entry === null) continue;
    const key = `${section}.${entry[1]!.toLowerCase()}`;
    if (!values.has(key)) values.set(key, plainValue(entry[2]!));
  }
  return values;
}

function plainValue(text: string): string {
  const quoted = /^"((?:[^"\\]|\\.)*)"/.exec(text);
  if (quoted !== null) return quoted[1]!.replaceAll(/\\(.)/g, "$1");
  return text.replace(/\s[#;].*$/, "").trim();
}

/**
 * An address of a repository without user names, passwords, query and fragment. The user of `ssh`, such as `git`, stays: without
 * it the address does not work, and it is no secret.
 */
export function withoutCredentials(address: string): string | undefined {
  // `ext::` and other helpers carry whole commands.
  if (/^[a-z0-9+.-]+::/i.test(address)) return undefined;
  const match = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)([^?#]*)/i.exec(address);
  // A path, or the form of scp, `git@host:path`, which has no place for a password.
  if (match === null) return address;
  const [, scheme = "", authority = "", path = ""] = match;
  const at = authority.lastIndexOf("@");
  const user = at < 0 ? "" : authority.slice(0, at).split(":")[0]!;
  const isShell = /^(git\+)?ssh(\+git)?$/i.test(scheme);
  return `${scheme}://${isShell && user !== "" ? `${user}@` : ""}${authority.slice(at + 1)}${path}`;
}
