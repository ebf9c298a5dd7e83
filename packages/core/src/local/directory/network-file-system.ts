import { statfs } from "node:fs/promises";
import { coreError } from "../../errors/create.js";

/** What `statfs` says of the file system of a path: its magic number, and the space that is left. */
export interface FileSystem {
  readonly type: number;
  readonly freeBytes: number;
}

/** Looks at the file system of a path. Tests give their own. */
export type FileSystemProbe = (path: string) => Promise<FileSystem>;

/** Asks the operating system. */
export async function probeFileSystem(path: string): Promise<FileSystem> {
  const { type, bavail, bsize } = await statfs(path);
  return { type, freeBytes: bavail * bsize };
}

/** Magic numbers of Linux's `statfs` for file systems whose locks or memory maps do not span machines. */
const networkTypes: Readonly<Record<number, string>> = {
  26985: "NFS",
  20859: "SMB",
  4283649346: "CIFS",
  4266872130: "SMB2",
  16914839: "9P",
  1397113167: "AFS",
  12805120: "Ceph",
  198183888: "Lustre",
  18225520: "GFS2",
  1196443219: "GPFS",
  1937076805: "Coda",
  428016422: "BeeGFS",
};

/**
 * Refuses file systems that are shared over a network: the embedded store maps its file into memory and locks it, and
 * neither reaches the other machine. FUSE (`0x65735546`) hides what is below it and is let through: it may be local.
 */
export async function refuseNetworkFileSystem(directory: string, probe: FileSystemProbe): Promise<void> {
  const { type } = await probe(directory);
  const name = networkTypes[type >>> 0];
  if (name === undefined) return;
  throw coreError(
    "UNSUPPORTED",
    `${directory} is on a network file system (${name}), where local storage would lose data. Use a local disk, or a server such as PostgreSQL`,
    { details: { fileSystem: name } },
  );
}
