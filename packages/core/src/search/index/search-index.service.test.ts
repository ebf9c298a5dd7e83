import { describe, onTestFinished, test } from "vitest";
import { memoryBlobs } from "../../memory/index.js";
import { composeStorage } from "../../storage/compose.js";
import {
  dropServerStore,
  openOwningKv,
  type ServerStore,
} from "../../testing/test-support/servers/open-server-kv.js";
import { serviceUrl } from "../../testing/test-support/services.js";
import { searchIndexCases } from "./test-support/search-index-cases.js";

for (const kind of ["redis", "postgres"] as const) {
  const url = serviceUrl(kind);
  if (url === undefined) test.skip(`the search index on ${kind}: no server`);
  else
    describe(`on ${kind}`, () => {
      searchIndexCases(async (count) => {
        const store: ServerStore = { kind, url, name: `search_${crypto.randomUUID().slice(0, 8)}` };
        // Blobs need no server here; they are shared as a bucket would be.
        const blobs = memoryBlobs();
        const first = composeStorage({ kv: await openOwningKv(store), blobs });
        const storages = [first];
        while (storages.length < count)
          storages.push(composeStorage({ kv: await openOwningKv(store), blobs }));
        onTestFinished(async () => {
          for (const storage of storages) await storage.close();
          await dropServerStore(store);
        });
        return storages;
      }, 5);
    });
}
