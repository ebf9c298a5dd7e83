import { invalidArgument } from "../errors/create.js";
import type { KvDriverCommit, KvDriverMutation } from "../kv/driver.js";
import { counterKey } from "../kv/reserved.js";
import type { BufferJoin } from "./client.js";
import { packHead } from "./entry.js";
import { encodeHint } from "./hints.js";
import type { RedisLayout } from "./layout.js";

/** Keys and arguments of a call of a commit script. */
export interface EncodedCommit {
  readonly keys: Uint8Array[];
  readonly args: (string | Uint8Array)[];
}

/**
 * Redis drops an entry so long after its deadline: clients judge a deadline by their own clocks, and an entry must not
 * be gone for one while it is there for another.
 */
const graceMilliseconds = 60_000;

/** Longer lives than 3,000 years are left to the readers. */
const longestMilliseconds = 1e14;

const none = new Uint8Array(0);

/** What `commitScript` takes. */
export function encodeCommit(
  commit: KvDriverCommit,
  layout: RedisLayout,
  join: BufferJoin,
  hints: boolean,
): EncodedCommit {
  const keys = [layout.index, layout.deadlines];
  const args: (string | Uint8Array)[] = [
    join(commit.id),
    String(commit.now),
    String(commit.checks.length),
    String(commit.mutations.length),
    hints ? layout.channel : "",
    hints ? encodeHint(commit.mutations.map(changedKey), join) : "",
  ];
  for (const check of commit.checks) {
    keys.push(layout.entry(check.key));
    args.push(join(check.version ?? none));
  }
  for (const mutation of commit.mutations) {
    keys.push(layout.entry(mutation.kind === "append" ? counterKey(mutation.log) : changedKey(mutation)));
    args.push(...encodeMutation(mutation, commit, join));
  }
  return { keys, args };
}

/** What `commitOneScript` takes. */
export function encodeCommitOne(
  commit: KvDriverCommit,
  layout: RedisLayout,
  join: BufferJoin,
): EncodedCommit {
  const mutation = commit.mutations[0];
  const key = mutation === undefined ? commit.checks[0]?.key : changedKey(mutation);
  if (key === undefined) return { keys: [layout.format], args: [String(commit.now), "0"] };
  if (commit.mutations.length > 1 || mutation?.kind === "append") {
    throw invalidArgument("mutations", "an unordered store changes one key a commit, and has no logs");
  }
  return {
    keys: [layout.entry(key)],
    args: [
      String(commit.now),
      String(commit.checks.length),
      ...commit.checks.map((check) => join(check.version ?? none)),
      ...(mutation === undefined ? [] : encodeMutation(mutation, commit, join)),
    ],
  };
}

function encodeMutation(
  mutation: KvDriverMutation,
  { id, now }: KvDriverCommit,
  join: BufferJoin,
): [kind: string, packed: string | Uint8Array, life: string] {
  switch (mutation.kind) {
    case "delete":
      return ["delete", "", ""];
    case "import": {
      const { version, expiresAt, order, value } = mutation.entry;
      return ["set", join(packHead(version, expiresAt, order), value), life(expiresAt, now)];
    }
    case "setIfNewer": {
      const { expiresAt, order, value } = mutation;
      return ["newer", join(packHead(id, expiresAt, order), value), life(expiresAt, now)];
    }
    default: {
      const { expiresAt, value } = mutation;
      return [mutation.kind, join(packHead(id, expiresAt, undefined), value), life(expiresAt, now)];
    }
  }
}

/** Milliseconds until Redis may drop an entry, by its own clock; `""` for never. */
function life(expiresAt: number | undefined, now: number): string {
  if (expiresAt === undefined) return "";
  const milliseconds = Math.ceil((expiresAt - now) / 1000) + graceMilliseconds;
  return milliseconds > longestMilliseconds ? "" : String(Math.max(1, milliseconds));
}

function changedKey(mutation: KvDriverMutation): Uint8Array {
  if (mutation.kind === "append") return mutation.log;
  return mutation.kind === "import" ? mutation.entry.key : mutation.key;
}
