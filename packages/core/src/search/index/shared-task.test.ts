import { describe, expect, it } from "vitest";
import { createSharedTask } from "./shared-task.js";

interface Run {
  readonly signal: AbortSignal;
  end(result: number): void;
  fail(error: Error): void;
}

/** A task whose runs a test ends by hand. */
function recorded(): { readonly runs: Run[]; readonly task: ReturnType<typeof createSharedTask<number>> } {
  const runs: Run[] = [];
  const task = createSharedTask(
    (signal) =>
      new Promise<number>((end, fail) => {
        signal.addEventListener("abort", () => fail(signal.reason));
        runs.push({ signal, end, fail });
      }),
  );
  return { runs, task };
}

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

describe("a shared task", () => {
  it("runs once for all who call before it begins, and once more for all who call while it runs", async () => {
    const { runs, task } = recorded();
    const first = [task.run(undefined), task.run(undefined)];
    await settle();
    const second = [task.run(undefined), task.run(undefined), task.run(undefined)];
    await settle();
    expect(runs).toHaveLength(1);
    runs[0]!.end(1);
    expect(await Promise.all(first)).toEqual([1, 1]);
    await settle();
    runs[1]!.end(2);
    expect(await Promise.all(second)).toEqual([2, 2, 2]);
    expect(runs).toHaveLength(2);
  });

  it("lets all who wait hear of a failure, and runs again for the next", async () => {
    const { runs, task } = recorded();
    const first = [task.run(undefined), task.run(undefined)];
    await settle();
    const next = task.run(undefined);
    runs[0]!.fail(new Error("broken"));
    for (const one of first) await expect(one).rejects.toThrow("broken");
    await settle();
    runs[1]!.end(2);
    expect(await next).toBe(2);
  });

  it("is aborted when the last one has left, and not before", async () => {
    const { runs, task } = recorded();
    const [a, b] = [new AbortController(), new AbortController()];
    const first = [task.run(a.signal), task.run(b.signal)];
    await settle();
    a.abort(new Error("a left"));
    await expect(first[0]).rejects.toThrow("a left");
    expect(runs[0]!.signal.aborted).toBe(false);
    b.abort(new Error("b left"));
    await expect(first[1]).rejects.toThrow("b left");
    expect(runs[0]!.signal.reason).toEqual(new Error("b left"));
    const next = task.run(undefined);
    await settle();
    runs[1]!.end(3);
    expect(await next).toBe(3);
  });

  it("never begins what everybody has left, and begins anew for who comes after", async () => {
    const { runs, task } = recorded();
    const first = task.run(undefined);
    await settle();
    const controller = new AbortController();
    const left = task.run(controller.signal);
    controller.abort(new Error("left"));
    await expect(left).rejects.toThrow("left");
    const staying = task.run(undefined);
    runs[0]!.end(1);
    expect(await first).toBe(1);
    await settle();
    expect(runs).toHaveLength(2);
    runs[1]!.end(2);
    expect(await staying).toBe(2);
  });

  it("ends when it is closed", async () => {
    const { runs, task } = recorded();
    const waiting = [task.run(undefined)];
    await settle();
    waiting.push(task.run(undefined));
    const ends = Promise.allSettled(waiting);
    await task.close(new Error("closed"));
    expect(runs).toHaveLength(1);
    for (const end of await ends)
      expect(end).toMatchObject({ status: "rejected", reason: new Error("closed") });
  });
});
