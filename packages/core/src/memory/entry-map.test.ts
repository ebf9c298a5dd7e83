import { expect, test } from "vitest";
import { packEntry } from "../kv/packed-entry.js";
import { EntryMap } from "./entry-map.js";

const minute = 60_000_000;
const entry = (expiresAt?: number) => packEntry(Uint8Array.of(2), new Uint8Array(16), expiresAt);

test("entries that ended a minute ago are forgotten as commits come, a few at a time, and no others", () => {
  const entries = new EntryMap();
  for (let index = 0; index < 10; index++) entries.set(`ends ${index}`, entry(1_000 + index));
  entries.set("ends later", entry(2 * minute));
  entries.set("stays", entry());
  entries.set("was given another life", entry(1_000));
  entries.set("was given another life", entry());
  entries.set("was deleted", entry(1_000));
  entries.delete("was deleted");
  entries.removeExpired(minute, 1);
  expect(entries.size).toBe(13);
  entries.removeExpired(minute + 2_000, 1);
  expect(entries.size).toBe(10);
  for (let round = 0; round < 10; round++) entries.removeExpired(minute + 2_000, 1);
  expect([...entries.keys("", "z", false)]).toEqual(["ends later", "stays", "was given another life"]);
});
