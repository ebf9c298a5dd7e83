import { stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import { coreError } from "../../errors/create.js";
import { writeWhole } from "../directory/durable-files.js";
import { hasCode } from "../directory/local-error.js";

/** Room for about a thousand readers, a thread each. */
const lockBytes = 65_536;

/**
 * Makes LMDB's lock file before LMDB does, with all of its blocks on the disk. LMDB maps the file and would make it with
 * holes; the first touch of a hole on a full disk ends the process by SIGBUS.
 */
export async function reserveLockFile(directory: string): Promise<void> {
  const path = join(directory, "lock.mdb");
  try {
    const { size, blocks } = await stat(path);
    if (blocks === undefined || blocks * 512 >= size) return;
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
    await writeWhole(path, new Uint8Array(lockBytes), true);
    return;
  }
  const { bavail, bsize } = await statfs(directory);
  if (bavail * bsize >= lockBytes) return;
  throw coreError(
    "STORAGE_FULL",
    `${path}: the disk is too full to open the store. Free space, then try again`,
  );
}
