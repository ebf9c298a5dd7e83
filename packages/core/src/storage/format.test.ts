import { describe, expect, it } from "vitest";
import { memoryBlobs, memoryKv } from "../memory/index.js";
import { composeStorage } from "./compose.js";
import { openFormat } from "./format.js";

const memoryStorage = () => composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });

describe("openFormat", () => {
  it("gives new data the format of the program, and leaves that of old data alone", async () => {
    const storage = memoryStorage();
    await using first = await openFormat(storage, { package: "tracking", reader: 1, writer: 1 });
    expect((await storage.kv.get(["format", "tracking"]))?.value).toEqual({ minReader: 1, minWriter: 1 });
    await using newer = await openFormat(storage, { package: "tracking", reader: 2, writer: 2 });
    expect(newer.current).toEqual({ minReader: 1, minWriter: 1 });
    first.assertReadable();
  });

  it("refuses data that demands a newer program, and says what to upgrade", async () => {
    const storage = memoryStorage();
    await storage.kv.atomic().set(["format", "tracking"], { minReader: 3, minWriter: 3 }).commit();
    const open = openFormat(storage, { package: "tracking", reader: 2, writer: 2 });
    await expect(open).rejects.toMatchObject({
      code: "FORMAT_TOO_NEW",
      message: expect.stringContaining("upgrade @millwright/tracking"),
    });
  });

  it("opens data that may only be read, if asked to, and refuses to write it", async () => {
    const storage = memoryStorage();
    await storage.kv.atomic().set(["format", "tracking"], { minReader: 1, minWriter: 3 }).commit();
    const options = { package: "tracking", reader: 2, writer: 2 } as const;
    await expect(openFormat(storage, options)).rejects.toMatchObject({ code: "FORMAT_TOO_NEW" });
    await using format = await openFormat(storage, { ...options, access: "read" });
    format.assertReadable();
    expect(() => format.guard(storage.kv.atomic())).toThrow(
      expect.objectContaining({ code: "FORMAT_TOO_NEW" }),
    );
  });

  it("lets old and new programs write side by side until somebody raises it; then the old ones stop", async () => {
    const storage = memoryStorage();
    await using older = await openFormat(storage, { package: "tracking", reader: 1, writer: 1 });
    await using newer = await openFormat(storage, { package: "tracking", reader: 2, writer: 2 });
    const write = (guard: typeof older) => guard.guard(storage.kv.atomic()).set(["tracking", 1, "x"], 1);
    expect((await write(older).commit()).ok).toBe(true);
    expect((await write(newer).commit()).ok).toBe(true);

    const pending = write(older); // guarded before, committed after
    expect(await newer.raise({ minReader: 2, minWriter: 2 })).toEqual({ minReader: 2, minWriter: 2 });
    expect(await pending.commit()).toEqual({ ok: false, failed: [["format", "tracking"]] });
    await expect(older.refresh()).rejects.toMatchObject({ code: "FORMAT_TOO_NEW" });
    expect(() => write(older)).toThrow(expect.objectContaining({ code: "FORMAT_TOO_NEW" }));
    expect((await write(newer).commit()).ok).toBe(true);
  });

  it("notices by itself that another program has raised the format", async () => {
    const storage = memoryStorage();
    await using older = await openFormat(storage, {
      package: "tracking",
      reader: 1,
      writer: 1,
      pollInterval: "5ms",
    });
    await storage.kv.atomic().set(["format", "tracking"], { minReader: 2, minWriter: 2 }).commit();
    await expect.poll(() => older.current).toEqual({ minReader: 2, minWriter: 2 });
    expect(() => older.assertReadable()).toThrow(expect.objectContaining({ code: "FORMAT_TOO_NEW" }));
  });

  it("never lowers what is demanded, nor demands more than it knows", async () => {
    const storage = memoryStorage();
    await using format = await openFormat(storage, { package: "tracking", reader: 2, writer: 3 });
    expect(await format.raise({ minReader: 1, minWriter: 1 })).toEqual({ minReader: 2, minWriter: 3 });
    await expect(format.raise({ minReader: 3, minWriter: 3 })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });

  it("ends its watch with itself, and with the storage", async () => {
    const storage = memoryStorage();
    const format = await openFormat(storage, { package: "tracking", reader: 1, writer: 1 });
    await format.close();
    await format.close();
    await openFormat(storage, { package: "registry", reader: 1, writer: 1, pollInterval: "1ms" });
    await storage.close();
  });
});
