import { coreError, invalidArgument } from "../errors/create.js";
import { copyBytes } from "../identity/bytes.js";
import { createIdentifierHex } from "../identity/identifier.js";
import { assertFrame, assertJournalName } from "../journal/checks.js";
import type { Journal, JournalDriver, JournalFrame } from "../journal/journal.js";

interface MemoryJournal {
  readonly id: string;
  frames: JournalFrame[];
  last: number;
  open: boolean;
}

/** Journals that live in this process: nothing survives it. */
export function memoryJournals(): JournalDriver {
  const journals = new Map<string, MemoryJournal>();
  let closed = false;
  const assertOpen = (): void => {
    if (closed) throw coreError("CLOSED", "the journals in memory are closed");
  };
  return {
    name: "memory",
    async open(name, options) {
      assertOpen();
      options?.signal?.throwIfAborted();
      assertJournalName(name);
      if ((options?.durability ?? "memory") !== "memory") {
        throw coreError(
          "UNSUPPORTED",
          `a journal in memory cannot be "${options?.durability}"; open local storage for that`,
        );
      }
      const journal = journals.get(name) ?? { id: createIdentifierHex(), frames: [], last: 0, open: false };
      if (journal.open)
        throw coreError("CONFLICT", `the journal ${name} has a writer; close that one first`, {
          retryable: true,
        });
      journal.open = true;
      journals.set(name, journal);
      return handleOf(name, journal);
    },
    async list(options) {
      assertOpen();
      options?.signal?.throwIfAborted();
      return [...journals.keys()].sort();
    },
    async delete(name, options) {
      assertOpen();
      options?.signal?.throwIfAborted();
      if (journals.get(name)?.open === true)
        throw coreError("CONFLICT", `the journal ${name} is open; close it before deleting it`);
      return journals.delete(name);
    },
    async close() {
      closed = true;
    },
  };
}

function handleOf(name: string, journal: MemoryJournal): Journal {
  let closed = false;
  const assertOpen = (): void => {
    if (closed) throw coreError("CLOSED", `the journal ${name} is closed; open it again to go on`);
  };
  const close = async (): Promise<void> => {
    if (!closed) journal.open = false;
    closed = true;
  };
  return {
    id: journal.id,
    durability: "memory",
    get lastSequence() {
      return journal.last;
    },
    append(data) {
      assertOpen();
      assertFrame(data);
      journal.last++;
      journal.frames.push({ sequence: journal.last, data: copyBytes(data) });
      return journal.last;
    },
    flush: assertOpen,
    async sync(options) {
      assertOpen();
      options?.signal?.throwIfAborted();
    },
    read(from = 1, options) {
      assertOpen();
      const frames = journal.frames.filter(({ sequence }) => sequence >= from);
      return readFrames(frames, assertOpen, options?.signal);
    },
    async truncate(before, options) {
      assertOpen();
      options?.signal?.throwIfAborted();
      if (!Number.isSafeInteger(before)) throw invalidArgument("before", `${before} is not a sequence`);
      journal.frames = journal.frames.filter((frame) => frame.sequence >= before);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function* readFrames(
  frames: readonly JournalFrame[],
  assertOpen: () => void,
  signal: AbortSignal | undefined,
): AsyncGenerator<JournalFrame, void, void> {
  for (const { sequence, data } of frames) {
    assertOpen();
    signal?.throwIfAborted();
    yield { sequence, data: copyBytes(data) };
  }
}
