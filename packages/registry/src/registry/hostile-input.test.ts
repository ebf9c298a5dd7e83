import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { composeStorage, type Storage } from "@millwright/core";
import { memoryBlobs, memoryKv } from "@millwright/core/memory";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { createRegistry, type Registry } from "./create-registry.js";

const artifact = readFileSync(new URL("../testdata/credit-v1.onnx", import.meta.url).pathname);
let storage: Storage;
let registry: Registry;

beforeEach(() => {
  storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
  registry = createRegistry({ storage });
});

test("a name and an id as long as they may be, of wide characters, fit", async () => {
  const [name, id] = ["模".repeat(250), "号".repeat(250)];
  const version = await registry.register(name, { artifact, id });
  expect(await registry.register(name, { artifact, id })).toEqual(version);
  await expect(registry.register(name, { artifact, id, notes: "other" })).rejects.toMatchObject({
    code: "VERSION_DIFFERS",
  });
  const move = await registry.promote(version, { to: `@${"c".repeat(250)}`, reason: "first" });
  expect(move.sequence).toBe(1);
});

test("an id with a lone surrogate is refused", async () => {
  await expect(registry.register("credit", { artifact, id: "\ud800" })).rejects.toMatchObject({
    code: "INVALID_ARGUMENT",
    details: { path: "id" },
  });
});

describe("a move to nowhere is refused with the path of the argument", () => {
  test.each([undefined, null, 5, "champion", "@", "@__proto__", "@latest", "@v1", "@a/b"])(
    "%o",
    async (to) => {
      const version = await registry.register("credit", { artifact });
      await expect(registry.promote(version, { to: to as never, reason: "why" })).rejects.toMatchObject({
        code: "INVALID_ARGUMENT",
        details: { path: "to" },
      });
    },
  );

  test.each([undefined, null, "credit", {}])("the version %o", async (version) => {
    await expect(registry.promote(version as never, { to: "@a", reason: "why" })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });
});

test("an alias that every object has as a property is one like others", async () => {
  const version = await registry.register("credit", { artifact });
  await expect(registry.getVersion("credit@constructor")).rejects.toMatchObject({
    code: "VERSION_NOT_FOUND",
  });
  await registry.promote(version, { to: "@constructor", reason: "why" });
  expect((await registry.getVersion("credit@constructor")).number).toBe(1);
});

test("the size of a stored blob is the store's, not the caller's", async () => {
  const { digest, size } = await storage.blobs.put(artifact);
  const version = await registry.register("credit", { artifact: { digest, size: size - 1 } });
  expect(version.files[0]?.size).toBe(size);
});

test("a registration that is aborted while its file is opened rejects, and brings nobody down", async () => {
  const directory = await mkdtemp(join(tmpdir(), "millwright-registry-"));
  const uncaught = vi.fn();
  process.on("uncaughtException", uncaught);
  try {
    const path = join(directory, "model.onnx");
    await writeFile(path, artifact);
    const controller = new AbortController();
    const registering = registry.register("credit", { artifact: path, signal: controller.signal });
    // The next turn: the file has been looked at, and is not opened yet.
    queueMicrotask(() => controller.abort(new Error("enough")));
    await expect(registering).rejects.toThrow("enough");
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(uncaught).not.toHaveBeenCalled();
  } finally {
    process.off("uncaughtException", uncaught);
    await rm(directory, { recursive: true });
  }
});

test("data of a newer format is neither read nor written", async () => {
  const version = await registry.register("credit", { artifact });
  await storage.kv.atomic().set(["format", "registry"], { minReader: 2, minWriter: 2 }).commit();
  const other = createRegistry({ storage });
  const expected = { code: "FORMAT_TOO_NEW" };
  await expect(other.register("credit", { artifact })).rejects.toMatchObject(expected);
  await expect(other.promote(version, { to: "@champion", reason: "why not" })).rejects.toMatchObject(
    expected,
  );
  await expect(other.getVersion("credit/1")).rejects.toMatchObject(expected);
  await expect(other.getModel("credit")).rejects.toMatchObject(expected);
  await expect(other.reference("credit/1").resolve()).rejects.toMatchObject(expected);
  for (const listing of [other.listModels(), other.listVersions("credit"), other.listMoves("credit")])
    await expect(listing[Symbol.asyncIterator]().next()).rejects.toMatchObject(expected);
});
