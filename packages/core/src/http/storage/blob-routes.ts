import type { BlobDriver, ByteRange, StoredBlob } from "../../blobs/driver.js";
import { hashed } from "../../blobs/source.js";
import { coreError, invalidArgument } from "../../errors/create.js";
import { type Digest, parseDigest } from "../../identity/digest.js";
import type { HttpCall, HttpReply } from "../call.js";
import { errorReply, jsonReply } from "../reply.js";
import { decodeUpload } from "./blob-wire.js";
import { allNamespaces } from "./namespaces.js";
import type { StorageRoute } from "./routes.js";

/** Blobs or scopes in one page of a listing. */
const pageSize = 1_000;

/** The operations of a BlobDriver, by method and path. */
export function blobRoutes(driver: BlobDriver): [string, StorageRoute][] {
  return [
    [
      "PUT /v1/blobs",
      async (call, demand) => {
        await demand("storage.write", [scopeOf(call)]);
        return put(driver, call);
      },
    ],
    [
      "GET /v1/blobs",
      async (call, demand) => {
        await demand("storage.read", [scopeOf(call)]);
        return get(driver, call);
      },
    ],
    [
      "DELETE /v1/blobs",
      async (call, demand) => {
        await demand("storage.write", [scopeOf(call)]);
        return jsonReply(200, {
          found: await driver.delete(scopeOf(call), digestOf(call), { signal: call.signal }),
        });
      },
    ],
    [
      "POST /v1/blobs/renew",
      async (call, demand) => {
        await demand("storage.write", [scopeOf(call)]);
        return jsonReply(200, {
          found: await driver.renew(scopeOf(call), digestOf(call), { signal: call.signal }),
        });
      },
    ],
    [
      "GET /v1/blobs/stat",
      async (call, demand) => {
        await demand("storage.read", [scopeOf(call)]);
        const blob = await driver.stat(scopeOf(call), digestOf(call), { signal: call.signal });
        return jsonReply(200, { blob: blob ?? null });
      },
    ],
    [
      "GET /v1/blobs/list",
      async (call, demand) => {
        await demand("storage.read", [scopeOf(call)]);
        return list(driver, call);
      },
    ],
    [
      "GET /v1/blobs/scopes",
      async (call, demand) => {
        await demand("storage.read", [allNamespaces]);
        return scopes(driver, call);
      },
    ],
  ];
}

async function put(driver: BlobDriver, call: HttpCall): Promise<HttpReply> {
  const scope = scopeOf(call);
  const promised = call.query.has("digest") ? digestOf(call) : undefined;
  let stated: Digest | undefined;
  const pieces = decodeUpload(call.body, (digest) => {
    stated = digest;
  });
  const size = call.query.has("size") ? wholeOf(call, "size") : undefined;
  const upload = hashed(pieces, { digest: promised, size, signal: call.signal });
  async function* body(): AsyncGenerator<Uint8Array> {
    yield* upload.body;
    if (upload.digest() !== stated) {
      throw coreError(
        "DIGEST_MISMATCH",
        `the bytes that arrived are not those of ${stated}; nothing was stored`,
      );
    }
  }
  await driver.put({ scope, body: body(), digest: upload.digest, size }, { signal: call.signal });
  return jsonReply(200, { digest: upload.digest(), size: upload.size() });
}

async function get(driver: BlobDriver, call: HttpCall): Promise<HttpReply> {
  const digest = digestOf(call);
  const range = rangeOf(call);
  const pieces = await driver.get(scopeOf(call), digest, range, { signal: call.signal });
  if (pieces === undefined) {
    return errorReply(
      coreError("NOT_FOUND", `there is no blob ${digest}`, { details: { absentBlob: digest } }),
    );
  }
  const headers: Record<string, string> = {
    "content-type": "application/octet-stream",
    "cache-control": "no-store, no-transform",
  };
  if (range !== undefined) headers["content-length"] = String(range.length);
  return { status: 200, headers, body: pieces };
}

async function list(driver: BlobDriver, call: HttpCall): Promise<HttpReply> {
  const after = call.query.get("after");
  const cursor = after === null ? undefined : parseDigest(after, "after");
  const blobs: StoredBlob[] = [];
  for await (const { digest, size, modifiedAt } of driver.list(scopeOf(call), cursor, {
    signal: call.signal,
  })) {
    if (blobs.length === pageSize) return jsonReply(200, { blobs, more: true });
    blobs.push({ digest, size, modifiedAt });
  }
  return jsonReply(200, { blobs, more: false });
}

async function scopes(driver: BlobDriver, call: HttpCall): Promise<HttpReply> {
  const after = call.query.get("after");
  const found: string[] = [];
  for await (const scope of driver.scopes({ signal: call.signal })) {
    if (after !== null && scope <= after) continue;
    if (found.length === pageSize) return jsonReply(200, { scopes: found, more: true });
    found.push(scope);
  }
  return jsonReply(200, { scopes: found, more: false });
}

function scopeOf(call: HttpCall): string {
  const scope = call.query.get("scope");
  if (scope === null || scope === "") throw invalidArgument("scope", "the query names no scope");
  return scope;
}

function digestOf(call: HttpCall): Digest {
  return parseDigest(call.query.get("digest") ?? "");
}

function wholeOf(call: HttpCall, name: string): number {
  const text = call.query.get(name) ?? "";
  const value = Number(text);
  if (!/^\d{1,16}$/.test(text) || !Number.isSafeInteger(value)) {
    throw invalidArgument(name, `${JSON.stringify(text)} is not a whole number`);
  }
  return value;
}

function rangeOf(call: HttpCall): ByteRange | undefined {
  if (!call.query.has("offset")) return undefined;
  return { offset: wholeOf(call, "offset"), length: wholeOf(call, "length") };
}
