import { describe, expect, it } from "vitest";
import { memoryBlobs, memoryKv } from "../memory/index.js";
import { systemClock } from "../time/clock.js";
import { composeStorage } from "./compose.js";
import { formatGuard } from "./format.js";

const memoryStorage = () => composeStorage({ kv: memoryKv(), blobs: memoryBlobs() });
const first = { package: "tracking", reader: 1, writer: 1 };
const second = { package: "tracking", reader: 2, writer: 2 };

describe("formatGuard", () => {
  it("gives new data the format of the program when it is first written, and leaves that of old data alone", async () => {
    const storage = memoryStorage();
    const old = formatGuard(storage, first);
    await old.assertReadable();
    expect(await storage.kv.get(["format", "tracking"])).toBeUndefined();
    await old.assertWritable();
    expect((await storage.kv.get(["format", "tracking"]))?.value).toEqual({ minReader: 1, minWriter: 1 });
    const newer = formatGuard(storage, second);
    await newer.assertWritable();
    expect(await newer.refresh()).toEqual({ minReader: 1, minWriter: 1 });
  });

  it("refuses data that demands a newer program, and says what to upgrade", async () => {
    const storage = memoryStorage();
    await storage.kv.atomic().set(["format", "tracking"], { minReader: 3, minWriter: 3 }).commit();
    const expected = {
      code: "FORMAT_TOO_NEW",
      message: expect.stringContaining("upgrade @millwright/tracking"),
    };
    const guard = formatGuard(storage, second);
    await expect(guard.assertReadable()).rejects.toMatchObject(expected);
    await expect(guard.assertWritable()).rejects.toMatchObject(expected);
    await expect(guard.refresh()).rejects.toMatchObject(expected);
  });

  it("reads data that it may not write", async () => {
    const storage = memoryStorage();
    await storage.kv.atomic().set(["format", "tracking"], { minReader: 1, minWriter: 3 }).commit();
    const format = formatGuard(storage, second);
    await format.assertReadable();
    await expect(format.assertWritable()).rejects.toMatchObject({ code: "FORMAT_TOO_NEW" });
    await expect(format.guard(storage.kv.atomic())).rejects.toMatchObject({ code: "FORMAT_TOO_NEW" });
  });

  it("lets old and new programs write side by side until somebody raises it; then the old ones stop", async () => {
    const storage = memoryStorage();
    const older = formatGuard(storage, first);
    const newer = formatGuard(storage, second);
    const write = async (format: typeof older) =>
      (await format.guard(storage.kv.atomic())).set(["tracking", 1, "x"], 1);
    expect((await (await write(older)).commit()).ok).toBe(true);
    expect((await (await write(newer)).commit()).ok).toBe(true);

    const pending = await write(older); // guarded before, committed after
    expect(await newer.raise({ minReader: 2, minWriter: 2 })).toEqual({ minReader: 2, minWriter: 2 });
    expect(await pending.commit()).toEqual({ ok: false, failed: [["format", "tracking"]] });
    await expect(older.refresh()).rejects.toMatchObject({ code: "FORMAT_TOO_NEW" });
    await expect(write(older)).rejects.toMatchObject({ code: "FORMAT_TOO_NEW" });
    expect((await (await write(newer)).commit()).ok).toBe(true);
  });

  it("believes what it saw for an interval, then looks again", async () => {
    let monotonic = 0;
    const clock = { ...systemClock(), monotonic: () => monotonic };
    const storage = composeStorage({ kv: memoryKv(), blobs: memoryBlobs(), clock });
    const older = formatGuard(storage, { ...first, interval: "5s" });
    await older.assertWritable();
    await storage.kv.atomic().set(["format", "tracking"], { minReader: 2, minWriter: 2 }).commit();
    monotonic = 4_999_999;
    await older.assertWritable();
    monotonic = 5_000_000;
    await expect(older.assertReadable()).rejects.toMatchObject({ code: "FORMAT_TOO_NEW" });
  });

  it("never lowers what is demanded, nor demands more than it knows", async () => {
    const storage = memoryStorage();
    const format = formatGuard(storage, { package: "tracking", reader: 2, writer: 3 });
    expect(await format.raise({ minReader: 1, minWriter: 1 })).toEqual({ minReader: 2, minWriter: 3 });
    await expect(format.raise({ minReader: 3, minWriter: 3 })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });

  it("refuses what is no format, and a format that is none", async () => {
    const storage = memoryStorage();
    expect(() => formatGuard(storage, { ...first, reader: 0 })).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT" }),
    );
    await storage.kv.atomic().set(["format", "tracking"], "three").commit();
    await expect(formatGuard(storage, first).assertReadable()).rejects.toMatchObject({ code: "CORRUPT" });
  });
});
