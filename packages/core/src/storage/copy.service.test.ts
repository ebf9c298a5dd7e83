import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AwsClient } from "aws4fetch";
import { Pool } from "pg";
import { describe, expect, it, onTestFinished } from "vitest";
import { openLocalStorage } from "../local/index.js";
import { openPostgresKv } from "../postgres/index.js";
import { s3Blobs } from "../s3/index.js";
import { serviceUrl } from "../testing/test-support/services.js";
import { collectGarbage } from "./collect-garbage.js";
import { compareStorages, type StorageDifference } from "./compare.js";
import { composeStorage } from "./compose.js";
import { copyStorage } from "./copy.js";
import { addReference } from "./references.js";
import type { Storage } from "./storage.js";

const postgresUrl = serviceUrl("postgres");
const s3Url = serviceUrl("s3");

async function localStorage(): Promise<Storage> {
  const path = mkdtempSync(join(tmpdir(), "millwright-copy-"));
  const storage = await openLocalStorage(path);
  onTestFinished(async () => {
    await storage.close();
    rmSync(path, { recursive: true, force: true });
  });
  return storage;
}

async function serverStorage(): Promise<Storage> {
  const client = new AwsClient({
    accessKeyId: "test",
    secretAccessKey: "test",
    service: "s3",
    region: "us-east-1",
    retries: 0,
  });
  const signed = (input: string, init?: RequestInit): Promise<Response> => client.fetch(input, init);
  const bucket = `millwright-${crypto.randomUUID()}`;
  expect((await signed(`${s3Url}/${bucket}`, { method: "PUT" })).ok).toBe(true);
  const pool = new Pool({ connectionString: postgresUrl });
  const schema = `copy_${crypto.randomUUID().slice(0, 8)}`;
  const storage = composeStorage({
    kv: await openPostgresKv(pool, { schema }),
    blobs: s3Blobs({ endpoint: s3Url!, bucket, fetch: signed }),
  });
  onTestFinished(async () => {
    await storage.close();
    await pool.query(`DROP SCHEMA ${schema} CASCADE`);
    await pool.end();
  });
  return storage;
}

async function fill(storage: Storage): Promise<void> {
  for (const name of ["default", "team-a"]) {
    const { kv, blobs, tables } = storage.namespace(name);
    for (let from = 0; from < 1_000; from += 100) {
      const atomic = kv.atomic();
      for (let at = from; at < from + 100; at++) atomic.set(["entries", at], { at, text: "ä\0".repeat(at) });
      await atomic.commit();
    }
    await kv.atomic().set(["largest"], "x".repeat(65_500)).commit();
    await kv
      .atomic()
      .set(["deadline"], Uint8Array.of(0, 1), { expireIn: "1h" })
      .setIfNewer(["newer"], "b", [5])
      .commit({ idempotencyToken: "token" });
    for (let index = 0; index < 20; index++) await kv.atomic().append(["log"], index).commit();
    for (const content of [`of ${name}`, "", new Uint8Array(3_000_000).fill(7)]) {
      const { digest } = await blobs.put(content);
      await addReference(kv.atomic(), digest, ["owner"]).commit();
    }
    for (const rows of [10, 50_000]) {
      const values = Float64Array.from({ length: rows }, (_, index) =>
        index === 3 ? Number.NaN : Math.sqrt(index),
      );
      await tables.append(["metrics"], { rows, columns: { value: { type: "float64", values } } });
    }
  }
}

async function differences(a: Storage, b: Storage): Promise<StorageDifference[]> {
  const found: StorageDifference[] = [];
  for await (const difference of compareStorages(a, b)) found.push(difference);
  return found;
}

async function batchesOf(storage: Storage): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const batch of storage.tables.scan(["metrics"])) found.push(batch);
  return found;
}

describe.skipIf(postgresUrl === undefined || s3Url === undefined)("moving house", () => {
  it("local → PostgreSQL and S3 → local is equal in every key, blob and batch", async () => {
    const [home, servers, back] = [await localStorage(), await serverStorage(), await localStorage()];
    await fill(home);
    await copyStorage(home, servers);
    expect(await differences(home, servers)).toEqual([]);
    await copyStorage(servers, back);
    expect(await differences(home, back)).toEqual([]);
    expect(await batchesOf(back)).toEqual(await batchesOf(home));
    const next = await back.kv.atomic().append(["log"], "next").commit();
    expect(next).toMatchObject({ sequences: [21] });
    expect((await collectGarbage(servers)).missing).toEqual([]);
  });

  it("catches up with what was written since", async () => {
    const [home, servers] = [await localStorage(), await serverStorage()];
    await fill(home);
    await copyStorage(home, servers);
    await home.kv
      .atomic()
      .set(["entries", 1], "changed")
      .delete(["entries", 2])
      .append(["log"], "late")
      .commit();
    await home.blobs.put("late");
    // The two entries, the deletion, and the counter of the log.
    expect(await copyStorage(home, servers, { resume: true })).toMatchObject({ changed: 4, blobs: 1 });
    expect(await differences(home, servers)).toEqual([]);
  });
});
