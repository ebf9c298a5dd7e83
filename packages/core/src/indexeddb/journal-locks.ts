/** Keeps a second writer out of a journal. */
export interface JournalLocks {
  /** The function that gives the lock back; `undefined` if somebody has it. */
  acquire(journal: string): Promise<(() => void) | undefined>;
}

/** Locks over all tabs of the origin, where the host has Web Locks; else over this object. */
export function createJournalLocks(prefix: string): JournalLocks {
  const held = new Set<string>();
  const manager = (globalThis as { navigator?: { locks?: LockManager } }).navigator?.locks;
  return {
    async acquire(journal) {
      if (held.has(journal)) return undefined;
      held.add(journal);
      const release = manager === undefined ? () => {} : await request(manager, `${prefix}:${journal}`);
      if (release === undefined) {
        held.delete(journal);
        return undefined;
      }
      return () => {
        held.delete(journal);
        release();
      };
    },
  };
}

function request(manager: LockManager, name: string): Promise<(() => void) | undefined> {
  return new Promise((resolve, reject) => {
    manager
      .request(name, { ifAvailable: true }, (lock) => {
        if (lock === null) return resolve(undefined);
        // The lock is held until the promise that is returned here resolves.
        return new Promise<void>((release) => resolve(release));
      })
      .catch(reject);
  });
}
