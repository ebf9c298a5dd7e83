import type { Digest } from "../../identity/digest.js";
import { runSuites, type SuiteResults } from "../../testing/test-support/report/suites.js";
import { indexedDbBlobs, indexedDbJournals, indexedDbKv, indexedDbStorage } from "../index.js";

/** What the page in the browser offers to whoever drives it. This file is bundled and runs there. */
export interface TestPage {
  conformance(): Promise<SuiteResults>;
  /** Commits numbers one after the other, and tells the server of each that was acknowledged, until it is killed. */
  commitForEver(): Promise<never>;
  survivors(): Promise<Survivors>;
}

/** The numbers that are there, as the log, the keys, the blobs and the journal have them. */
export interface Survivors {
  readonly log: number[];
  readonly keys: number;
  readonly blobs: number;
  readonly journal: number;
}

function conformance(): Promise<SuiteResults> {
  const capabilities = { shared: true, durable: true };
  const remove = removeDatabase;
  return runSuites({
    kv: {
      remove,
      capabilities: { ordered: true, ...capabilities },
      open: async (place) => indexedDbKv(place),
    },
    blobs: { remove, capabilities, open: async (place) => indexedDbBlobs(place) },
    journals: { remove, durable: true, open: async (place) => indexedDbJournals(place) },
    tables: { remove, shared: true, open: async (place) => indexedDbStorage(place) },
    faults: {
      remove,
      open: async (place) => ({ kv: indexedDbKv(place), blobs: indexedDbBlobs(place) }),
    },
    model: { remove, open: async (place) => indexedDbKv(place) },
  });
}

function removeDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error);
  });
}

async function commitForEver(): Promise<never> {
  const storage = indexedDbStorage("killed");
  const journal = await storage.journals.open("numbers");
  for (;;) {
    const { digest } = await storage.blobs.put(`blob ${crypto.randomUUID()}${"x".repeat(20_000)}`);
    const committed = await storage.kv
      .atomic()
      .append(["log"], digest)
      .set(["key", crypto.randomUUID()], digest)
      .commit();
    if (!committed.ok) throw new Error("a commit without checks was refused");
    journal.append(new TextEncoder().encode(digest));
    await journal.sync();
    await fetch(`/acknowledged/${committed.sequences[0]}/${journal.lastSequence}`, { method: "POST" });
  }
}

async function survivors(): Promise<Survivors> {
  const storage = indexedDbStorage("killed");
  const log: number[] = [];
  let keys = 0;
  let blobs = 0;
  let journal = 0;
  for await (const { key, value } of storage.kv.list({ prefix: ["log"] })) {
    log.push(key[1] as number);
    const content = await storage.blobs.get(value as Digest);
    if ((await content?.text())?.startsWith("blob ")) blobs++;
  }
  for await (const _ of storage.kv.list({ prefix: ["key"] })) keys++;
  const frames = await storage.journals.open("numbers");
  for await (const frame of frames.read()) journal = frame.sequence;
  await frames.close();
  await storage.close();
  return { log, keys, blobs, journal };
}

const page: TestPage = { conformance, commitForEver, survivors };
Object.assign(globalThis, { page });
