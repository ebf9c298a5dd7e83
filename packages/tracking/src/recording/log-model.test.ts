import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  collectGarbage,
  composeStorage,
  digestOf,
  type ModelSignature,
  type Storage,
  toCanonicalJson,
} from "@millwright/core";
import { memoryBlobs, memoryKv } from "@millwright/core/memory";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { syncRuns } from "../sync/sync-runs.js";
import { createTracker, type Tracker } from "../tracker/create-tracker.js";

let storage: Storage;
let tracker: Tracker;
let now = 0;

beforeEach(() => {
  now = 1_800_000_000_000_000;
  const clock = { now: () => now, monotonic: () => now, sleep: () => new Promise<void>(() => {}) };
  storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs(), clock });
  tracker = createTracker({ storage, capture: false });
});

const signature: ModelSignature = {
  inputs: [{ kind: "tensor", name: "x", datatype: "float32", shape: [null, 3] }],
  outputs: [{ kind: "tensor", name: "label", datatype: "int64", shape: [null] }],
};

/** A directory of files that is removed after the test. */
function directoryOf(files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), "millwright-model-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(directory, path, ".."), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  return directory;
}

const textOf = async (run: string, path: string): Promise<string | undefined> =>
  (await tracker.getArtifact(run, path))?.text();

describe("a model that is logged", () => {
  test("as a file is an output of the run, with the digest of the file, and can be read by its path", async () => {
    const file = join(directoryOf({ "model.onnx": "weights" }), "model.onnx");
    const run = await tracker.startRun({ experiment: "e" });
    const model = await run.logModel("credit", file, {
      step: 2n ** 60n,
      signature,
      metadata: { framework: "xgboost", trees: 300 },
      tags: { stage: "candidate" },
    });
    expect(model).toEqual({
      kind: "model",
      name: "credit",
      path: `models/credit/${digestOf("weights").slice(7, 23)}`,
      digest: digestOf("weights"),
      size: 7,
      files: 1,
      step: 2n ** 60n,
      time: now,
      signature,
      metadata: { framework: "xgboost", trees: 300 },
      tags: { stage: "candidate" },
    });
    await run.end();
    expect((await tracker.getRun(run.id))?.outputs).toEqual([model]);
    expect(await textOf(run.id, `${model.path}/model.onnx`)).toBe("weights");
  });

  test("as a directory has the digest of the list of its files", async () => {
    const directory = directoryOf({ "b.bin": "bb", "a/config.json": "{}", "a.txt": "a" });
    const run = await tracker.startRun({ experiment: "e" });
    const model = await run.logModel("credit", directory);
    const list = [
      { path: "a.txt", digest: digestOf("a"), size: 1 },
      { path: "a/config.json", digest: digestOf("{}"), size: 2 },
      { path: "b.bin", digest: digestOf("bb"), size: 2 },
    ];
    expect(model).toMatchObject({ digest: digestOf(toCanonicalJson(list)), size: 5, files: 3, step: 0n });
    const { artifacts } = await run.end();
    expect(Object.keys(artifacts).sort()).toEqual(list.map(({ path }) => `${model.path}/${path}`));
    expect(await textOf(run.id, `${model.path}/a/config.json`)).toBe("{}");
  });

  test.each<[string, () => Parameters<Awaited<ReturnType<Tracker["startRun"]>>["logModel"]>[1]]>([
    ["bytes", () => new TextEncoder().encode("weights")],
    ["a stream", () => new Blob(["weights"]).stream() as ReadableStream<Uint8Array>],
  ])("as %s has one file, called as it is told", async (_, source) => {
    const run = await tracker.startRun({ experiment: "e" });
    const named = await run.logModel("credit", source(), { fileName: "model.onnx" });
    const unnamed = await run.logModel("other", source());
    await run.end();
    expect(named.digest).toBe(digestOf("weights"));
    expect(await textOf(run.id, `${named.path}/model.onnx`)).toBe("weights");
    expect(await textOf(run.id, `${unnamed.path}/model`)).toBe("weights");
  });

  test("again is there once; another one, or one of another step, is there beside it", async () => {
    const run = await tracker.startRun({ experiment: "e" });
    const [first, second] = ["one", "two"].map((text) => new TextEncoder().encode(text));
    await run.logModel("credit", first!, { step: 1 });
    await run.logModel("credit", first!, { step: 1, tags: { seen: "twice" } });
    await run.logModel("credit", second!, { step: 1 });
    await run.logModel("credit", first!, { step: 2 });
    const { outputs, artifacts } = await run.end();
    expect(outputs.map(({ digest, step, tags }) => [digest, step, tags])).toEqual([
      [digestOf("one"), 1n, { seen: "twice" }],
      [digestOf("two"), 1n, undefined],
      [digestOf("one"), 2n, undefined],
    ]);
    expect(Object.keys(artifacts)).toHaveLength(2);
  });

  test("of more files than a commit takes is stored", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 700 }, (_, index) => [`shards/${index}`, `${index}`]),
    );
    const run = await tracker.startRun({ experiment: "e" });
    const model = await run.logModel("large", directoryOf(files));
    const { outputs, artifacts } = await run.end();
    expect([outputs[0]?.files, Object.keys(artifacts).length]).toEqual([700, 700]);
    expect(await textOf(run.id, `${model.path}/shards/699`)).toBe("699");
  });

  test("is waited for by the end of the run", async () => {
    const run = await tracker.startRun({ experiment: "e" });
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    async function* slow(): AsyncGenerator<Uint8Array> {
      await gate;
      yield Uint8Array.of(1);
    }
    const logged = run.logModel("credit", slow());
    const ended = run.end();
    release();
    const model = await logged;
    expect((await ended).outputs).toEqual([model]);
  });
});

