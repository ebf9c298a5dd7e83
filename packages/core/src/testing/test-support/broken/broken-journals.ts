import { createIdentifierHex } from "../../../identity/identifier.js";
import type { Journal, JournalDriver, JournalFrame } from "../../../journal/journal.js";
import { memoryJournals } from "../../../memory/memory-journals.js";
import type { Broken } from "./broken.js";

function changed(change: (inner: JournalDriver) => Partial<JournalDriver>): () => JournalDriver {
  return () => {
    const inner = memoryJournals();
    return { ...inner, ...change(inner) };
  };
}

/** Journals in memory whose handles are changed. */
function handles(change: (journal: Journal) => Partial<Journal>): () => JournalDriver {
  return changed((inner) => ({
    async open(name, options) {
      const journal = await inner.open(name, options);
      const part = change(journal);
      return new Proxy(journal, {
        get: (target, property) =>
          property in part ? part[property as keyof Journal] : target[property as keyof Journal],
      });
    },
  }));
}

function reading(
  change: (frames: JournalFrame[], from: number | undefined) => JournalFrame[],
): () => JournalDriver {
  return handles((journal) => ({
    async *read(from, options) {
      const frames: JournalFrame[] = [];
      for await (const frame of journal.read(from, options)) frames.push(frame);
      yield* change(frames, from);
    },
  }));
}

/** Drivers that each break one promise; the suite must fail on every one. */
export const brokenJournalDrivers: readonly Broken<JournalDriver>[] = [
  {
    fault: "skips an empty frame",
    foundBy: "frames: any bytes of any length",
    open: reading((frames) => frames.filter(({ data }) => data.length > 0)),
  },
  {
    fault: "skips a frame in the middle without a word",
    foundBy: "frames: any bytes of any length",
    open: reading((frames) => frames.filter((_, index) => index !== 2)),
  },
  {
    fault: "numbers frames from 0",
    foundBy: "frames: they are numbered from 1",
    open: handles((journal) => ({ append: (data) => journal.append(data) - 1 })),
  },
  {
    fault: "writes a frame for every flush",
    foundBy: "frames: what was flushed is there",
    open: handles((journal) => ({ flush: () => void journal.append(new Uint8Array()) })),
  },
  {
    fault: "ignores where reading should begin",
    foundBy: "frames: they are numbered from 1",
    open: handles((journal) => ({ read: (_from, options) => journal.read(undefined, options) })),
  },
  {
    fault: "reads on as long as frames are appended",
    foundBy: "frames: reading ends at the last frame",
    open: handles((journal) => ({
      async *read(from = 1, options) {
        for (let next = from; next <= journal.lastSequence; next++) {
          for await (const frame of journal.read(next, options)) {
            next = frame.sequence;
            yield frame;
            break;
          }
        }
      },
    })),
  },
  {
    fault: "keeps a reference to the bytes of a frame",
    foundBy: "frames: what was appended may be reused",
    open: handles((journal) => {
      const kept: Uint8Array[] = [];
      return {
        append(data) {
          kept.push(data);
          return journal.append(data);
        },
        async *read(from, options) {
          for await (const { sequence } of journal.read(from, options))
            yield { sequence, data: kept[sequence - 1]! };
        },
      };
    }),
  },
  {
    fault: "gives up nothing at truncate",
    foundBy: "frames: those before a sequence are given up",
    open: handles(() => ({ truncate: async () => {} })),
  },
  {
    fault: "gives up the frame at the sequence too",
    foundBy: "frames: those before a sequence are given up",
    open: handles((journal) => ({ truncate: (before, options) => journal.truncate(before + 1, options) })),
  },
  {
    fault: "lets a second writer in",
    foundBy: "journals: one writer at a time",
    open: changed((inner) => {
      const open = new Map<string, Journal>();
      return {
        async open(name, options) {
          const journal = open.get(name) ?? (await inner.open(name, options));
          open.set(name, journal);
          return journal;
        },
      };
    }),
  },
  {
    fault: "gives a journal a new identity each time it is opened",
    foundBy: "journals: each has an identity of its own",
    open: handles(() => ({ id: createIdentifierHex() })),
  },
  {
    fault: "deletes a journal that is open",
    foundBy: "journals: list gives the names in order",
    open: changed((inner) => ({ delete: async (name) => inner.delete(name).catch(() => true) })),
  },
  {
    fault: "lists in the order of creation",
    foundBy: "journals: list gives the names in order",
    open: changed((inner) => ({ list: async () => (await inner.list()).toReversed() })),
  },
  {
    fault: "takes any name",
    foundBy: "journals: names that are not safe",
    open: changed((inner) => ({
      open: (name, options) => inner.open(name.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, 100) || "_", options),
    })),
  },
  {
    fault: "promises a durability that it does not have",
    foundBy: "frames: every durability that is offered",
    open: changed((inner) => ({ open: (name, options) => inner.open(name, { signal: options?.signal }) })),
  },
  {
    fault: "works on after it was closed",
    foundBy: "journals: a closed journal refuses every call",
    open: handles((journal) => {
      let last = journal.lastSequence;
      return { append: () => ++last };
    }),
  },
  {
    fault: "looks at no signal",
    foundBy: "frames: a signal that has aborted",
    open: handles((journal) => ({ sync: () => journal.sync() })),
  },
];
