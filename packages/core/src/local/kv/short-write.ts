import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

const inputOutputError = 5;
/** As much as the largest commit can need. */
const probeBytes = 2 * 1024 * 1024;

/**
 * When the system writes only a part of what LMDB gave it, which is how a full disk or quota shows first, LMDB reports an
 * input/output error. Tries to write in the same place: if that fails, its error is the true one.
 */
export async function explainShortWrite(error: unknown, directory: string): Promise<unknown> {
  if ((error as { code?: unknown } | null)?.code !== inputOutputError) return error;
  const probe = join(directory, `.${crypto.randomUUID()}.probe`);
  try {
    await writeFile(probe, new Uint8Array(probeBytes), { flag: "wx" });
    return error;
  } catch (cause) {
    return cause;
  } finally {
    await rm(probe, { force: true });
  }
}
