import { expect, test } from "vitest";
import { groupCommits } from "./group-commit.js";

const limit = { items: 4, weight: 10, weigh: (item: number) => item };

test("what is asked for in one turn is done together, in its order", async () => {
  const groups: (readonly number[])[] = [];
  const commit = groupCommits(limit, (items: readonly number[]) => {
    groups.push(items);
    return items.map((item) => item * 2);
  });
  expect(await Promise.all([1, 2, 3].map(commit))).toEqual([2, 4, 6]);
  expect(await commit(5)).toBe(10);
  expect(groups).toEqual([[1, 2, 3], [5]]);
});

test("a group ends at its number of items and at their weight, and a heavy item goes alone", async () => {
  const groups: (readonly number[])[] = [];
  const commit = groupCommits(limit, (items: readonly number[]) => {
    groups.push(items);
    return [...items];
  });
  await Promise.all([1, 1, 1, 1, 1, 6, 5, 99, 2].map(commit));
  expect(groups).toEqual([[1, 1, 1, 1], [1, 6], [5], [99], [2]]);
});

test("if a group fails, each of its items is done by itself and fails or succeeds by itself", async () => {
  const commit = groupCommits(limit, (items: readonly number[]) => {
    if (items.includes(3)) throw new Error("no threes");
    return [...items];
  });
  const outcomes = await Promise.allSettled([1, 3, 2].map(commit));
  expect(
    outcomes.map((outcome) => (outcome.status === "fulfilled" ? outcome.value : String(outcome.reason))),
  ).toEqual([1, "Error: no threes", 2]);
});
