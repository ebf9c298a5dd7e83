import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, test } from "vitest";
import { openLocalStorage } from "../../local/index.js";
import { memoryBlobs, memoryKv } from "../../memory/index.js";
import { composeStorage } from "../../storage/compose.js";
import type { Storage } from "../../storage/storage.js";
import { blobConformance, kvConformance } from "../../testing/index.js";
import { httpBlobs, httpKv } from "../index.js";
import { type ServedPlaces, servePlaces } from "../test-support/serve-places.js";

/** A server while the tests of a group run. */
function serving(openStorage: (place: string) => Promise<Storage>) {
  let places: ServedPlaces;
  beforeAll(async () => {
    places = await servePlaces(openStorage);
  });
  afterAll(() => places?.close());
  return (place: string): Promise<string> => places.urlOf(place);
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
