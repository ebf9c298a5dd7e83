import fc from "fast-check";
import { expect, test } from "vitest";
import { SortedMap } from "./sorted-map.js";

test("walks like a sorted array, whatever was set and deleted", () => {
  const key = fc.integer({ min: 0, max: 3_000 }).map((number) => String(number).padStart(4, "0"));
  const change = fc.record({ key, remove: fc.boolean() });
  fc.assert(
    fc.property(
      fc.array(change, { maxLength: 3_000, size: "max" }),
      key,
      key,
      fc.boolean(),
      (changes, a, b, reverse) => {
        const map = new SortedMap<string>();
        const model = new Map<string, string>();
        for (const { key: name, remove } of changes) {
          if (remove && map.delete(name) !== model.delete(name)) throw new Error(`deleting ${name} differs`);
          if (!remove) {
            map.set(name, `v${name}`);
            model.set(name, `v${name}`);
          }
        }
        const [start, end] = a < b ? [a, b] : [b, a];
        const expected = [...model.keys()].filter((name) => name >= start && name < end).sort();
        expect([...map.keys(start, end, reverse)]).toEqual(reverse ? expected.reverse() : expected);
        expect(map.size).toBe(model.size);
        expect(map.get(a)).toBe(model.get(a));
      },
    ),
    { numRuns: 20 },
  );
});
