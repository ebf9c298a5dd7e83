import { readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { coreError } from "../../errors/create.js";
import { assertJournalName } from "../../journal/checks.js";
import type { Journal, JournalDriver, JournalOptions } from "../../journal/journal.js";
import { createLifecycle } from "../../lifecycle/lifecycle.js";
import { isDirectory, makeDirectory, syncDirectory } from "../directory/durable-files.js";
import type { LocalDirectory } from "../directory/local-directory.js";
import { hasCode, onFiles } from "../directory/local-error.js";
import { createCrc32cTable } from "./crc32c.js";
import { openJournal } from "./local-journal.js";
import { takeWriterLock, type WriterLock } from "./writer-lock.js";

const lockName = "writer.lock";

/** Who opens a journal while another process deletes it makes it anew, as if it had come a moment later. */
const longestRace = 8;

/** The JournalDriver over files: a directory for each journal, with its segments and the lock of its writer. */
export function openJournals(directory: LocalDirectory): JournalDriver {
  const root = directory.journals;
  const name = `local ${directory.path}`;
  const lifecycle = createLifecycle(`the journals of ${name}`);
  const table = createCrc32cTable();
  const opened = new Set<Journal>();

  async function open(journalName: string, options: JournalOptions): Promise<Journal> {
    const durability = options.durability ?? "journal";
    if (durability !== "journal" && durability !== "fsync") {
      throw coreError(
        "UNSUPPORTED",
        `a local journal cannot be "${durability}"; use memoryJournals() for that`,
      );
    }
    const own = join(root, journalName);
    const lock = await makeAndLock(own, journalName);
    try {
      const onClose = (): void => void opened.delete(journal);
      const journal = await openJournal({
        name: journalName,
        directory: own,
        table,
        lock,
        durability,
        onClose,
      });
      opened.add(journal);
      return journal;
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  async function makeAndLock(own: string, journalName: string): Promise<WriterLock> {
    for (let attempt = 1; ; attempt++) {
      try {
        await makeDirectory(own);
        return await takeWriterLock(join(own, lockName), `the journal ${journalName}`);
      } catch (error) {
        if (!hasCode(error, "ENOENT") || attempt === longestRace) throw error;
      }
    }
  }

  async function remove(journalName: string): Promise<boolean> {
    const own = join(root, journalName);
    if (!(await isDirectory(own))) return false;
    let lock: WriterLock;
    try {
      lock = await takeWriterLock(join(own, lockName), `the journal ${journalName}`);
    } catch (error) {
      // Another process has deleted it in between.
      if (hasCode(error, "ENOENT") && !(await isDirectory(own))) return false;
      throw error;
    }
    // Gone at once under its name, whatever is killed while the files are removed one by one.
    const grave = join(root, `.deleted-${crypto.randomUUID()}`);
    await rename(own, grave);
    await syncDirectory(root);
    await lock.release();
    await rm(grave, { recursive: true, force: true });
    return true;
  }

  return {
    name,
    open(journalName, options = {}) {
      return lifecycle.run(options.signal, async () => {
        assertJournalName(journalName);
        return onFiles(`the journal ${journalName} of ${name}`, () => open(journalName, options));
      });
    },
    list: (options) =>
      lifecycle.run(options?.signal, () =>
        onFiles(name, async () => {
          const entries = await readdir(root, { withFileTypes: true });
          return entries
            .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
            .map((entry) => entry.name)
            .sort();
        }),
      ),
    delete: (journalName, options) =>
      lifecycle.run(options?.signal, async () => {
        assertJournalName(journalName);
        return onFiles(`the journal ${journalName} of ${name}`, () => remove(journalName));
      }),
    close: () =>
      lifecycle.close(async () => {
        const results = await Promise.allSettled([...opened].map((journal) => journal.close()));
        for (const result of results) if (result.status === "rejected") throw result.reason;
      }),
  };
}
