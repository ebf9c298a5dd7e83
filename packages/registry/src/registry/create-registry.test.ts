import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { composeStorage, type KvDriver, type Storage } from "@millwright/core";
import { memoryBlobs, memoryKv } from "@millwright/core/memory";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ModelVersion } from "../versions/version-record.js";
import { createRegistry, type Registry } from "./create-registry.js";

const creditPath = new URL("../testdata/credit-v1.onnx", import.meta.url).pathname;
const irisPath = new URL("../testdata/iris.onnx", import.meta.url).pathname;
const credit = readFileSync(creditPath);
const iris = readFileSync(irisPath);
const ada = { id: "ada", kind: "user", roles: [], attributes: {} } as const;

let directory: string;
let blobs: ReturnType<typeof memoryBlobs>;
let storage: Storage;
let registry: Registry;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "millwright-registry-"));
});
afterAll(() => rm(directory, { recursive: true }));
beforeEach(() => {
  blobs = memoryBlobs();
  storage = composeStorage({ kv: memoryKv(), blobs });
  registry = createRegistry({ storage, actor: ada });
});

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe("registering", () => {
  test("gives number 1 and version 1.0.0, with the signature of the file", async () => {
    const version = await registry.register("credit", {
      artifact: creditPath,
      run: "r1",
      metrics: { auc: 0.77 },
      params: { seed: 7n },
      notes: "first",
    });
    expect(version).toMatchObject({
      name: "credit",
      number: 1,
      version: "1.0.0",
      files: [{ path: "credit-v1.onnx", size: credit.length }],
      run: "r1",
      metrics: { auc: 0.77 },
      params: { seed: 7n },
      notes: "first",
      createdBy: "ada",
      metadata: { model: "credit" },
    });
    expect(version.signature.inputs).toHaveLength(11);
    expect(version.signature.outputs.map((output) => output.name)).toEqual(["label", "probabilities"]);
    expect(await registry.getVersion("credit/1")).toEqual(version);
  });

  test.each<[string, () => RegisterSource]>([
    ["bytes", () => credit],
    ["a stream", () => new Blob([credit]).stream() as ReadableStream<Uint8Array>],
    ["a path", () => creditPath],
  ])("takes %s", async (_, artifact) => {
    expect((await registry.register("credit", { artifact: artifact() })).digest).toMatch(/^sha256:/);
  });

  test("takes a blob that is stored already", async () => {
    const artifact = await storage.blobs.put(credit);
    expect((await registry.register("credit", { artifact })).digest).toBe(artifact.digest);
  });

  test("the same file with the same facts is the same version; other facts are another", async () => {
    const first = await registry.register("credit", { artifact: credit, metrics: { auc: 0.7 } });
    expect(await registry.register("credit", { artifact: credit, metrics: { auc: 0.7 } })).toEqual(first);
    const second = await registry.register("credit", { artifact: credit, metrics: { auc: 0.8 } });
    expect([second.number, second.version]).toEqual([2, "1.0.1"]);
    expect((await all(registry.listVersions("credit"))).map((version) => version.number)).toEqual([2, 1]);
  });

  test("an id names a version, whose content cannot become another", async () => {
    const first = await registry.register("credit", { artifact: credit, id: "build-7" });
    expect(await registry.register("credit", { artifact: credit, id: "build-7" })).toEqual(first);
    await expect(registry.register("credit", { artifact: iris, id: "build-7" })).rejects.toMatchObject({
      code: "VERSION_DIFFERS",
    });
  });

  test("another signature is another major version", async () => {
    await registry.register("m", { artifact: credit });
    expect((await registry.register("m", { artifact: iris })).version).toBe("2.0.0");
  });

  test("concurrent writers get numbers without gaps or repeats", async () => {
    const versions = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        registry.register("credit", { artifact: credit, id: `b${index}` }),
      ),
    );
    expect(versions.map((version) => version.number).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 12 }, (_, index) => index + 1),
    );
    expect((await registry.getModel("credit"))?.latest).toBe(12);
  });

  test.each<[string, () => Parameters<Registry["register"]>, string]>([
    ["a name with a slash", () => ["a/b", { artifact: credit }], "INVALID_ARGUMENT"],
    ["no artifact", () => ["m", {} as never], "INVALID_ARGUMENT"],
    ["a file that is not there", () => ["m", { artifact: "no/such.onnx" }], "INVALID_ARGUMENT"],
    ["a directory", () => ["m", { artifact: directory }], "UNSUPPORTED"],
    [
      "a web page",
      () => ["m", { artifact: new TextEncoder().encode("<!doctype html><html></html>") }],
      "INVALID_ARGUMENT",
    ],
    ["half a model", () => ["m", { artifact: credit.subarray(0, credit.length / 2) }], "INVALID_ARGUMENT"],
    ["an empty id", () => ["m", { artifact: credit, id: "" }], "INVALID_ARGUMENT"],
  ])("refuses %s, and registers nothing", async (_, call, code) => {
    const error = await registry.register(...call()).catch((caught: { code: string }) => caught);
    expect((error as { code: string }).code).toBe(code);
    expect(await all(registry.listModels())).toEqual([]);
  });
});

type RegisterSource = Parameters<Registry["register"]>[1]["artifact"];

