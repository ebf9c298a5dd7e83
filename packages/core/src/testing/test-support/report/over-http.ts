import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { httpBlobs, httpKv, httpStorage } from "../../../http/index.js";
import { servePlaces } from "../../../http/test-support/serve-places.js";
import { openLocalStorage } from "../../../local/index.js";
import { memoryBlobs, memoryKv } from "../../../memory/index.js";
import { composeStorage } from "../../../storage/compose.js";
import { runSuites, type SuiteResults } from "./suites.js";

/** The suites over HTTP, with local storage behind the server; the unordered store is in memory. */
export async function runHttp(): Promise<SuiteResults> {
  const root = await mkdtemp(join(tmpdir(), "millwright-conformance-"));
  const local = await servePlaces((place) => openLocalStorage(join(root, place)));
  const plain = await servePlaces(async () =>
    composeStorage({ kv: memoryKv({ ordered: false }), blobs: memoryBlobs() }),
  );
  const capabilities = { shared: true, durable: true };
  const unordered = { ordered: false, shared: true, durable: false };
  try {
    return await runSuites({
      kv: {
        capabilities: { ordered: true, ...capabilities },
        open: async (place) => httpKv({ url: await local.urlOf(place) }),
      },
      unorderedKv: {
        capabilities: unordered,
        open: async (place) => httpKv({ url: await plain.urlOf(place), capabilities: unordered }),
      },
      blobs: { capabilities, open: async (place) => httpBlobs({ url: await local.urlOf(place) }) },
      tables: { shared: true, open: async (place) => httpStorage({ url: await local.urlOf(place) }) },
      faults: {
        open: async (place) => ({
          kv: httpKv({ url: await local.urlOf(place) }),
          blobs: httpBlobs({ url: await local.urlOf(place) }),
        }),
      },
      model: { open: async (place) => httpKv({ url: await local.urlOf(place) }) },
    });
  } finally {
    await local.close();
    await plain.close();
    await rm(root, { recursive: true, force: true });
  }
}
