import { expect, test } from "vitest";
import { postgresError } from "./errors.js";

const reply = (code: string, severity = "ERROR"): Error =>
  Object.assign(new Error("from the server"), { code, severity });

test.each([
  ["28P01", "PERMISSION_DENIED"],
  ["28000", "PERMISSION_DENIED"],
  ["42501", "PERMISSION_DENIED"],
  ["53100", "STORAGE_FULL"],
  ["25006", "READ_ONLY"],
  ["53300", "UNAVAILABLE"],
  ["57014", "UNAVAILABLE"],
  ["57P03", "UNAVAILABLE"],
  ["40P01", "UNAVAILABLE"],
  ["55P03", "UNAVAILABLE"],
  ["3D000", "NOT_FOUND"],
  ["26000", "UNSUPPORTED"],
  ["XX001", "CORRUPT"],
  ["MW001", "UNSAFE_BACKEND"],
  ["22000", "INTERNAL"],
])("SQLSTATE %s is %s, for reads and for commits: the transaction was rolled back", (state, code) => {
  expect(postgresError(reply(state), "postgres", "commit").code).toBe(code);
  expect(postgresError(reply(state), "postgres", "read").code).toBe(code);
});

test.each(["57P01", "57P02", "08006"])(
  "when the server ends the connection (%s) the outcome of a commit is open",
  (state) => {
    expect(postgresError(reply(state, "FATAL"), "postgres", "commit").code).toBe("OUTCOME_UNKNOWN");
    expect(postgresError(reply(state, "FATAL"), "postgres", "read").code).toBe("UNAVAILABLE");
  },
);

test("a lost connection leaves the outcome of a commit open, unless nothing was sent", () => {
  const lost = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
  expect(postgresError(lost, "postgres", "commit").code).toBe("OUTCOME_UNKNOWN");
  expect(postgresError(lost, "postgres", "connect")).toMatchObject({ code: "UNAVAILABLE", retryable: true });
  const dead = new Error("Client has encountered a connection error and is not queryable");
  expect(postgresError(dead, "postgres", "commit")).toMatchObject({ code: "UNAVAILABLE", retryable: true });
});
