import { rmSync } from "node:fs";
import { join } from "node:path";
import { openLocalStorage } from "../open-local-storage.js";

/**
 * Writes the directory that the tests of a format read for ever: `node --import tsx write-format.ts <directory>`. Run it once
 * for each format, with the release that has it; never again over one that is there.
 */
const directory = process.argv[2];
if (directory === undefined) throw new Error("name the directory to write");
const storage = await openLocalStorage(directory);
await storage.kv
  .atomic()
  .set(["model", "credit"], { name: "credit", next: 2, big: 12n, raw: Uint8Array.of(0, 255) })
  .set(["lasting"], 1, { expiresAt: "2999-01-01T00:00:00Z" })
  .set(["ended"], 1, { expiresAt: "2020-01-01T00:00:00Z" })
  .setIfNewer(["row"], "newest", [11])
  .commit();
for (const value of ["one", "two", "three"]) await storage.kv.atomic().append(["log"], value).commit();
await storage.blobs.put("hello");
const journal = await storage.journals.open("metrics");
for (let index = 1; index <= 4; index++) journal.append(Uint8Array.of(index, index));
await journal.truncate(3);
await storage.close();
rmSync(join(directory, "kv", "lock.mdb"));
