import type { Clock } from "@millwright/core";
import { systemClock } from "@millwright/core";
import { indexedDbJournals, indexedDbStorage } from "@millwright/core/indexeddb";
import { httpSink } from "../../http/index.js";
import { createRecorder, createTracker, type Recorder, type Tracker } from "../../index.js";

/** What the page in the browser offers to whoever drives it. This file is bundled and runs there. */
export interface TestPage {
  /** Records a run of so many points on the database of a name, and gives its id. */
  record(database: string, name: string, points: number): Promise<string>;
  /** What a tracker that is opened now reads of a run. */
  read(database: string, id: string): Promise<ReadBack>;
  /** The names of the finished runs, by a search. */
  search(database: string): Promise<(string | undefined)[]>;
  /** Starts a run, logs so many points, and gives the id once they are in the journal; they are not stored from here. */
  leaveInJournal(database: string, points: number): Promise<string>;
  /** The journals that are left. */
  journals(database: string): Promise<string[]>;
  /** Records a run over HTTP, with a journal on a database, and gives the id and how the end went. */
  send(options: SendOptions): Promise<{ id: string; status?: string | undefined; code?: string | undefined }>;
  /** Sends what closed tabs have left on a database. */
  recover(url: string, database: string): Promise<void>;
}

export interface SendOptions {
  readonly url: string;
  readonly database: string;
  readonly points: number;
  readonly attempts?: number | undefined;
}

/** A run as it was read, in what can leave the page. */
export interface ReadBack {
  readonly status: string | undefined;
  readonly params: Readonly<Record<string, unknown>>;
  readonly values: number[];
  readonly text: string | undefined;
}

async function tracking<Result>(
  database: string,
  use: (tracker: Tracker) => Promise<Result>,
): Promise<Result> {
  const storage = indexedDbStorage(database);
  const tracker = createTracker({ storage });
  try {
    return await use(tracker);
  } finally {
    await tracker.close();
    await storage.close();
  }
}

function recorderTo(url: string, database: string, attempts = 2): Recorder {
  const headers = { authorization: "Bearer s3cret" };
  return createRecorder({
    sink: httpSink({ url, headers, retry: { attempts, pause: 1_000 } }),
    journals: indexedDbJournals(database),
  });
}

/** A clock by which nothing is stored in the background. */
function withoutLongSleeps(): Clock {
  const clock = systemClock();
  return {
    ...clock,
    sleep: (micros, signal) => (micros < 1_000_000 ? clock.sleep(micros, signal) : new Promise(() => {})),
  };
}

/** The frames that are on the disk. */
function countFrames(database: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(database);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const request = opening.result.transaction("frames").objectStore("frames").count();
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        opening.result.close();
        resolve(request.result);
      };
    };
  });
}

const page: TestPage = {
  record: (database, name, points) =>
    tracking(database, (tracker) =>
      tracker.run({ experiment: "browser", name, params: { rate: 0.1 } }, async (run) => {
        for (let step = 0; step < points; step++) {
          run.logMetric("loss", 1 / (step + 1), { step });
          // Tabs take turns.
          if (step % 100 === 0) await new Promise((resolve) => setTimeout(resolve));
        }
        run.logText("notes.txt", `notes of ${name}`);
        return run.id;
      }),
    ),
  read: (database, id) =>
    tracking(database, async (tracker) => {
      const run = await tracker.getRun(id);
      const { values } = await tracker.getHistory(id, "loss");
      const text = await (await tracker.getArtifact(id, "notes.txt"))?.text();
      return { status: run?.status, params: { ...run?.params }, values: [...values], text };
    }),
  search: (database) =>
    tracking(database, async (tracker) => {
      const { runs } = await tracker.searchRuns({ filter: "status = 'FINISHED' AND metrics.loss < 1" });
      return runs.map(({ name }) => name);
    }),
  async leaveInJournal(database, points) {
    const tracker = createTracker({ storage: indexedDbStorage(database, { clock: withoutLongSleeps() }) });
    const run = await tracker.startRun({ experiment: "browser", params: { rate: 0.1 } });
    run.logMetric("loss", 0, { step: 0 });
    run.logText("notes.txt", "left behind");
    for (let step = 1; step < points; step++) run.logMetric("loss", step, { step });
    // Text that is logged behind the points hands them over.
    run.setTags({ last: "yes" });
    // The run, its parameter, the first point, the text, the other points, the tag.
    while ((await countFrames(database)) < 6) await new Promise((resolve) => setTimeout(resolve, 5));
    return run.id;
  },
  async journals(database) {
    const driver = indexedDbJournals(database);
    const names = await driver.list();
    await driver.close();
    return names;
  },
  async send({ url, database, points, attempts }) {
    const recorder = recorderTo(url, database, attempts);
    const run = await recorder.startRun({ experiment: "sent", params: { rate: 0.1 } });
    for (let step = 0; step < points; step++) run.logMetric("loss", 1 / (step + 1), { step });
    run.logText("notes.txt", "sent");
    try {
      const { status } = await run.end();
      await recorder.close();
      return { id: run.id, status };
    } catch (error) {
      return { id: run.id, code: (error as { code?: string }).code };
    }
  },
  async recover(url, database) {
    const recorder = recorderTo(url, database);
    await recorder.recover();
    await recorder.close();
  },
};
Object.assign(globalThis, { page });
