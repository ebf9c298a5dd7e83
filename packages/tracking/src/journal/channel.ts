import {
  type CallOptions,
  type JournalDriver,
  type JournalDurability,
  MillwrightError,
  type Storage,
} from "@millwright/core";
import { memoryJournals } from "@millwright/core/memory";
import type { Operation } from "../operations/operation.js";
import type { OperationSink, RefusedOperation } from "../sink/sink.js";
import { createDrain, type Drain, drainJournal } from "./drain.js";
import { isJournalOf, newJournalName } from "./journal-names.js";
import { OperationJournal } from "./operation-journal.js";

/** Where journals are, and whose: those of another name are left alone. */
export type JournalPlace = Pick<Storage, "journals" | "namespaceName" | "clock">;

/** What hears of what happens in the background. */
export interface ChannelListeners {
  /** Hears of each operation that is written, at once. */
  readonly onAppend?: ((operation: Operation) => void) | undefined;
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

const longestRace = 8;

/** Opens a new journal. Without `durability`: `"journal"` where the storage has journals on a disk, else `"memory"`. */
export async function openChannel(
  place: JournalPlace,
  sink: OperationSink,
  durability: JournalDurability | undefined,
  { onRefused, onError, onAppend }: ChannelListeners,
): Promise<Channel> {
  const { name, driver, journal: first } = await openNew(place, durability);
  const journal = new OperationJournal(first, () => driver.open(name, { durability }), onError, onAppend);
  const drain = createDrain({
    journal: () => journal.whole(),
    sink,
    clock: place.clock,
    onRefused,
    onError,
  });
  return {
    journal,
    drain,
    async close() {
      await drain.stop();
      const whole = await journal.whole();
      // What cannot be asked for now is not applied, as far as is known here: the journal is kept for another.
      const applied = await sink.appliedSequence(whole.id).catch((error: unknown) => {
        onError(error);
        return 0;
      });
      await whole.close();
      if (applied >= whole.lastSequence) await driver.delete(name);
    },
  };
}

/** Opens one of a new name. Another process that recovers journals may see it before it is locked, and take it for one that was left. */
async function openNew(
  place: JournalPlace,
  durability: JournalDurability | undefined,
): Promise<{ name: string } & Awaited<ReturnType<typeof openFirst>>> {
  for (let attempt = 1; ; attempt++) {
    const name = newJournalName(place.namespaceName);
    try {
      return { name, ...(await openFirst(place, name, durability)) };
    } catch (error) {
      if (!MillwrightError.is(error, "CONFLICT") || attempt === longestRace) throw error;
    }
  }
}

async function openFirst(
  { journals }: JournalPlace,
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
  { journals, namespaceName }: JournalPlace,
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
        const open = await sink.openRuns?.(journal.id, options);
        for (const run of open ?? report.runs) runs.add(run);
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
