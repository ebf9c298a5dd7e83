import {
  type CallOptions,
  type JournalDriver,
  type JournalDurability,
  MillwrightError,
  type Storage,
} from "@millwright/core";
import { memoryJournals } from "@millwright/core/memory";
import type { OperationSink, RefusedOperation } from "../sink/sink.js";
import { createDrain, type Drain, drainJournal } from "./drain.js";
import { isJournalOf, newJournalName } from "./journal-names.js";
import { OperationJournal } from "./operation-journal.js";

/** What hears of what happens in the background. */
export interface ChannelListeners {
  readonly onRefused: (refused: readonly RefusedOperation[]) => void;
  readonly onError: (error: unknown) => void;
}

/** A journal that runs write to, and what moves it on. It is there while a run needs it. */
export interface Channel {
  readonly journal: OperationJournal;
  readonly drain: Drain;
  /** Ends it. What is not applied yet stays in the journal, for {@link recoverJournals}; an empty journal is deleted. */
  close(): Promise<void>;
}

/** Opens a new journal. Without `durability`: `"journal"` where the storage has journals on a disk, else `"memory"`. */
export async function openChannel(
  storage: Storage,
  sink: OperationSink,
  durability: JournalDurability | undefined,
  { onRefused, onError }: ChannelListeners,
): Promise<Channel> {
  const name = newJournalName(storage.namespaceName);
  const { driver, journal: first } = await openFirst(storage, name, durability);
  const journal = new OperationJournal(first, () => driver.open(name, { durability }), onError);
  const drain = createDrain({
    journal: () => journal.whole(),
    sink,
    clock: storage.clock,
    onRefused,
    onError,
  });
  return {
    journal,
    drain,
    async close() {
      await drain.stop();
      const whole = await journal.whole();
      const applied = await sink.appliedSequence(whole.id);
      await whole.close();
      if (applied >= whole.lastSequence) await driver.delete(name);
    },
  };
}

async function openFirst(
  { journals }: Storage,
  name: string,
  durability: JournalDurability | undefined,
): Promise<{ driver: JournalDriver; journal: Awaited<ReturnType<JournalDriver["open"]>> }> {
  if (durability !== "memory") {
    try {
      return { driver: journals, journal: await journals.open(name, { durability }) };
    } catch (error) {
      // A storage without journals; that memory is enough is said by not asking for more.
      if (durability !== undefined || !MillwrightError.is(error, "UNSUPPORTED")) throw error;
    }
  }
  const driver = memoryJournals();
  return { driver, journal: await driver.open(name) };
}

/** Applies what processes that are gone have left in their journals, and deletes those. Gives the runs that they wrote. */
export async function recoverJournals(
  { journals, namespaceName }: Storage,
  sink: OperationSink,
  { onRefused, onError }: ChannelListeners,
  options: CallOptions,
): Promise<string[]> {
  const runs = new Set<string>();
  for (const name of await journals.list(options)) {
    if (!isJournalOf(namespaceName, name)) continue;
    try {
      const journal = await journals.open(name, options);
      try {
        const report = await drainJournal(journal, sink, options);
        onRefused(report.refused);
        for (const run of report.runs) runs.add(run);
      } finally {
        await journal.close();
      }
      await journals.delete(name, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      // A journal that is open belongs to somebody who lives, or who is recovering it too.
      if (!MillwrightError.is(error, "CONFLICT")) onError(error);
    }
  }
  return [...runs];
}
