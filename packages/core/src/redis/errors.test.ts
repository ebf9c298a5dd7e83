import { expect, test } from "vitest";
import { redisError } from "./errors.js";

const reply = (text: string): Error => Object.assign(new Error(text), { name: "ReplyError" });

test.each([
  ["NOAUTH Authentication required.", "PERMISSION_DENIED"],
  ["WRONGPASS invalid username-password pair or user is disabled.", "PERMISSION_DENIED"],
  ["NOPERM User x has no permissions to run the 'set' command", "PERMISSION_DENIED"],
  ["ERR invalid password", "PERMISSION_DENIED"],
  ["OOM command not allowed when used memory > 'maxmemory'.", "STORAGE_FULL"],
  ["ERR Error running script (call to f_1): @user_script:28: -OOM command not allowed when", "STORAGE_FULL"],
  ["MISCONF Errors writing to the AOF file: No space left on device", "STORAGE_FULL"],
  ["READONLY You can't write against a read only replica.", "READ_ONLY"],
  ["WRONGTYPE Operation against a key holding the wrong kind of value", "FOREIGN_DATA"],
  ["LOADING Redis is loading the dataset in memory", "UNAVAILABLE"],
  ["CLUSTERDOWN The cluster is down", "UNAVAILABLE"],
  ["ERR syntax error", "INTERNAL"],
])("the reply %j is %s, for reads and for commits: nothing was applied", (text, code) => {
  expect(redisError(reply(text), "redis", "commit").code).toBe(code);
  expect(redisError(reply(text), "redis", "read").code).toBe(code);
});

test("a lost connection leaves the outcome of a commit open, and only of a commit", () => {
  const lost = new Error("Connection is closed.");
  expect(redisError(lost, "redis", "commit")).toMatchObject({
    code: "OUTCOME_UNKNOWN",
    retryable: false,
    cause: lost,
  });
  expect(redisError(lost, "redis", "read")).toMatchObject({ code: "UNAVAILABLE", retryable: true });
  expect(redisError(lost, "redis", "connect")).toMatchObject({ code: "UNAVAILABLE", retryable: true });
});

test("a commit that was never sent is UNAVAILABLE", () => {
  const unsent = new Error("Stream isn't writeable and enableOfflineQueue options is false");
  expect(redisError(unsent, "redis", "commit")).toMatchObject({ code: "UNAVAILABLE", retryable: true });
});
