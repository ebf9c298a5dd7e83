import { describe, test } from "vitest";
import { kvConformance } from "../testing/index.js";
import {
  dropServerStore,
  openOwningKv,
  type ServerStore,
} from "../testing/test-support/servers/open-server-kv.js";
import { serverKvCases } from "../testing/test-support/servers/server-kv-cases.js";
import { serviceUrl } from "../testing/test-support/services.js";

const url = serviceUrl("postgres");

if (url === undefined) test.skip("PostgreSQL driver: no server");
else {
  const store = (name: string): ServerStore => ({ kind: "postgres", url, name });
  kvConformance({
    test,
    describe,
    capabilities: { ordered: true, shared: true, durable: true },
    open: (place) => openOwningKv(store(place)),
    remove: (place) => dropServerStore(store(place)),
  });
  serverKvCases(store("service_test"));
}
