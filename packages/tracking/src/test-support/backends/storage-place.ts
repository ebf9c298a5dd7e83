import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BlobDriver, composeStorage, type Storage } from "@millwright/core";
import { localBlobs, localJournals, openLocalStorage } from "@millwright/core/local";
import { s3Blobs } from "@millwright/core/s3";
import { AwsClient } from "aws4fetch";
import {
  dropServerStore,
  openOwningKv,
} from "../../../../core/src/testing/test-support/servers/open-server-kv.js";

/** Where a storage of a test lies, so that it can be handed to another process. Journals, and blobs without S3, lie in the directory. */
export type StoragePlace =
  | { readonly kind: "local"; readonly directory: string }
  | {
      readonly kind: "redis" | "postgres";
      readonly directory: string;
      readonly url: string;
      /** The prefix on Redis, the schema on PostgreSQL. */
      readonly name: string;
      readonly bucket?: { readonly endpoint: string; readonly name: string } | undefined;
    };

/** A new place on this machine. */
export function newLocalPlace(): StoragePlace {
  return { kind: "local", directory: newDirectory() };
}

/** A new place on a server; the blobs lie in a bucket of their own where an S3 server is given. */
export async function newServerPlace(
  kind: "redis" | "postgres",
  url: string,
  s3: string | undefined,
): Promise<StoragePlace> {
  const name = `tracking_${crypto.randomUUID().slice(0, 8)}`;
  const place = { kind, directory: newDirectory(), url, name } as const;
  if (s3 === undefined) return place;
  const bucket = name.replaceAll("_", "-");
  const { ok, status } = await signedFetch()(`${s3}/${bucket}`, { method: "PUT" });
  if (!ok) throw new Error(`the S3 server made no bucket: ${status}`);
  return { ...place, bucket: { endpoint: s3, name: bucket } };
}

/** Opens the storage with clients of its own; closing it closes them. */
export async function openPlace(place: StoragePlace): Promise<Storage> {
  if (place.kind === "local") return openLocalStorage(place.directory);
  const { kind, url, name, directory, bucket } = place;
  const kv = await openOwningKv({ kind, url, name });
  const blobs: BlobDriver =
    bucket === undefined
      ? await localBlobs(directory)
      : s3Blobs({ endpoint: bucket.endpoint, bucket: bucket.name, fetch: signedFetch() });
  return composeStorage({ kv, blobs, journals: await localJournals(directory) });
}

/** Removes everything but the bucket, which goes with its server. */
export async function removePlace(place: StoragePlace): Promise<void> {
  if (place.kind !== "local") await dropServerStore(place);
  rmSync(place.directory, { recursive: true, force: true });
}

function newDirectory(): string {
  return mkdtempSync(join(tmpdir(), "millwright-tracking-"));
}

function signedFetch(): (url: string, init?: RequestInit) => Promise<Response> {
  const client = new AwsClient({
    accessKeyId: "test",
    secretAccessKey: "test",
    service: "s3",
    region: "us-east-1",
    retries: 0,
  });
  return (url, init) => client.fetch(url, init);
}
