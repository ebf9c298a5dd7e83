import { coreError, invalidArgument } from "../errors/create.js";
import { createIdentifierHex } from "../identity/identifier.js";
import { assertFrame, assertJournalName } from "../journal/checks.js";
import type { Journal, JournalDriver, JournalFrame } from "../journal/journal.js";
import { createLifecycle } from "../lifecycle/lifecycle.js";
import { createDatabase, type Database, resultOf } from "./database.js";
import { createFrameWriter, type JournalRecord } from "./frame-writer.js";
import { createJournalLocks } from "./journal-locks.js";

const pageSize = 64;

/**
 * Journals in the IndexedDB database of a name, for browsers.
 *
 * `append` puts the frame into a queue in memory, which is written at once and in order in the background: its durability is
 * `"memory"`, since nothing can be promised when it returns. After `sync` all frames are on the disk. One writer at a time
 * holds across tabs by the Web Locks API; where that is missing (pages without TLS, Node), within this driver only, and a
 * second writer elsewhere is found out by `CONFLICT` at its first write.
 */
export function indexedDbJournals(name: string): JournalDriver {
  const database = createDatabase(name);
  const locks = createJournalLocks(`millwright:${name}`);
  const lifecycle = createLifecycle(`the journals in indexeddb ${name}`);
  return {
    name: `indexeddb ${name}`,
    open: (journal, options = {}) =>
      lifecycle.run(options.signal, async () => {
        assertJournalName(journal);
        if ((options.durability ?? "memory") !== "memory") {
          throw coreError(
            "UNSUPPORTED",
            `a journal in IndexedDB cannot be "${options.durability}": append cannot wait; call sync`,
          );
        }
        const release = await locks.acquire(journal);
        if (release === undefined) {
          throw coreError(
            "CONFLICT",
            `the journal ${journal} has a writer, maybe in another tab; close that one first`,
            { retryable: true },
          );
        }
        try {
          return openJournal(database, journal, await findOrCreate(database, journal), release);
        } catch (error) {
          release();
          throw error;
        }
      }),
    list: (options = {}) =>
      lifecycle.run(options.signal, async () => {
        const names = await database.transaction(["journals"], "readonly", (store) =>
          resultOf(store("journals").getAllKeys()),
        );
        return names as string[];
      }),
    delete: (journal, options = {}) =>
      lifecycle.run(options.signal, async () => {
        assertJournalName(journal);
        const release = await locks.acquire(journal);
        if (release === undefined)
          throw coreError("CONFLICT", `the journal ${journal} is open; close it before deleting it`);
        try {
          return await remove(database, journal);
        } finally {
          release();
        }
      }),
    close: () => lifecycle.close(() => database.close()),
  };
}

function findOrCreate(database: Database, name: string): Promise<JournalRecord> {
  return database.transaction(["journals"], "readwrite", async (store) => {
    const present = await resultOf<JournalRecord | undefined>(store("journals").get(name));
    if (present !== undefined) return present;
    const created: JournalRecord = { id: createIdentifierHex(), last: 0 };
    store("journals").put(created, name);
    return created;
  });
}

function remove(database: Database, name: string): Promise<boolean> {
  return database.transaction(["journals", "frames"], "readwrite", async (store) => {
    const record = await resultOf<JournalRecord | undefined>(store("journals").get(name));
    if (record === undefined) return false;
    store("journals").delete(name);
    store("frames").delete(framesOf(record.id));
    return true;
  });
}

function openJournal(database: Database, name: string, record: JournalRecord, release: () => void): Journal {
  const lifecycle = createLifecycle(`the journal ${name}`);
  const writer = createFrameWriter(database, name, record);
  let last = record.last;
  const close = (): Promise<void> =>
    lifecycle.close(async () => {
      try {
        await writer.flush();
      } finally {
        release();
      }
    });
  return {
    id: record.id,
    durability: "memory",
    get lastSequence() {
      return last;
    },
    append(data) {
      lifecycle.assertOpen();
      assertFrame(data);
      writer.add(data);
      return ++last;
    },
    flush() {
      lifecycle.assertOpen();
      writer.assertWorking();
    },
    sync: (options = {}) => lifecycle.run(options.signal, () => writer.flush()),
    async *read(from = 1, options = {}) {
      lifecycle.assertOpen();
      const end = last;
      await lifecycle.run(options.signal, () => writer.flush());
      let previous: number | undefined;
      for (let start = from; start <= end; ) {
        const page = await lifecycle.run(options.signal, () => readFrames(database, record.id, start, end));
        for (const frame of page) {
          options.signal?.throwIfAborted();
          if (previous !== undefined && frame.sequence !== previous + 1) throw gap(name, previous + 1);
          previous = frame.sequence;
          yield frame;
        }
        if (page.length < pageSize) break;
        start = previous! + 1;
      }
      if (previous !== undefined && previous < end) throw gap(name, previous + 1);
    },
    truncate: (before, options = {}) =>
      lifecycle.run(options.signal, async () => {
        if (!Number.isSafeInteger(before)) throw invalidArgument("before", `${before} is not a sequence`);
        await writer.flush();
        await database.transaction(["frames"], "readwrite", async (store) => {
          store("frames").delete(
            IDBKeyRange.bound([record.id], [record.id, Math.min(before, last + 1)], false, true),
          );
        });
      }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function gap(name: string, sequence: number): Error {
  return coreError("CORRUPT", `frame ${sequence} of the journal ${name} is missing`);
}

function readFrames(database: Database, id: string, start: number, end: number): Promise<JournalFrame[]> {
  return database.transaction(["frames"], "readonly", async (store) => {
    const range = IDBKeyRange.bound([id, start], [id, end]);
    const [keys, frames] = await Promise.all([
      resultOf(store("frames").getAllKeys(range, pageSize)),
      resultOf<Uint8Array[]>(store("frames").getAll(range, pageSize)),
    ]);
    return frames.map((data, index) => ({ sequence: (keys[index] as [string, number])[1], data }));
  });
}

function framesOf(id: string): IDBKeyRange {
  return IDBKeyRange.bound([id], [id, []]);
}
