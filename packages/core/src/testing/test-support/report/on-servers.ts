import { AwsClient } from "aws4fetch";
import type { BlobDriver } from "../../../blobs/driver.js";
import { memoryBlobs, memoryKv } from "../../../memory/index.js";
import { s3Blobs } from "../../../s3/index.js";
import { composeStorage } from "../../../storage/compose.js";
import { dropServerStore, openOwningKv, type ServerStore } from "../servers/open-server-kv.js";
import { runSuites, type SuiteResults } from "./suites.js";

/** The suites over Redis; blobs, where a suite needs them, are in memory. */
export function runRedis(url: string): Promise<SuiteResults> {
  return runKvServer({ kind: "redis", url }, { kind: "redis", url, ordered: false });
}

/** The suites over PostgreSQL; blobs, where a suite needs them, are in memory. */
export function runPostgres(url: string): Promise<SuiteResults> {
  return runKvServer({ kind: "postgres", url });
}

type Server = Omit<ServerStore, "name">;

function runKvServer(ordered: Server, unordered?: Server): Promise<SuiteResults> {
  const open = (place: string) => openOwningKv({ ...ordered, name: place });
  const remove = (place: string) => dropServerStore({ ...ordered, name: place });
  const blobsOf = sharedMemoryBlobs();
  const capabilities = { shared: true, durable: true };
  return runSuites({
    kv: { open, remove, capabilities: { ordered: true, ...capabilities } },
    ...(unordered && {
      unorderedKv: {
        open: (place) => openOwningKv({ ...unordered, name: place }),
        remove: (place) => dropServerStore({ ...unordered, name: place }),
        capabilities: { ordered: false, ...capabilities },
      },
    }),
    tables: {
      remove,
      shared: true,
      open: async (place) => composeStorage({ kv: await open(place), blobs: blobsOf(place) }),
    },
    faults: { remove, open: async (place) => ({ kv: await open(place), blobs: memoryBlobs() }) },
    model: { open, remove },
  });
}

/** The suites over blobs in S3; keys, where a suite needs them, are in memory. */
export async function runS3(url: string): Promise<SuiteResults> {
  const client = new AwsClient({
    accessKeyId: "test",
    secretAccessKey: "test",
    service: "s3",
    region: "us-east-1",
    retries: 0,
  });
  const signed = (input: string, init?: RequestInit) => client.fetch(input, init);
  const bucket = `millwright-${crypto.randomUUID()}`;
  const created = await signed(`${url}/${bucket}`, { method: "PUT" });
  if (!created.ok) throw new Error(`the bucket cannot be made: ${created.status} ${await created.text()}`);
  const open = (place: string) => s3Blobs({ endpoint: url, bucket, prefix: place, fetch: signed });
  return runSuites({
    blobs: {
      capabilities: { shared: true, durable: true },
      largest: 20 * 1024 * 1024 + 1,
      open: async (place) => open(place),
    },
    tables: { open: async (place) => composeStorage({ kv: memoryKv(), blobs: open(place) }) },
    faults: { open: async (place) => ({ kv: memoryKv(), blobs: open(place) }) },
  });
}

/** Blobs of a place that all who open it share, and that outlive them. */
function sharedMemoryBlobs(): (place: string) => BlobDriver {
  const places = new Map<string, BlobDriver>();
  return (place) => {
    const blobs = places.get(place) ?? memoryBlobs();
    places.set(place, blobs);
    return { ...blobs, close: async () => {} };
  };
}