describe("a model that cannot be logged", () => {
  test("because its stream fails half way leaves neither output nor artifact, and the run ends as it would", async () => {
    async function* torn(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(100_000);
      throw new Error("torn");
    }
    const run = await tracker.startRun({ experiment: "e" });
    await expect(run.logModel("credit", torn())).rejects.toThrow("torn");
    expect(await run.end()).toMatchObject({ status: "FINISHED", outputs: [], artifacts: {} });
  });

  test.each<[string, string, unknown, object]>([
    ["source", "credit", "no/such/file", {}],
    ["source", "credit", undefined, {}],
    ["source", "credit", 5, {}],
    ["name", "", Uint8Array.of(1), {}],
    ["name", "a/b", Uint8Array.of(1), {}],
    ["name", "x".repeat(251), Uint8Array.of(1), {}],
    ["path", "..", Uint8Array.of(1), {}],
    ["path", "credit", Uint8Array.of(1), { fileName: "../x" }],
    ["step", "credit", Uint8Array.of(1), { step: 0.5 }],
    ["signature", "credit", Uint8Array.of(1), { signature: { inputs: [] } }],
    ["metadata", "credit", Uint8Array.of(1), { metadata: [] }],
    ["metadata", "credit", Uint8Array.of(1), { metadata: { text: "x".repeat(70_000) } }],
    ["tags.a", "credit", Uint8Array.of(1), { tags: { a: 1 } }],
  ])("because of its %s is refused before a byte is stored", async (path, name, source, options) => {
    const put = vi.spyOn(storage.blobs, "put");
    const run = await tracker.startRun({ experiment: "e" });
    await expect(run.logModel(name, source as never, options)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      details: { path },
    });
    expect(put).not.toHaveBeenCalled();
    expect((await run.end()).outputs).toEqual([]);
  });

  test("because its directory is empty, or its metadata no data, is refused", async () => {
    const run = await tracker.startRun({ experiment: "e" });
    const code = { code: "INVALID_ARGUMENT" };
    await expect(run.logModel("credit", directoryOf({}))).rejects.toMatchObject(code);
    await expect(
      run.logModel("credit", Uint8Array.of(1), { metadata: { run: (() => 1) as never } }),
    ).rejects.toMatchObject(code);
    await run.end();
    await expect(run.logModel("credit", Uint8Array.of(1))).rejects.toMatchObject({ code: "RUN_ENDED" });
  });
});

describe("the bytes of a model", () => {
  test("go with the run to another storage, and are collected once the run is removed", async () => {
    const other = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
    const run = await tracker.startRun({ experiment: "e" });
    const model = await run.logModel("credit", directoryOf({ a: "a", b: "b" }), { signature });
    await run.end();
    await syncRuns({ from: storage, to: other });
    const there = createTracker({ storage: other });
    expect(await there.getRun(run.id)).toEqual(await tracker.getRun(run.id));
    expect(await (await there.getArtifact(run.id, `${model.path}/b`))?.text()).toBe("b");

    now += 3 * 86_400_000_000;
    await collectGarbage(storage);
    expect(await textOf(run.id, `${model.path}/b`)).toBe("b");
    await tracker.removeRun(run.id);
    now += 3 * 86_400_000_000;
    await collectGarbage(storage);
    expect(await storage.blobs.has(digestOf("b"))).toBe(false);
  });
});
