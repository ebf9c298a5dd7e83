import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EndOperation, ResumeOperation } from "../operations/operation.js";
import { createdRun } from "./run-draft.js";
import type { RunInfo } from "./run-record.js";
import { stateAfter } from "./run-state.js";

const run = "0".repeat(32);
const begun = createdRun({ kind: "create", run, experiment: "e", time: 10 });

const end = (time: number, status: EndOperation["status"] = "FINISHED"): EndOperation => ({
  kind: "end",
  run,
  status,
  reason: status === "FINISHED" ? undefined : status,
  time,
});
const resume = (time: number): ResumeOperation => ({ kind: "resume", run, time });

const after = (...operations: readonly (EndOperation | ResumeOperation)[]): RunInfo =>
  operations.reduce(stateAfter, begun);

const shown = ({ status, reason, endTime, resumedTime }: RunInfo) => [status, reason, endTime, resumedTime];

describe("of several ends and resumes", () => {
  test("the latest counts, in whatever order and however often they arrive", () => {
    const operation = fc.oneof(
      fc
        .tuple(fc.integer({ min: 5, max: 12 }), fc.constantFrom("FINISHED", "FAILED", "KILLED" as const))
        .map(([time, status]) => end(time, status)),
      fc.integer({ min: 5, max: 12 }).map(resume),
    );
    fc.assert(
      fc.property(
        fc
          .array(operation, { minLength: 1, maxLength: 6 })
          .chain((all) =>
            fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 })),
          ),
        ([all, shuffled]) => {
          expect(shown(after(...shuffled))).toEqual(shown(after(...all)));
          const latest = Math.max(...all.map(({ time }) => time));
          expect(after(...all).endTime ?? after(...all).resumedTime).toBe(latest);
        },
      ),
    );
  });

  test("at one time an end counts more than a resume, and the worse of two ends", () => {
    expect(after(end(20), resume(20)).status).toBe("FINISHED");
    expect(after(end(20, "KILLED"), end(20), resume(20)).status).toBe("KILLED");
    expect(after(end(20, "KILLED"), end(20, "FAILED")).reason).toBe("FAILED");
  });

  test("one that says an earlier time than the beginning counts all the same, if it is the only one", () => {
    expect(after(end(3)).status).toBe("FINISHED");
  });

  test("an end by others gives way to any of the process itself", () => {
    const reaped: RunInfo = { ...begun, status: "FAILED", reason: "silent", endTime: 50, reaped: true };
    expect(shown(stateAfter(reaped, end(40)))).toEqual(["FINISHED", undefined, 40, undefined]);
  });
});
