import { readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Cuts the last bytes of a journal's newest segment, as a kill in the middle of a write does. */
export async function tearSegment(directory: string, journal: string): Promise<void> {
  const path = await newestSegment(directory, journal);
  await truncate(path, (await readFile(path)).length - 10);
}

/** Changes a byte in the data of the second frame, which the suite begins with `two`. */
export async function damageSegment(directory: string, journal: string): Promise<void> {
  const path = await newestSegment(directory, journal);
  const bytes = await readFile(path);
  const at = bytes.indexOf("two");
  if (at === -1) throw new Error(`${path} does not hold the frame to damage`);
  bytes[at] = bytes[at]! ^ 0xff;
  await writeFile(path, bytes);
}

async function newestSegment(directory: string, journal: string): Promise<string> {
  const folder = join(directory, "journals", journal);
  const last = (await readdir(folder))
    .filter((name) => name.endsWith(".segment"))
    .sort()
    .at(-1);
  if (last === undefined) throw new Error(`${folder} has no segment`);
  return join(folder, last);
}
