import { describe, expect, it } from "vitest";
import type { KvDriver } from "../kv/driver.js";
import { memoryBlobs, memoryJournals, memoryKv } from "../memory/index.js";
import { composeStorage } from "./compose.js";
import { listNamespaces } from "./namespaces.js";

describe("composeStorage", () => {
  it("keeps the keys, blobs and tables of namespaces apart", async () => {
    const storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
    const [a, b] = [storage.namespace("team-a"), storage.namespace("team-b")];
    await a.kv.atomic().set(["key"], "of a").commit();
    const { digest } = await a.blobs.put("of a");
    await a.tables.append(["table"], {
      rows: 1,
      columns: { x: { type: "float64", values: Float64Array.of(1) } },
    });
    expect(await b.kv.get(["key"])).toBeUndefined();
    expect(await b.blobs.has(digest)).toBe(false);
    for await (const batch of b.tables.scan(["table"])) expect.fail(`found ${batch.position}`);
    expect((await storage.namespace("team-a").kv.get(["key"]))?.value).toBe("of a");
    expect(a.namespaceName).toBe("team-a");
    expect(storage.namespaceName).toBe("default");
  });

  it("does not let a namespace see one that its name begins", async () => {
    const storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
    await storage.namespace("team-a").kv.atomic().set(["key"], 1).commit();
    const found = storage.namespace("team").kv.list({ start: [""], end: ["\u{10ffff}"] });
    expect((await found.next()).done).toBe(true);
  });

  it.each(["", "Team", "a/b", "-a", "a".repeat(64), "ä", "a.b"])("refuses the namespace %j", (name) => {
    const storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
    expect(() => storage.namespace(name)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });

  it("refuses to open a journal where it was given none", async () => {
    const storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
    await expect(storage.journals.open("run")).rejects.toMatchObject({ code: "UNSUPPORTED" });
    const complete = composeStorage({ kv: memoryKv(), blobs: memoryBlobs(), journals: memoryJournals() });
    await (await complete.journals.open("run")).close();
  });

  it("says which driver is missing", () => {
    expect(() => composeStorage({ kv: memoryKv() } as never)).toThrow(/blobs: give a BlobDriver/);
    expect(() => composeStorage({ blobs: memoryBlobs() } as never)).toThrow(/kv: give a KvDriver/);
  });

  it("lists the namespaces that hold something", async () => {
    const storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
    expect(await listNamespaces(storage)).toEqual([]);
    for (const name of ["team-a", "team"]) {
      for (let index = 0; index < 3; index++)
        await storage.namespace(name).kv.atomic().set([index], index).commit();
    }
    await storage.namespace("blobs-only").blobs.put("content");
    expect(await listNamespaces(storage)).toEqual(["blobs-only", "team", "team-a"]);
  });
});

describe("closing a storage", () => {
  it("waits for calls of its namespaces, closes each driver once, and refuses later calls", async () => {
    const memory = memoryKv();
    let release: (() => void) | undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let closed = 0;
    const kv: KvDriver = {
      ...memory,
      commit: async (commit) => held.then(() => memory.commit(commit)),
      close: async () => {
        closed++;
      },
    };
    const storage = composeStorage({ kv, blobs: memoryBlobs() });
    const team = storage.namespace("team-a");
    const commit = team.kv.atomic().set(["key"], 1).commit();
    const closing = storage.close();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(closed).toBe(0);
    release?.();
    expect((await commit).ok).toBe(true);
    await closing;
    await storage.close();
    expect(closed).toBe(1);
    await expect(team.kv.get(["key"])).rejects.toMatchObject({ code: "CLOSED" });
    await expect(storage.kv.get(["key"])).rejects.toMatchObject({ code: "CLOSED" });
    expect(() => storage.namespace("other")).toThrow(expect.objectContaining({ code: "CLOSED" }));
  });

  it("leaves the drivers open when only a namespace is closed", async () => {
    const storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
    const team = storage.namespace("team-a");
    await team.close();
    await expect(team.kv.get(["key"])).rejects.toMatchObject({ code: "CLOSED" });
    expect(await storage.kv.get(["key"])).toBeUndefined();
    expect(await storage.namespace("team-a").kv.get(["key"])).toBeUndefined();
  });

  it("closes every driver although one fails, and reports the failure", async () => {
    const failure = new Error("no");
    let closed = false;
    const kv: KvDriver = {
      ...memoryKv(),
      close: async () => {
        closed = true;
      },
    };
    const storage = composeStorage({ kv, blobs: { ...memoryBlobs(), close: () => Promise.reject(failure) } });
    await expect(storage.close()).rejects.toBe(failure);
    expect(closed).toBe(true);
  });
});
