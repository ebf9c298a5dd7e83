import { type FileHandle, open } from "node:fs/promises";
import { coreError } from "../../errors/create.js";
import { hasCode } from "../directory/local-error.js";
import { isValuePage, type Meta, metaBytes, pageReferences, readMeta, type Tree } from "./lmdb-pages.js";

const pageHeaderBytes = 24;

/** A file up to this long is walked whenever it is opened: some ten milliseconds. */
const walkedBytes = 16 * 1024 * 1024;

/**
 * Looks at LMDB's data file before LMDB maps it into memory: LMDB believes what it reads, so that a page that is missing from
 * the file or is none ends the process, by SIGBUS or a failed assertion. Reads the two headers, and walks all pages in use
 * if the file is small, if it is shorter than it says (its last pages may rightly be absent if they are free), or if `all`
 * is asked for.
 *
 * @throws {MillwrightError} `CORRUPT`
 */
export async function checkDataFile(path: string, all = false): Promise<void> {
  // The layout of the headers is that of machines with 64 bits and the small byte first, as all with a prebuilt lmdb are.
  if (process.arch !== "x64" && process.arch !== "arm64") return;
  let file: FileHandle;
  try {
    file = await open(path, "r");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return;
    throw error;
  }
  try {
    if ((await file.stat()).size === 0) return;
    let before: Finding | undefined;
    for (let attempt = 1; attempt <= 5; attempt++) {
      const finding = await inspect(file, all);
      if (finding === undefined) return;
      // Only a state that stood still proves anything: one that moves has a living writer, who would have noticed.
      if (
        before !== undefined &&
        finding.transaction === before.transaction &&
        finding.problem === before.problem
      ) {
        const advice = "Restore the directory from a backup";
        throw coreError("CORRUPT", `${path} is damaged: ${finding.problem}. ${advice}`);
      }
      before = finding;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  } finally {
    await file.close();
  }
}

interface Finding {
  readonly problem: string;
  /** The state in which it was found. */
  readonly transaction: bigint | undefined;
}

async function inspect(file: FileHandle, all: boolean): Promise<Finding | undefined> {
  const meta = await newestMeta(file);
  if (typeof meta === "string") return { problem: meta, transaction: undefined };
  const problem = await findProblem(file, meta, all);
  return problem === undefined ? undefined : { problem, transaction: meta.transaction };
}

/** The newer of the two headers, or what is wrong with them. */
async function newestMeta(file: FileHandle): Promise<Meta | string> {
  const first = readMeta(await readAt(file, 0, pageHeaderBytes + metaBytes));
  if (first === undefined) return "its first page is no header of LMDB";
  const second = readMeta(await readAt(file, first.pageSize, pageHeaderBytes + metaBytes));
  if (second === undefined) return "its second page is no header of LMDB";
  return first.transaction > second.transaction ? first : second;
}

async function findProblem(file: FileHandle, meta: Meta, all: boolean): Promise<string | undefined> {
  const { size } = await file.stat();
  const pages = Math.floor(size / meta.pageSize);
  if (pages > meta.lastPage && size > walkedBytes && !all) return undefined;
  const whole = size <= walkedBytes ? await readAt(file, 0, size) : undefined;
  const pageOf = (page: number): Buffer | Promise<Buffer> =>
    whole?.subarray(page * meta.pageSize, (page + 1) * meta.pageSize) ??
    readAt(file, page * meta.pageSize, meta.pageSize);
  const waiting: Tree[] = [...meta.trees];
  const seen = new Set<number>();
  for (let tree = waiting.pop(); tree !== undefined; tree = waiting.pop()) {
    const { root, depth } = tree;
    if (root >= pages) return `it has ${pages} pages, and page ${root} is in use`;
    if (seen.has(root)) return `page ${root} is used twice`;
    seen.add(root);
    const references = pageReferences(await pageOf(root), root, depth);
    if (references === undefined) return `page ${root} does not decode`;
    for (const { first, last } of references.values) {
      if (last >= pages || last < first) return `it has ${pages} pages, and page ${last} is in use`;
      if (!isValuePage(await pageOf(first), first)) return `page ${first} does not decode`;
    }
    for (const child of references.children) waiting.push(child);
  }
  return undefined;
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
