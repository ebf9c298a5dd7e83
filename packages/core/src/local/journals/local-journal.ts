import { invalidArgument } from "../../errors/create.js";
import { createIdentifierHex } from "../../identity/identifier.js";
import { assertFrame } from "../../journal/checks.js";
import type { Journal, JournalFrame } from "../../journal/journal.js";
import { createLifecycle } from "../../lifecycle/lifecycle.js";
import { hasCode, localError } from "../directory/local-error.js";
import type { Crc32cTable } from "./crc32c.js";
import { headerBytes } from "./journal-format.js";
import { type SegmentFrame, scanSegment } from "./scan-segment.js";
import { SegmentWriter } from "./segment-writer.js";
import {
  createSegment,
  damaged,
  readSegment,
  recoverSegments,
  removeSegment,
  reopenSegment,
  type Segment,
} from "./segments.js";
import type { WriterLock } from "./writer-lock.js";

/** An active segment shorter than this is not worth giving up for its space. */
const worthRemoving = 256 * 1024;

/** What a journal is opened with. The lock is held already, and released by `close`. */
export interface JournalStart {
  readonly name: string;
  readonly directory: string;
  readonly table: Crc32cTable;
  readonly lock: WriterLock;
  readonly durability: "journal" | "fsync";
  readonly onClose: () => void;
}

/** Opens the segments of a journal for writing: cuts off a torn end, or makes the first segment. */
export async function openJournal(start: JournalStart): Promise<Journal> {
  const { directory, table, name, durability } = start;
  const resource = `the journal ${name}`;
  const recovered = await recoverSegments(table, directory);
  const header = recovered?.header ?? { id: createIdentifierHex(), first: 1, floor: 1 };
  const segments: Segment[] = [...(recovered?.segments ?? [])];
  let file: number;
  if (recovered === undefined) {
    const created = createSegment(table, directory, header);
    segments.push(created.segment);
    file = created.file;
  } else file = reopenSegment(segments.at(-1)!, recovered.end.wholeBytes);
  const explain = (error: unknown): unknown => localError(resource, error);
  const writer = new SegmentWriter({
    table,
    directory,
    header,
    segment: segments.at(-1)!,
    file,
    bytes: recovered?.end.wholeBytes ?? headerBytes,
    immediate: durability === "fsync",
    explain,
    onSegment: (segment) => segments.push(segment),
  });
  const lifecycle = createLifecycle(resource);
  let last = recovered?.end.lastSequence ?? 0;
  let floor = recovered?.end.floor ?? header.floor;

  const giveUp = async (before: number): Promise<void> => {
    const bounded = Math.min(before, last + 1);
    if (bounded <= floor) return;
    floor = bounded;
    if (floor > last && writer.bytes >= worthRemoving) writer.rotate(last + 1, floor);
    else writer.note(last, floor);
    // A segment is over when the next one begins at or before the floor.
    while (segments.length > 1 && segments[1]!.first <= floor) await removeSegment(segments.shift()!);
  };
  const close = (): Promise<void> =>
    lifecycle.close(async () => {
      try {
        await writer.sync();
      } finally {
        writer.close();
        start.onClose();
        await start.lock.release();
      }
    });
  return {
    id: header.id,
    durability,
    get lastSequence() {
      return last;
    },
    append(data) {
      lifecycle.assertOpen();
      assertFrame(data);
      writer.append(last + 1, data, floor);
      last++;
      return last;
    },
    flush() {
      lifecycle.assertOpen();
      writer.flush();
    },
    sync: (options) => lifecycle.run(options?.signal, () => writer.sync()),
    read(from = 1, options) {
      lifecycle.assertOpen();
      assertSequence(from, "from");
      // Only what is in the files can be read; the end is fixed now.
      writer.flush();
      return readFrames(
        { table, segments: [...segments], from: Math.max(from, floor), last, explain },
        options?.signal,
      );
    },
    truncate: (before, options) =>
      lifecycle.run(options?.signal, async () => {
        assertSequence(before, "before");
        try {
          await giveUp(before);
        } catch (error) {
          throw explain(error);
        }
      }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function assertSequence(sequence: number, path: string): void {
  if (!Number.isSafeInteger(sequence)) throw invalidArgument(path, `${sequence} is not a sequence`);
}

interface ReadPlan {
  readonly table: Crc32cTable;
  readonly segments: readonly Segment[];
  readonly from: number;
  readonly last: number;
  readonly explain: (error: unknown) => unknown;
}

async function* readFrames(
  plan: ReadPlan,
  signal: AbortSignal | undefined,
): AsyncGenerator<JournalFrame, void, void> {
  for (const [index, segment] of plan.segments.entries()) {
    const end = Math.min(plan.last, (plan.segments[index + 1]?.first ?? Number.POSITIVE_INFINITY) - 1);
    if (end < plan.from || segment.first > end) continue;
    signal?.throwIfAborted();
    const frames = await framesOf(plan, segment);
    if (frames === undefined) continue;
    let found = segment.first - 1;
    for (const { sequence, data } of frames) {
      found = sequence;
      if (sequence > end) break;
      signal?.throwIfAborted();
      // A copy, so that one kept frame does not keep the whole segment in memory.
      if (sequence >= plan.from) yield { sequence, data: Uint8Array.from(data) };
    }
    if (found < end) throw damaged(segment, `frame ${found + 1} does not decode`);
  }
}

async function framesOf(plan: ReadPlan, segment: Segment): Promise<Iterable<SegmentFrame> | undefined> {
  try {
    const { bytes } = await readSegment(plan.table, segment);
    return scanSegment(plan.table, bytes, segment.first);
  } catch (error) {
    // Truncated since the call: its frames are given up.
    if (hasCode(error, "ENOENT")) return undefined;
    throw plan.explain(error);
  }
}
