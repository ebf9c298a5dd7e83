import { expect, test } from "vitest";
import { digestOf } from "../identity/hasher.js";
import { s3Blobs } from "./index.js";

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
}

/** A driver whose requests are answered by a function, and what it sent. */
function scripted(answer: (sent: Sent, index: number) => Response | Promise<Response>) {
  const sent: Sent[] = [];
  const blobs = s3Blobs({
    endpoint: "http://s3.test",
    bucket: "models",
    fetch: async (url, init) => {
      const request = {
        method: init?.method ?? "GET",
        path: url.slice("http://s3.test".length),
        headers: new Headers(init?.headers),
      };
      sent.push(request);
      return answer(request, sent.length - 1);
    },
  });
  return { blobs, sent };
}

const digest = digestOf("hello");
const failure = (status: number, code: string, message = "because") =>
  new Response(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`, {
    status,
  });

function upload(size: number, options: { known?: boolean; fail?: Error } = {}) {
  const bytes = new Uint8Array(size);
  async function* body() {
    for (let start = 0; start < size; start += 1_000_000) yield bytes.subarray(start, start + 1_000_000);
    ended = true;
    if (options.fail !== undefined) throw options.fail;
  }
  let ended = options.known ?? false;
  return { scope: "default", body: body(), digest: () => (ended ? digestOf(bytes) : undefined) };
}

test.each([
  [403, "AccessDenied", "PERMISSION_DENIED", false],
  [403, "SignatureDoesNotMatch", "PERMISSION_DENIED", false],
  [404, "NoSuchBucket", "NOT_FOUND", false],
  [301, "PermanentRedirect", "INVALID_ARGUMENT", false],
  [507, "QuotaExceeded", "STORAGE_FULL", false],
  [400, "BadDigest", "DIGEST_MISMATCH", false],
  [501, "NotImplemented", "UNSUPPORTED", false],
  [400, "Something", "INTERNAL", false],
])("%i %s is %s", async (status, s3Code, code, retryable) => {
  const { blobs, sent } = scripted(() => failure(status, s3Code));
  await expect(blobs.get("default", digest)).rejects.toMatchObject({
    code,
    retryable,
    details: { status, s3Code },
  });
  expect(sent).toHaveLength(1);
});

test("SlowDown is tried again, and is UNAVAILABLE if it stays", async () => {
  const recovering = scripted((_, index) => (index < 2 ? failure(503, "SlowDown") : new Response("hello")));
  expect(await recovering.blobs.get("default", digest)).toBeDefined();
  const staying = scripted(() => failure(503, "SlowDown"));
  await expect(staying.blobs.get("default", digest)).rejects.toMatchObject({
    code: "UNAVAILABLE",
    retryable: true,
  });
  expect(staying.sent).toHaveLength(4);
});

test("a server that cannot be reached is UNAVAILABLE", async () => {
  const { blobs } = scripted(() =>
    Promise.reject(new TypeError("fetch failed", { cause: new Error("ECONNREFUSED") })),
  );
  await expect(blobs.stat("default", digest)).rejects.toMatchObject({
    code: "UNAVAILABLE",
    message: /ECONNREFUSED/,
  });
});

test("an abort rejects with its reason, also while the signed fetch waits", async () => {
  const { blobs } = scripted(() => new Promise(() => {}));
  const stop = new AbortController();
  const reason = new Error("enough");
  const get = blobs.get("default", digest, undefined, { signal: stop.signal });
  stop.abort(reason);
  await expect(get).rejects.toBe(reason);
});

test("a HEAD without an object asks again for the bucket, so that a missing bucket is no missing blob", async () => {
  const missingBucket = scripted(({ method }) =>
    method === "HEAD" ? new Response(null, { status: 404 }) : failure(404, "NoSuchBucket"),
  );
  await expect(missingBucket.blobs.stat("default", digest)).rejects.toMatchObject({
    code: "NOT_FOUND",
    message: /"models"/,
  });
  const missingObject = scripted(({ method }) =>
    method === "HEAD"
      ? new Response(null, { status: 404 })
      : new Response("<ListBucketResult></ListBucketResult>"),
  );
  expect(await missingObject.blobs.stat("default", digest)).toBeUndefined();
});

test("a small blob is one PUT that lets the server verify the digest", async () => {
  const { blobs, sent } = scripted(() => new Response());
  await blobs.put(upload(5));
  const hex = digestOf(new Uint8Array(5)).slice(7);
  expect(sent.map(({ method, path }) => `${method} ${path}`)).toEqual([`PUT /models/default/${hex}`]);
  expect(sent[0]!.headers.get("x-amz-content-sha256")).toBe(hex);
});

test("a source that fails sends nothing if it is small, and aborts its upload if it is large", async () => {
  const fail = new Error("changed while it was read");
  const small = scripted(() => new Response());
  await expect(small.blobs.put(upload(5, { fail }))).rejects.toBe(fail);
  expect(small.sent).toEqual([]);
  const large = scripted(({ method }) =>
    method === "POST"
      ? new Response("<R><UploadId>u1</UploadId></R>")
      : new Response(null, { headers: { etag: '"t"' } }),
  );
  await expect(large.blobs.put(upload(20_000_000, { fail, known: true }))).rejects.toBe(fail);
  expect(large.sent.at(-1)).toMatchObject({ method: "DELETE", path: expect.stringContaining("uploadId=u1") });
  expect(large.sent.some(({ method, path }) => method === "POST" && path.includes("uploadId"))).toBe(false);
});

test("a copy that answers 200 with an error has failed", async () => {
  const { blobs } = scripted(({ method }) =>
    method === "HEAD"
      ? new Response(null, { headers: { "content-length": "5" } })
      : new Response("<Error><Code>AccessDenied</Code></Error>"),
  );
  await expect(blobs.renew("default", digest)).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
});

test("a completion whose reply is lost counts if the object is there", async () => {
  let completed = false;
  const { blobs } = scripted(({ method, path }) => {
    if (method === "POST" && path.includes("uploads")) return new Response("<R><UploadId>u1</UploadId></R>");
    if (method === "POST") {
      completed = true;
      return Promise.reject(new TypeError("terminated"));
    }
    if (method === "HEAD")
      return new Response(null, { status: completed ? 200 : 404, headers: { "content-length": "9" } });
    return new Response(null, { headers: { etag: '"t"' } });
  });
  await blobs.put(upload(9_000_000, { known: true }));
  expect(completed).toBe(true);
});

test("a server that ignores ranges is found out", async () => {
  const { blobs } = scripted(() => new Response("hello world"));
  const pieces = await blobs.get("default", digest, { offset: 1, length: 2 });
  await expect(pieces![Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: "UNSUPPORTED" });
});

test("a listing goes over pages by their tokens, and begins behind a digest", async () => {
  const digests = ["1", "2", "3"].map((text) => digestOf(text)).sort();
  const page = (items: readonly string[], token?: string) =>
    new Response(
      `<ListBucketResult><IsTruncated>${token !== undefined}</IsTruncated>${
        token === undefined ? "" : `<NextContinuationToken>${token}</NextContinuationToken>`
      }${items
        .map(
          (item) =>
            `<Contents><Key>default/${item.slice(7)}</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified><Size>1</Size></Contents>`,
        )
        .join("")}</ListBucketResult>`,
    );
  const { blobs, sent } = scripted((_, index) =>
    index === 0 ? page(digests.slice(0, 2), "a&amp;b/+=") : page(digests.slice(2)),
  );
  const listed: unknown[] = [];
  for await (const blob of blobs.list("default", digest)) listed.push(blob);
  expect(listed).toEqual(
    digests.map((found) => ({ digest: found, size: 1, modifiedAt: 1_767_323_045_000_000 })),
  );
  expect(new URL(`http://x${sent[0]!.path}`).searchParams.get("start-after")).toBe(
    `default/${digest.slice(7)}`,
  );
  expect(new URL(`http://x${sent[1]!.path}`).searchParams.get("continuation-token")).toBe("a&b/+=");
});

test.each([
  [{ endpoint: "s3.test" }, /^endpoint/],
  [{ endpoint: "http://key:secret@s3.test" }, /^endpoint/],
  [{ bucket: "a/b" }, /^bucket/],
  [{ fetch: undefined }, /^fetch/],
])("bad options %o are refused at once", (wrong, message) => {
  const options = {
    endpoint: "http://s3.test",
    bucket: "models",
    fetch: async () => new Response(),
    ...wrong,
  };
  expect(() => s3Blobs(options as never)).toThrow(message);
});
