import { memoryJournals } from "@millwright/core/memory";
import { beforeEach, describe, expect, test } from "vitest";
import { httpSink } from "../http/index.js";
import { createRecorder } from "../tracker/create-recorder.js";
import { createTracker } from "../tracker/create-tracker.js";
import { headers, lineTo, type Served, serve, url } from "./test-support/served.js";

let served: Served;

beforeEach(() => {
  served = serve();
});

describe("a recorder with an HTTP sink", () => {
  test("records all that a run can log, and gives the run as the server has it", async () => {
    const errors: unknown[] = [];
    const recorder = createRecorder({
      sink: httpSink({ url, headers, fetch: lineTo(served) }),
      onError: (error) => errors.push(error),
    });
    const run = await recorder.startRun({
      experiment: "web",
      name: "first",
      params: { rate: 0.1, big: 2n ** 70n, odd: Number.NaN, nothing: null },
      tags: { a: "b" },
      goals: { loss: "minimize" },
    });
    for (let step = 0; step < 10_000; step++) run.logMetric("loss", 1 / (step + 1), { step });
    run.logMetric("odd", Number.NEGATIVE_INFINITY, { step: 2n ** 60n });
    run.logText("notes.txt", "hello");
    run.logText("large.txt", "x".repeat(5_000_000));
    await run.logArtifact("stream.bin", new Blob(["streamed"]).stream());
    await run.logModel("net", new Uint8Array([1, 2, 3]), { metadata: { framework: "tf.js" } });
    const ended = await run.end();
    await recorder.close();

    const tracker = createTracker({ storage: served.storage });
    const stored = await tracker.getRun(run.id);
    expect({ ...ended, actor: "ada" }).toEqual(stored);
    expect(stored).toMatchObject({ status: "FINISHED", actor: "ada", params: { big: 2n ** 70n } });
    expect((await tracker.getHistory(run.id, "loss")).values).toHaveLength(10_000);
    expect(await (await tracker.getArtifact(run.id, "large.txt"))?.text()).toBe("x".repeat(5_000_000));
    expect(await (await tracker.getArtifact(run.id, "stream.bin"))?.text()).toBe("streamed");
    expect(errors).toEqual([]);
  });

  test("sends what was left in the journal when the line is there again", async () => {
    let isDown = true;
    const journals = memoryJournals();
    const sink = (): ReturnType<typeof httpSink> =>
      httpSink({
        url,
        headers,
        fetch: lineTo(served, () => (isDown ? "before" : undefined)),
        retry: { attempts: 2, pause: 1 },
      });
    const first = createRecorder({ sink: sink(), journals });
    const run = await first.startRun({ experiment: "offline" });
    run.logMetric("loss", 1, { step: 1 });
    await expect(run.end()).rejects.toMatchObject({ code: "NOT_STORED", cause: { code: "UNAVAILABLE" } });
    await first.close();

    isDown = false;
    const second = createRecorder({ sink: sink(), journals });
    await second.recover();
    expect(await journals.list()).toEqual([]);
    const stored = await createTracker({ storage: served.storage }).getRun(run.id);
    expect(stored).toMatchObject({ status: "FINISHED", metrics: { loss: { latest: { value: 1 } } } });
  });
});
