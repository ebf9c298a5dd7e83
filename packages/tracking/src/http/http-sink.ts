import {
  type BlobInfo,
  type BlobSource,
  type CallOptions,
  concatBytes,
  type Digest,
  digestOf,
  MillwrightError,
  systemClock,
} from "@millwright/core";
import { invalidArgument } from "../errors.js";
import { encodeFrames, type IngestAnswer } from "../ingest/wire.js";
import { encodeOperation } from "../operations/encode.js";
import type { PlacedOperation } from "../operations/operation.js";
import type { RecordingSink, RefusedOperation } from "../sink/sink.js";
import { createIngestClient } from "./client.js";
import type { HttpSinkOptions } from "./options.js";

/** Of one request, so that it passes the usual proxies. A larger operation goes alone. */
const requestBytes = 512 * 1024;
const requestOperations = 2_000;

/**
 * Sends what is recorded to an `ingestHandler`, for `createRecorder`. A reply that is lost does no harm: the server says how far a
 * journal has been applied, and passes over what it has. Files that do not fit into the journal are gathered in memory and sent when
 * they are logged.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` if the URL is not one of http or https, or carries credentials. Calls of the sink throw
 *   `UNAVAILABLE` when no answer came, and what the server answered: `UNAUTHENTICATED`, `PERMISSION_DENIED`, `SEQUENCE_GAP`, …
 *
 * @example
 * ```ts
 * import { indexedDbJournals } from "@millwright/core/indexeddb";
 * import { createRecorder } from "@millwright/tracking";
 * import { httpSink } from "@millwright/tracking/http";
 *
 * const recorder = createRecorder({
 *   sink: httpSink({ url: "/tracking", headers: () => ({ authorization: `Bearer ${sessionStorage.getItem("token")}` }) }),
 *   journals: indexedDbJournals("millwright"), // what a closed tab leaves is sent by the next one
 * });
 * const run = await recorder.startRun({ experiment: "in the browser" });
 * run.logMetric("loss", 0.5, { step: 1 });
 * await run.end();
 * ```
 */
export function httpSink(options: HttpSinkOptions): RecordingSink {
  const client = createIngestClient({ ...options, clock: options.clock ?? systemClock() });
  /** How far the journal that was sent last has been applied, as far as the server has said so. */
  let known: { readonly journal: string; readonly applied: number } | undefined;

  async function send(
    journal: string,
    operations: readonly PlacedOperation[],
    frames: readonly Uint8Array[],
    signal: AbortSignal | undefined,
  ): Promise<RefusedOperation[]> {
    known = undefined;
    const { applied, refused } = (await client.request({
      method: "POST",
      path: "/operations",
      query: { journal, first: String(operations[0]!.sequence) },
      body: encodeFrames(frames),
      signal,
    })) as IngestAnswer;
    known = { journal, applied };
    return refused.map(({ sequence, run, code, message, details }) => ({
      sequence,
      run,
      error: new MillwrightError(code, message, { details }),
    }));
  }

  return {
    name: client.name,
    async appliedSequence(journal, { signal } = {}) {
      if (known?.journal === journal) return known.applied;
      const answer = await client.request({ method: "GET", path: "/applied", query: { journal }, signal });
      const { applied } = answer as Pick<IngestAnswer, "applied">;
      known = { journal, applied };
      return applied;
    },
    async apply(journal, operations, { signal } = {}) {
      const refused: RefusedOperation[] = [];
      for (const { part, frames } of requestsOf(operations))
        refused.push(...(await send(journal, part, frames, signal)));
      return refused;
    },
    async storeContent(source: BlobSource, { signal }: CallOptions = {}): Promise<BlobInfo> {
      const content = await gathered(source, signal);
      const digest: Digest = digestOf(content);
      const size = content.length;
      const query = { digest, size: String(size) };
      await client.request({ method: "PUT", path: "/content", query, body: content, signal });
      return { digest, size };
    },
  };
}

/** Operations as requests can take them: without gaps, and not too many. */
function* requestsOf(
  operations: readonly PlacedOperation[],
): Generator<{ part: PlacedOperation[]; frames: Uint8Array[] }, void, void> {
  let part: PlacedOperation[] = [];
  let frames: Uint8Array[] = [];
  let bytes = 0;
  for (const placed of operations) {
    const frame = encodeOperation(placed.operation);
    const last = part.at(-1);
    const fits =
      bytes + frame.length <= requestBytes &&
      part.length < requestOperations &&
      placed.sequence === (last?.sequence ?? 0) + 1;
    if (last !== undefined && !fits) {
      yield { part, frames };
      [part, frames, bytes] = [[], [], 0];
    }
    part.push(placed);
    frames.push(frame);
    bytes += frame.length;
  }
  if (part.length > 0) yield { part, frames };
}

async function gathered(
  source: BlobSource,
  signal: AbortSignal | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  signal?.throwIfAborted();
  if (typeof source === "string") return new TextEncoder().encode(source);
  if (source instanceof Uint8Array) return new Uint8Array(source);
  if (typeof source !== "object" || source === null)
    throw invalidArgument("source", "give bytes, text or a stream");
  const pieces: Uint8Array[] = [];
  for await (const piece of "getReader" in source ? readerPieces(source) : source) {
    signal?.throwIfAborted();
    if (!(piece instanceof Uint8Array)) throw invalidArgument("source", "each piece is a Uint8Array");
    pieces.push(piece);
  }
  return concatBytes(pieces) as Uint8Array<ArrayBuffer>;
}

// Not every browser iterates a ReadableStream by itself.
async function* readerPieces(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
