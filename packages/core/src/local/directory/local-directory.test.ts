import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadLmdb } from "../kv/lmdb.js";
import { localKv } from "../open-local-storage.js";
import { temporaryDirectory } from "../test-support/temporary-directory.js";
import { markerName, openLocalDirectory } from "./local-directory.js";

const withMarker = (text: string): string => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, markerName), text);
  return directory;
};

test("an absent directory is made with its parents, and its marker names the format", async () => {
  const directory = join(temporaryDirectory(), "a", "b");
  const opened = await openLocalDirectory(directory);
  expect(opened).toEqual({
    path: directory,
    kv: join(directory, "kv"),
    blobs: join(directory, "blobs"),
    journals: join(directory, "journals"),
  });
  const marker = JSON.parse(readFileSync(join(directory, markerName), "utf8")) as { createdAt: string };
  expect(marker).toMatchObject({ format: "millwright-local", version: 1 });
  expect(Date.parse(marker.createdAt)).toBeGreaterThan(0);
});

test("opening again keeps the marker, and many at once agree on one", async () => {
  const directory = temporaryDirectory();
  await Promise.all(Array.from({ length: 8 }, () => openLocalDirectory(directory)));
  const marker = readFileSync(join(directory, markerName), "utf8");
  await openLocalDirectory(directory);
  expect(readFileSync(join(directory, markerName), "utf8")).toBe(marker);
});

test("a directory with something else in it is FOREIGN_DATA and left as it was", async () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, "thesis.tex"), "dear reader");
  await expect(openLocalDirectory(directory)).rejects.toMatchObject({
    code: "FOREIGN_DATA",
    message: expect.stringContaining("thesis.tex"),
  });
  await expect(openLocalDirectory(directory)).rejects.toMatchObject({ code: "FOREIGN_DATA" });
});

test("hidden files do not make a directory foreign", async () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, ".DS_Store"), "");
  expect((await openLocalDirectory(directory)).path).toBe(directory);
});

test.each([
  ["of a newer release", '{"format":"millwright-local","version":2}', "FORMAT_TOO_NEW"],
  ["of another program", '{"format":"windmill","version":1}', "FOREIGN_DATA"],
  ["without a version", '{"format":"millwright-local"}', "CORRUPT"],
  ["that is not JSON", "{{{", "CORRUPT"],
  ["that is null", "null", "FOREIGN_DATA"],
])("a marker %s is refused", async (_, text, code) => {
  await expect(openLocalDirectory(withMarker(text))).rejects.toMatchObject({ code });
});

test.each([0x6969, 0x517b, 0xff534d42, 0xfe534d42, -11317950])(
  "a network file system of type %i is UNSUPPORTED",
  async (type) => {
    const directory = temporaryDirectory();
    const probe = async () => ({ type, freeBytes: 1e9 });
    await expect(openLocalDirectory(directory, { probe })).rejects.toMatchObject({
      code: "UNSUPPORTED",
      message: expect.stringMatching(/network file system .* local disk/),
    });
    await expect(localKv(directory, { probe })).rejects.toMatchObject({ code: "UNSUPPORTED" });
  },
);

test("local file systems, and what the kernel cannot name, are let through", async () => {
  for (const type of [0xef53, 0x01021994, 0x58465342, 0x9123683e, 0x794c7630, 0]) {
    const directory = temporaryDirectory();
    expect(
      (await openLocalDirectory(directory, { probe: async () => ({ type, freeBytes: 1e9 }) })).path,
    ).toBe(directory);
  }
});

test("a path through a file, an empty path and a path with a zero byte are INVALID_ARGUMENT", async () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, "file"), "");
  for (const path of [join(directory, "file"), join(directory, "file", "inside"), "", "a\0b"]) {
    await expect(openLocalDirectory(path), JSON.stringify(path)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  }
});

test("a directory without the right to write is PERMISSION_DENIED", async () => {
  const parent = temporaryDirectory();
  const directory = join(parent, "locked");
  await openLocalDirectory(directory);
  chmodSync(parent, 0o755);
  chmodSync(directory, 0o555);
  // Root may write everywhere.
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    await expect(openLocalDirectory(directory)).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
  } finally {
    if (isRoot) process.seteuid?.(0);
    chmodSync(directory, 0o755);
  }
});

test("a missing lmdb says what to install", async () => {
  const missing = loadLmdb(() => Promise.reject(new Error("Cannot find package 'lmdb'")));
  await expect(missing).rejects.toMatchObject({
    code: "MISSING_DEPENDENCY",
    message: expect.stringContaining("npm install lmdb"),
  });
});
