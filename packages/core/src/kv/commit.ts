import { coreError } from "../errors/create.js";
import { MillwrightError } from "../errors/millwright-error.js";
import { equalBytes, toHex } from "../identity/bytes.js";
import { createIdentifierBytes } from "../identity/identifier.js";
import { traced } from "../telemetry/telemetry.js";
import { type KvContext, withRetries } from "./context.js";
import type { KvDriverCheck, KvDriverCommit, KvDriverCommitResult, KvDriverMutation } from "./driver.js";
import type { Key } from "./key.js";
import type { KvCommitOptions, KvCommitResult, Version } from "./kv-store.js";
import { readStored } from "./read.js";
import { encodeToken, findSequences, type TokenMark } from "./token.js";

/** What a commit will do, with the caller's keys beside the encoded ones. */
export interface CommitPlan {
  readonly checks: KvDriverCheck[];
  readonly checkedKeys: Key[];
  readonly mutations: KvDriverMutation[];
  /** For an append, the log. */
  readonly mutatedKeys: Key[];
  bytes: number;
}

/** Sends a plan to the driver, and settles what a lost reply left open. `attempt` counts replies that were lost. */
export async function commitPlan(
  context: KvContext,
  plan: CommitPlan,
  options: KvCommitOptions,
  attempt = 1,
): Promise<KvCommitResult> {
  const { signal } = options;
  const now = context.clock.now();
  const id = createIdentifierBytes({ time: now, random: context.random });
  const token =
    options.idempotencyToken === undefined ? undefined : encodeToken(context, options.idempotencyToken);
  const commit: KvDriverCommit = {
    id,
    now,
    checks: token === undefined ? plan.checks : [...plan.checks, token.check],
    mutations: token === undefined ? plan.mutations : [...plan.mutations, token.mutation],
  };
  if (commit.mutations.length === 0 && commit.checks.length === 0)
    return applied(plan, id, { ok: true, sequences: [], stale: [] });
  const attributes = { "db.system": context.driver.name, "millwright.mutations": plan.mutations.length };
  const send = (): Promise<KvDriverCommitResult> =>
    withRetries(context, signal, () => context.driver.commit(commit, { signal }));
  let result: KvDriverCommitResult;
  try {
    result = await (context.tracer
      ? traced(context.tracer, "millwright.kv.commit", attributes, send)
      : send());
  } catch (error) {
    if (!MillwrightError.is(error, "OUTCOME_UNKNOWN")) throw error;
    const outcome = await settle(context, plan, id, token, signal);
    if (outcome !== undefined) return outcome;
    // Under a token it is harmless to send it again, even if the first one is applied only now.
    if (token !== undefined && attempt < context.retry.attempts)
      return commitPlan(context, plan, options, attempt + 1);
    throw coreError(
      "OUTCOME_UNKNOWN",
      `the reply of ${context.driver.name} to a commit was lost, so it cannot be told whether it was applied. ${token === undefined ? "Read what it should have written, or commit with an idempotencyToken" : "Commit again with the same idempotencyToken"}`,
      { cause: error, retryable: token !== undefined },
    );
  }
  if (result.ok) return applied(plan, id, result);
  // The token is the last check: if it is taken, the commit of that name was applied before.
  if (token !== undefined && result.failed.includes(plan.checks.length)) {
    return (
      (await earlierOutcome(context, plan, token, signal)) ?? commitPlan(context, plan, options, attempt)
    );
  }
  return { ok: false, failed: result.failed.map((index) => plan.checkedKeys[index]!) };
}

function applied(
  plan: CommitPlan,
  id: Uint8Array,
  result: Extract<KvDriverCommitResult, { ok: true }>,
): KvCommitResult {
  return {
    ok: true,
    version: toHex(id) as Version,
    sequences: result.sequences,
    stale: result.stale.map((index) => plan.mutatedKeys[index]!),
  };
}

/** After a lost reply: the commit was applied if the token, a key that it sets, or a log that it appends to carries its id. */
async function settle(
  context: KvContext,
  plan: CommitPlan,
  id: Uint8Array,
  token: TokenMark | undefined,
  signal: AbortSignal | undefined,
): Promise<KvCommitResult | undefined> {
  if (token !== undefined) return earlierOutcome(context, plan, token, signal);
  return (await carriesId(context, plan, id, signal)) ? replayed(context, plan, id, signal) : undefined;
}

async function carriesId(
  context: KvContext,
  plan: CommitPlan,
  id: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const written = plan.mutations.flatMap((mutation) =>
    mutation.kind === "set" || mutation.kind === "setIfNewer" ? [mutation.key] : [],
  );
  if (written.length === 0) {
    const sequences = await findSequences(context, plan.mutations, id, signal);
    return sequences !== undefined && sequences.length > 0;
  }
  const entries = await readStored(context, written, signal);
  return entries.some((entry) => entry !== undefined && equalBytes(entry.version, id));
}

async function earlierOutcome(
  context: KvContext,
  plan: CommitPlan,
  token: TokenMark,
  signal: AbortSignal | undefined,
): Promise<KvCommitResult | undefined> {
  const [entry] = await readStored(context, [token.key], signal);
  return entry === undefined ? undefined : replayed(context, plan, entry.version, signal);
}

async function replayed(
  context: KvContext,
  plan: CommitPlan,
  id: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<KvCommitResult> {
  const sequences = await findSequences(context, plan.mutations, id, signal);
  if (sequences === undefined) {
    throw coreError(
      "OUTCOME_UNKNOWN",
      `the commit was applied, but the sequences that ${context.driver.name} gave it cannot be found`,
      { details: { applied: true } },
    );
  }
  return {
    ok: true,
    version: toHex(id) as Version,
    sequences,
    stale: await findStale(context, plan, id, signal),
  };
}

async function findStale(
  context: KvContext,
  plan: CommitPlan,
  id: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<Key[]> {
  const indexes = plan.mutations.flatMap((mutation, index) =>
    mutation.kind === "setIfNewer" ? [index] : [],
  );
  if (indexes.length === 0) return [];
  const keys = indexes.map((index) => (plan.mutations[index] as { key: Uint8Array }).key);
  const entries = await readStored(context, keys, signal);
  // Another writer may have overtaken it since; to the caller that is the same: something newer is there.
  return indexes.flatMap((index, position) => {
    const entry = entries[position];
    return entry !== undefined && equalBytes(entry.version, id) ? [] : [plan.mutatedKeys[index]!];
  });
}
