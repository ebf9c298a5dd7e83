import { digestOf } from "@millwright/core";
import { memoryJournals } from "@millwright/core/memory";
import fc from "fast-check";
import { expect, test } from "vitest";
import { httpSink } from "../http/index.js";
import { drainJournal } from "../journal/drain.js";
import { readHistory } from "../metrics/history.js";
import { PointBuffer } from "../metrics/point-buffer.js";
import { encodeOperation } from "../operations/encode.js";
import type { Operation, PlacedOperation } from "../operations/operation.js";
import { pointsTable, type RunInfo } from "../runs/run-record.js";
import { RunStore } from "../runs/run-store.js";
import { storageSink } from "../sink/storage-sink.js";
import { ada, create, headers, type Mishap, type Served, serve, url } from "./test-support/served.js";

const ids = ["a", "b", "c"].map((digit) => digit.repeat(32));
const unknown = "f".repeat(32);
const name = fc.constantFrom("x", "y", "z");

function points(run: string, values: readonly [string, number, number][]): Operation {
  const buffer = new PointBuffer();
  for (const [key, value, step] of values) buffer.add(key, value, BigInt(step), step);
  return { kind: "points", run, points: buffer.toBatch() };
}

function artifact(run: string, path: string, text: string): Operation {
  const content = new TextEncoder().encode(text);
  return { kind: "artifact", run, path, digest: digestOf(content), size: content.length, content };
}

/** All that a run can write; a parameter may change, and a run may be unknown: both are refused. */
const operation: fc.Arbitrary<Operation> = fc.constantFrom(...ids, unknown).chain((run) =>
  fc.oneof<fc.Arbitrary<Operation>[]>(
    fc
      .array(fc.tuple(name, fc.double(), fc.nat(9)), { minLength: 1, maxLength: 5 })
      .map((values) => points(run, values)),
    fc.dictionary(name, fc.nat(2)).map((params) => ({ kind: "params", run, params })),
    fc.dictionary(name, fc.string()).map((tags) => ({ kind: "tags", run, tags })),
    fc.constantFrom("minimize", "maximize").map((goal) => ({ kind: "goals", run, goals: { x: goal } })),
    fc.tuple(name, fc.string()).map(([path, text]) => artifact(run, path, text)),
    name.map((data) => ({ kind: "inputs", run, datasets: [{ name: data, digest: digestOf(data) }] })),
    fc.nat(1_000).map((time) => ({ kind: "resume", run, time: 2_000 + time })),
    fc.nat(1_000).map((time) => ({ kind: "alive", run, time: 2_000 + time })),
    fc
      .tuple(fc.constantFrom("FINISHED", "FAILED", "KILLED"), fc.nat(1_000))
      .map(([status, time]) => ({ kind: "end", run, status, time: 2_000 + time })),
  ),
);

/** What happens to one request: a mishap, or it is sent twice at once, or one of those before arrives again behind it. */
const event = fc.oneof(
  fc.constantFrom<Mishap[]>("before", "after", 500, 502, 503, 429, undefined),
  fc.constant("twice" as const),
  fc.nat(20).map((index) => ({ again: index })),
);

type Event = typeof event extends fc.Arbitrary<infer Value> ? Value : never;

/** A line on which requests are lost, lose their replies, are doubled and come again late. */
function wildLine({ ask }: Served, events: readonly Event[]): typeof fetch {
  const sent: Request[] = [];
  let count = 0;
  return async (input, init) => {
    const happens = events[count++];
    if (happens === "before") throw new TypeError("fetch failed");
    if (typeof happens === "number") return new Response("sorry", { status: happens });
    const request = new Request(input, init);
    sent.push(request.clone());
    if (happens === "twice") {
      const [reply] = await Promise.all([ask(request.clone()), ask(request)]);
      return reply;
    }
    const reply = await ask(request);
    if (typeof happens === "object") await ask(sent[happens.again % sent.length]!.clone());
    if (happens === "after") throw new TypeError("terminated");
    return reply;
  };
}

async function found(runs: RunStore): Promise<unknown[]> {
  const all: unknown[] = [];
  for (const id of [...ids, unknown]) {
    const run: RunInfo | undefined = (await runs.find(id))?.value;
    const histories = [];
    for (const key of ["x", "y", "z"])
      histories.push(await readHistory(runs.storage.tables, pointsTable(id), key, {}));
    all.push({ run, histories });
  }
  return all;
}

test("whatever happens on the line, runs are what they are when they are applied directly", async () => {
  let mishaps = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(operation, { minLength: 1, maxLength: 25 }),
      fc.array(fc.nat(25), { maxLength: 12 }),
      fc.array(event, { maxLength: 30 }),
      async (body, pauses, events) => {
        const operations = [...ids.map((id) => ({ ...create(id), actor: ada.id })), ...body];
        const served = serve();
        const fetch = wildLine(served, events);
        const newSink = (): ReturnType<typeof httpSink> =>
          httpSink({ url, headers, fetch, retry: { attempts: 2, pause: 1 } });
        const journal = await memoryJournals().open("log");
        const refused = new Set<number>();
        let sink = newSink();
        const drain = async (): Promise<void> => {
          for (;;) {
            try {
              for (const one of (await drainJournal(journal, sink)).refused) refused.add(one.sequence);
              return;
            } catch {
              mishaps++;
              // Now and then as after a restart: the next one knows nothing.
              if (mishaps % 2 === 0) sink = newSink();
            }
          }
        };
        for (const [index, one] of operations.entries()) {
          journal.append(encodeOperation(one));
          if (pauses.includes(index)) await drain();
        }
        await drain();

        const direct = new RunStore(serve().storage);
        const placed: PlacedOperation[] = operations.map((one, index) => ({
          sequence: index + 1,
          operation: one,
        }));
        const expected = await storageSink(direct).apply(journal.id, placed);
        expect(await found(new RunStore(served.storage))).toEqual(await found(direct));
        expect(await sink.appliedSequence(journal.id)).toBe(operations.length);
        // What was refused may be lost with its reply, but nothing else is refused.
        const sequences = expected.map(({ sequence }) => sequence);
        expect(sequences).toEqual(expect.arrayContaining([...refused]));
        if (events.every((happens) => happens === undefined)) expect([...refused]).toEqual(sequences);
      },
    ),
    { numRuns: 150 },
  );
  expect(mishaps).toBeGreaterThan(0);
});
