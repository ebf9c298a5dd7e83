import { trackingLimits } from "../limits.js";
import type { CapturedEnvironment } from "./environment.js";

/**
 * An environment as tags of a run; what is not known has no tag. Values that are longer than a tag may be are cut.
 *
 * | tag | value |
 * |---|---|
 * | `millwright.git.commit`, `.branch`, `.repository` | as captured |
 * | `millwright.git.dirty` | `true` or `false` |
 * | `millwright.git.untracked` | a count |
 * | `millwright.git.diffDigest` | `sha256:` and hex digits |
 * | `millwright.entryPoint` | a path below the repository, or a name |
 * | `millwright.lockFile.name`, `.digest` | |
 * | `millwright.runtime.name`, `.version` | `node`, `20.19.0` |
 * | `millwright.os.name`, `.release`, `millwright.platform`, `millwright.architecture` | |
 * | `millwright.processor.model`, `.count` | |
 * | `millwright.memory.bytes`, `.limitBytes` | |
 * | `millwright.userAgent`, `millwright.language` | of a browser |
 *
 * @example
 * ```ts
 * import { captureEnvironment, environmentTags } from "@millwright/tracking/capture";
 *
 * const tags = environmentTags(await captureEnvironment());
 * console.log(tags["millwright.git.commit"]);
 * ```
 */
export function environmentTags(environment: CapturedEnvironment): Record<string, string> {
  const { git, lockFile, runtime, operatingSystem, processor, memory } = environment;
  const values = {
    "git.commit": git?.commit,
    "git.branch": git?.branch,
    "git.dirty": git?.dirty,
    "git.untracked": git?.untracked,
    "git.diffDigest": git?.diffDigest,
    "git.repository": git?.repository,
    entryPoint: environment.entryPoint,
    "lockFile.name": lockFile?.name,
    "lockFile.digest": lockFile?.digest,
    "runtime.name": runtime.name,
    "runtime.version": runtime.version,
    "os.name": operatingSystem?.name,
    "os.release": operatingSystem?.release,
    platform: environment.platform,
    architecture: environment.architecture,
    "processor.model": processor?.model,
    "processor.count": processor?.count,
    "memory.bytes": memory?.bytes,
    "memory.limitBytes": memory?.limitBytes,
    userAgent: environment.userAgent,
    language: environment.language,
  };
  const known = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    known.map(([name, value]) => [
      `millwright.${name}`,
      String(value).slice(0, trackingLimits.tagLength).toWellFormed(),
    ]),
  );
}
