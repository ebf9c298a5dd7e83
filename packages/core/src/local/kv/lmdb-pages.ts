/**
 * The parts of LMDB's file format that tell which pages are in use: see `struct MDB_meta`, `MDB_page_header`, `MDB_node` and
 * `MDB_ovpage` in `mdb.c` of lmdb 3.5 (data version 2), for 64 bits, little-endian.
 */

const headerBytes = 24;
const magic = 0xbeefc0de;
const noPage = 0xffff_ffff_ffff_ffffn;
const branch = 0x01;
const leaf = 0x02;
const overflow = 0x04;
const pageKinds = 0x7f;
const bigValue = 0x01;
const subTree = 0x02;

/** Bytes of a meta page behind its page header. */
export const metaBytes = 24 + 2 * 48 + 16;

/** A tree of pages. A depth of 1 is a single leaf. */
export interface Tree {
  readonly root: number;
  readonly depth: number;
}

/** What a meta page says. */
export interface Meta {
  readonly pageSize: number;
  readonly lastPage: number;
  readonly transaction: bigint;
  /** The free list and the main tree, if they are not empty. */
  readonly trees: readonly Tree[];
}

/** The meta page of its bytes; `undefined` if they are not one. */
export function readMeta(bytes: Buffer): Meta | undefined {
  if (bytes.length < headerBytes + metaBytes) return undefined;
  const view = bytes.subarray(headerBytes);
  if (view.readUInt32LE(0) !== magic) return undefined;
  const pageSize = view.readUInt32LE(24);
  if (pageSize < 256 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0) return undefined;
  const trees = [readTree(view, 24), readTree(view, 24 + 48)].filter((tree) => tree !== undefined);
  return {
    pageSize,
    lastPage: Number(view.readBigUInt64LE(120)),
    transaction: view.readBigUInt64LE(128),
    trees,
  };
}

function readTree(bytes: Buffer, offset: number): Tree | undefined {
  const root = bytes.readBigUInt64LE(offset + 40);
  return root === noPage ? undefined : { root: Number(root), depth: bytes.readUInt16LE(offset + 6) };
}

/** Pages of one value that does not fit into a page of a tree. */
export interface ValuePages {
  readonly first: number;
  readonly last: number;
}

/** What a page of a tree points to. */
export interface PageReferences {
  readonly children: readonly Tree[];
  readonly values: readonly ValuePages[];
}

/**
 * The references of the page that stands at `depth` of a tree; `undefined` if its bytes are no such page: LMDB follows them
 * without looking, and ends the process where they lead nowhere.
 */
export function pageReferences(page: Buffer, number: number, depth: number): PageReferences | undefined {
  try {
    return readPage(page, number, depth);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function readPage(page: Buffer, number: number, depth: number): PageReferences | undefined {
  const kind = depth > 1 ? branch : leaf;
  if (Number(page.readBigUInt64LE(0)) !== number || (page.readUInt16LE(18) & pageKinds) !== kind)
    return undefined;
  const lower = page.readUInt16LE(20);
  const upper = page.readUInt16LE(22);
  const nodes = lower >> 1;
  const isEmpty = nodes < (kind === branch ? 2 : 1);
  if (isEmpty || lower % 2 !== 0 || lower > upper || headerBytes + upper > page.length) return undefined;
  const children: Tree[] = [];
  const values: ValuePages[] = [];
  for (let index = 0; index < nodes; index++) {
    const start = page.readUInt16LE(headerBytes + 2 * index);
    const node = headerBytes + start;
    const data = node + 8 + page.readUInt16LE(node + 6);
    if (start < upper || data > page.length) return undefined;
    const flags = page.readUInt16LE(node + 4);
    if (kind === branch) children.push({ root: page.readUInt32LE(node) + flags * 2 ** 32, depth: depth - 1 });
    else if ((flags & bigValue) !== 0) {
      const first = Number(page.readBigUInt64LE(data));
      values.push({ first, last: first + Number(page.readBigUInt64LE(data + 16)) - 1 });
    } else {
      if (data + page.readUInt32LE(node) > page.length) return undefined;
      const tree = (flags & subTree) === 0 ? undefined : readTree(page, data);
      if (tree !== undefined) children.push(tree);
    }
  }
  return { children, values };
}

/** Whether bytes are the first page of the value that a leaf says is there. */
export function isValuePage(page: Buffer, number: number): boolean {
  if (page.length < headerBytes) return false;
  return Number(page.readBigUInt64LE(0)) === number && (page.readUInt16LE(18) & pageKinds) === overflow;
}
