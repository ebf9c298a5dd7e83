import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { allowAll, anonymous } from "../../principals/principal.js";
import type { Storage } from "../../storage/storage.js";
import { storageHandler, toNodeListener } from "../index.js";

/** A server of storages. */
export interface ServedPlaces {
  /** The address of the storage of a place, which is opened when it is first asked for and stays open. */
  urlOf(place: string): Promise<string>;
  close(): Promise<void>;
}

/** Serves storages, each place one of its own under its own path, on a free port of the loopback. */
export async function servePlaces(openStorage: (place: string) => Promise<Storage>): Promise<ServedPlaces> {
  const places = new Map<string, { storage: Storage; listener: ReturnType<typeof toNodeListener> }>();
  const server = createServer((request, response) =>
    places.get(request.url!.split("/")[1]!)!.listener(request, response),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    async urlOf(place) {
      if (!places.has(place)) {
        const storage = await openStorage(place);
        const options = {
          storage,
          authenticate: () => anonymous,
          authorize: allowAll,
          basePath: `/${place}`,
        };
        places.set(place, { storage, listener: toNodeListener(storageHandler(options)) });
      }
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}/${place}`;
    },
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      for (const { storage } of places.values()) await storage.close();
    },
  };
}
