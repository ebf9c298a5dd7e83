import { coreError } from "../errors/create.js";
import { type Database, resultOf } from "./database.js";

/** A journal under its name. Its frames are under `[id, sequence]`. */
export interface JournalRecord {
  readonly id: string;
  /** The last frame that was written, also if it has been truncated since. */
  readonly last: number;
}

/** Writes frames in their order, as many at once as have come together. */
export interface FrameWriter {
  /** Queues a frame. Throws the failure of an earlier write. */
  add(data: Uint8Array): void;
  /** Throws the failure of an earlier write. */
  assertWorking(): void;
  /** Resolves once every frame added so far is on the disk. Rejects with the failure of any. */
  flush(): Promise<void>;
}

/** Frames over this many bytes go into another transaction, which keeps the memory of one small. */
const batchBytes = 4_194_304;

/** The writer of an open journal. */
export function createFrameWriter(database: Database, name: string, record: JournalRecord): FrameWriter {
  let queue: Uint8Array[] = [];
  let written = record.last;
  let writing: Promise<void> | undefined;
  let failure: { readonly error: unknown } | undefined;

  async function drain(): Promise<void> {
    // Frames that are added in the same turn go together.
    await Promise.resolve();
    while (queue.length > 0 && failure === undefined) {
      const batch = takeBatch();
      try {
        await write(database, name, record.id, written, batch);
        written += batch.length;
      } catch (error) {
        failure = { error };
      }
    }
    writing = undefined;
  }

  function takeBatch(): Uint8Array[] {
    let bytes = 0;
    let count = 0;
    while (count < queue.length && (count === 0 || bytes + queue[count]!.length <= batchBytes))
      bytes += queue[count++]!.length;
    const batch = queue.slice(0, count);
    queue = queue.slice(count);
    return batch;
  }

  const assertWorking = (): void => {
    if (failure !== undefined) throw failure.error;
  };
  return {
    assertWorking,
    add(data) {
      assertWorking();
      queue.push(new Uint8Array(data));
      writing ??= drain();
    },
    async flush() {
      await writing;
      assertWorking();
    },
  };
}

function write(
  database: Database,
  name: string,
  id: string,
  written: number,
  batch: readonly Uint8Array[],
): Promise<void> {
  return database.transaction(["journals", "frames"], "readwrite", async (store) => {
    const current = await resultOf<JournalRecord | undefined>(store("journals").get(name));
    if (current?.id !== id || current.last !== written) {
      throw coreError(
        "CONFLICT",
        `the journal ${name} was written or deleted by somebody else; open it again`,
      );
    }
    for (const [index, data] of batch.entries()) store("frames").put(data, [id, written + index + 1]);
    store("journals").put({ id, last: written + batch.length }, name);
  });
}
