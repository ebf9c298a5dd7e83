import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, test } from "vitest";
import { openLocalStorage } from "../../local/index.js";
import { memoryBlobs, memoryKv } from "../../memory/index.js";
import { allowAll, anonymous } from "../../principals/principal.js";
import { composeStorage } from "../../storage/compose.js";
import type { Storage } from "../../storage/storage.js";
import { blobConformance, kvConformance } from "../../testing/index.js";
import { httpBlobs, httpKv, storageHandler, toNodeListener } from "../index.js";

/** One server; each place is a storage of its own under its own path, and stays open for drivers that come later. */
function serving(openStorage: (place: string) => Promise<Storage>) {
  const places = new Map<string, { storage: Storage; listener: ReturnType<typeof toNodeListener> }>();
  const server = createServer((request, response) =>
    places.get(request.url!.split("/")[1]!)!.listener(request, response),
  );
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
    for (const { storage } of places.values()) await storage.close();
  });
  return async (place: string): Promise<string> => {
    if (!places.has(place)) {
      const storage = await openStorage(place);
      const options = { storage, authenticate: () => anonymous, authorize: allowAll, basePath: `/${place}` };
      places.set(place, { storage, listener: toNodeListener(storageHandler(options)) });
    }
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/${place}`;
  };
}

describe("over HTTP, with memory behind", () => {
  const urlOf = serving(async () => composeStorage({ kv: memoryKv(), blobs: memoryBlobs() }));
  const shared = { shared: true, durable: false };
  const capabilities = { ordered: true, ...shared };
  kvConformance({
    test,
    describe,
    capabilities,
    open: async (place) => httpKv({ url: await urlOf(place), capabilities }),
  });
  blobConformance({
    test,
    describe,
    capabilities: shared,
    open: async (place) => httpBlobs({ url: await urlOf(place), capabilities: shared }),
  });
});

describe("over HTTP, with an unordered store behind", () => {
  const urlOf = serving(async () =>
    composeStorage({ kv: memoryKv({ ordered: false }), blobs: memoryBlobs() }),
  );
  const capabilities = { ordered: false, shared: true, durable: false };
  kvConformance({
    test,
    describe,
    capabilities,
    open: async (place) => httpKv({ url: await urlOf(place), capabilities }),
  });
});

describe("over HTTP, with local storage behind", () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "millwright-http-"));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));
  const urlOf = serving((place) => openLocalStorage(join(directory, place)));
  const shared = { shared: true, durable: true };
  const capabilities = { ordered: true, ...shared };
  kvConformance({ test, describe, capabilities, open: async (place) => httpKv({ url: await urlOf(place) }) });
  blobConformance({
    test,
    describe,
    capabilities: shared,
    open: async (place) => httpBlobs({ url: await urlOf(place) }),
  });
});