describe("promoting", () => {
  let first: ModelVersion;
  let second: ModelVersion;
  beforeEach(async () => {
    first = await registry.register("credit", { artifact: credit, id: "1" });
    second = await registry.register("credit", { artifact: credit, id: "2" });
  });

  test("moves an alias, and keeps who, why and what was there before", async () => {
    await registry.promote(first, { to: "@champion", reason: "first model" });
    const move = await registry.promote(second, { to: "@champion", reason: "better AUC" });
    expect(move).toMatchObject({
      sequence: 2,
      to: "@champion",
      number: 2,
      previous: 1,
      actor: "ada",
      reason: "better AUC",
    });
    expect((await registry.getVersion("credit@champion")).number).toBe(2);
    expect((await registry.getVersion("models:/credit@champion")).number).toBe(2);
    expect((await all(registry.listMoves("credit"))).map((entry) => entry.number)).toEqual([2, 1]);
  });

  test("archives the version that was in Production", async () => {
    await registry.promote(first, { to: "Production", reason: "go" });
    await registry.promote(second, { to: "Production", reason: "better" });
    expect((await registry.getModel("credit"))?.stages).toEqual({ "1": "Archived", "2": "Production" });
    expect((await registry.getVersion("credit/Production")).number).toBe(2);
  });

  test.each([
    [{ to: "@latest", reason: "x" }, "INVALID_ARGUMENT"],
    [{ to: "@v2", reason: "x" }, "INVALID_ARGUMENT"],
    [{ to: "Live", reason: "x" }, "INVALID_ARGUMENT"],
    [{ to: "@champion", reason: " " }, "INVALID_ARGUMENT"],
  ])("refuses %o", async (options, code) => {
    await expect(registry.promote(first, options as never)).rejects.toMatchObject({ code });
    expect(await all(registry.listMoves("credit"))).toEqual([]);
  });

  test("a version that is not there is VERSION_NOT_FOUND", async () => {
    await expect(
      registry.promote({ name: "credit", number: 9 }, { to: "@champion", reason: "x" }),
    ).rejects.toMatchObject({ code: "VERSION_NOT_FOUND" });
  });

  test("a follower sees each move", async () => {
    const seen: (number | undefined)[] = [];
    const controller = new AbortController();
    const following = (async () => {
      for await (const model of registry.watch("credit", { signal: controller.signal })) {
        seen.push(model?.aliases.champion);
        if (seen.length === 1) void registry.promote(second, { to: "@champion", reason: "x" });
        else break;
      }
    })();
    await following;
    expect(seen).toEqual([undefined, 2]);
  });

  test("a policy can refuse, and gives its reason", async () => {
    const guarded = createRegistry({
      storage,
      actor: ada,
      authorize: (_, action) => ({ allowed: action !== "model.promote", reason: "four eyes" }),
    });
    await expect(guarded.promote(first, { to: "@champion", reason: "x" })).rejects.toMatchObject({
      code: "PERMISSION_DENIED",
      message: expect.stringContaining("four eyes"),
    });
  });
});

describe("references", () => {
  test("resolve to the verified file", async () => {
    const version = await registry.register("credit", { artifact: credit });
    await registry.promote(version, { to: "@champion", reason: "x" });
    const resolved = await registry.reference("credit@champion").resolve();
    expect(resolved).toMatchObject({
      name: "credit",
      version: "1",
      digest: version.digest,
      signature: version.signature,
    });
    expect(Buffer.from(resolved.bytes).equals(credit)).toBe(true);
  });

  test("refuse a file with a flipped bit, and name it", async () => {
    const damaged = {
      ...blobs,
      get: async (...call: Parameters<typeof blobs.get>) => flipBit(await blobs.get(...call)),
    };
    const version = await registry.register("credit", { artifact: creditPath });
    const reader = createRegistry({ storage: composeStorage({ kv: storage.drivers.kv, blobs: damaged }) });
    await expect(reader.reference(`credit/${version.number}`).resolve()).rejects.toMatchObject({
      code: "ARTIFACT_CORRUPT",
      details: { file: "credit-v1.onnx" },
    });
  });

  test.each([
    "credit",
    "credit@",
    "@champion",
    "credit/0",
    "credit/live",
    "credit@a/b",
    "models:/",
    "a/b/c",
    "credit@latest",
  ])("%s is refused", (text) => {
    expect(() => registry.reference(text)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });

  test("that mean nothing say so", async () => {
    await expect(registry.getVersion("credit@champion")).rejects.toMatchObject({ code: "MODEL_NOT_FOUND" });
    await registry.register("credit", { artifact: credit });
    await expect(registry.getVersion("credit@champion")).rejects.toMatchObject({ code: "VERSION_NOT_FOUND" });
    await expect(registry.getVersion("credit/2")).rejects.toMatchObject({ code: "VERSION_NOT_FOUND" });
    await expect(registry.getVersion("credit@__proto__")).rejects.toMatchObject({
      code: "VERSION_NOT_FOUND",
    });
  });
});

async function* flipBit(pieces: AsyncIterable<Uint8Array> | undefined): AsyncIterable<Uint8Array> {
  for await (const piece of pieces ?? []) {
    const copy = piece.slice();
    copy[10]! ^= 1;
    yield copy;
  }
}

test("a registration that fails half way leaves the registry as it was", async () => {
  let commits = 0;
  const inner = memoryKv();
  const kv: KvDriver = {
    ...inner,
    commit: async (commit) => {
      if (++commits === 1) throw new Error("killed");
      return inner.commit(commit);
    },
  };
  const fragile = createRegistry({ storage: composeStorage({ kv, blobs }) });
  await expect(fragile.register("credit", { artifact: credit })).rejects.toThrow("killed");
  expect(await fragile.getModel("credit")).toBeUndefined();
  expect((await fragile.register("credit", { artifact: credit })).number).toBe(1);
});

test("a registry reopened on the same storage finds the same version for the same file", async () => {
  const path = join(directory, "model.onnx");
  await writeFile(path, credit);
  const version = await registry.register("credit", { artifact: path });
  expect(await createRegistry({ storage, actor: ada }).register("credit", { artifact: path })).toEqual(
    version,
  );
});
