import { MillwrightError, messageOf, type Principal } from "@millwright/core";
import { jsonReply, readBody } from "@millwright/core/http";
import { invalidArgument, trackingError } from "../errors.js";
import { decodeOperation } from "../operations/encode.js";
import type { Operation } from "../operations/operation.js";
import type { RefusedOperation } from "../sink/sink.js";
import { checkedOperation } from "./check-operation.js";
import { journalOf, wholeNumber } from "./query.js";
import type { IngestRoute } from "./routes.js";
import { assertBinary } from "./statuses.js";
import { decodeFrames, type IngestAnswer, type RefusedOnWire, wireVersion } from "./wire.js";

/** Operations of one request. */
const maximumOperations = 10_000;

/** Says how far a journal has been applied, so that its recorder goes on there. */
export const appliedSequence: IngestRoute = async (call, { sink }) =>
  jsonReply(200, { applied: await sink.appliedSequence(journalOf(call), { signal: call.signal }) });

/** Applies operations of a journal. Everything about them is checked before the first is applied. */
export const applyOperations: IngestRoute = async (call, scope) => {
  assertBinary(call);
  const journal = journalOf(call);
  const first = wholeNumber(call, "first", 1);
  const operations = decoded(await readBody(call, { limit: scope.bodyLimit }), scope.caller);
  await scope.demand(operations);
  const last = first + operations.length - 1;
  if (!Number.isSafeInteger(last)) throw invalidArgument("first", `${first} is no sequence`);
  const { sink } = scope;
  const { signal } = call;
  const applied = await sink.appliedSequence(journal, { signal });
  if (first > applied + 1)
    throw trackingError(
      "SEQUENCE_GAP",
      `operations from ${first} cannot be applied: those from ${applied + 1} have not come`,
      { details: { applied } },
    );
  const placed = operations.map((operation, index) => ({ sequence: first + index, operation }));
  const refused = await sink.apply(journal, placed, { signal });
  const answer: IngestAnswer = { applied: Math.max(applied, last), refused: refused.map(onWire) };
  return jsonReply(200, answer);
};

/** The operations of a body. @throws {MillwrightError} `INVALID_ARGUMENT`, `PROTOCOL_TOO_NEW` */
function decoded(body: Uint8Array, caller: Principal): Operation[] {
  const [version] = body;
  if (version === undefined) throw invalidArgument("body", "is empty");
  if (version === 0) throw invalidArgument("body", "is of no version");
  if (version > wireVersion) throw unknownVersion(`the body is of version ${version}`);
  return decodeFrames(body, maximumOperations).map((frame, index) => {
    const path = `operations[${index}]`;
    let operation: Operation;
    try {
      operation = decodeOperation(frame);
    } catch (error) {
      if (MillwrightError.is(error, "FORMAT_TOO_NEW")) throw unknownVersion(`${path} is of a later version`);
      throw invalidArgument(path, messageOf(error));
    }
    const checked = checkedOperation(operation, path);
    return checked.kind === "create" ? { ...checked, actor: actorOf(caller) } : checked;
  });
}

function actorOf({ kind, id }: Principal): string | undefined {
  return kind === "anonymous" ? undefined : id;
}

function unknownVersion(what: string): Error {
  return trackingError("PROTOCOL_TOO_NEW", `${what}; upgrade @millwright/tracking on this server to take it`);
}

function onWire({ sequence, run, error }: RefusedOperation): RefusedOnWire {
  const { code, details } = MillwrightError.is(error) ? error : { code: "INTERNAL", details: {} };
  return { sequence, run, code, message: messageOf(error), details };
}
