import { expect, test } from "vitest";
import { type Tracer, traced } from "./telemetry.js";

function recorder(): { tracer: Tracer; events: unknown[] } {
  const events: unknown[] = [];
  const tracer: Tracer = {
    startSpan(name, options) {
      events.push(["start", name, options?.attributes]);
      return {
        setAttribute: () => {},
        recordException: (error) => events.push(["exception", error]),
        setStatus: (status) => events.push(["status", status.code]),
        end: () => events.push(["end"]),
      };
    },
  };
  return { tracer, events };
}

test("a span ends with the outcome of the work", async () => {
  const { tracer, events } = recorder();
  expect(await traced(tracer, "work", { size: 1 }, async () => 5)).toBe(5);
  const error = new Error("no");
  await expect(traced(tracer, "work", {}, () => Promise.reject(error))).rejects.toBe(error);
  expect(events).toEqual([
    ["start", "work", { size: 1 }],
    ["status", 1],
    ["end"],
    ["start", "work", {}],
    ["exception", error],
    ["status", 2],
    ["end"],
  ]);
});

test("without a tracer the work just runs", async () => {
  expect(await traced(undefined, "work", {}, async () => 5)).toBe(5);
});
