import { expect, test } from "vitest";
import { invalidArgument, messageOf } from "./create.js";
import { MillwrightError } from "./millwright-error.js";

test("carries code, message, cause, retryable and details", () => {
  const cause = new Error("ECONNREFUSED");
  const error = new MillwrightError("UNAVAILABLE", "try later", {
    cause,
    retryable: true,
    details: { port: 1 },
  });
  expect(error).toMatchObject({
    name: "MillwrightError",
    code: "UNAVAILABLE",
    cause,
    retryable: true,
    details: { port: 1 },
  });
  expect(error).toBeInstanceOf(Error);
});

test("is recognised by its mark and code, also when another copy of the package made it", () => {
  const error = invalidArgument("rows[0]", "is wrong");
  expect(MillwrightError.is(error)).toBe(true);
  expect(MillwrightError.is(error, "INVALID_ARGUMENT")).toBe(true);
  expect(MillwrightError.is(error, "CLOSED")).toBe(false);
  const foreign = Object.assign(new Error("x"), { code: "CLOSED", [Symbol.for("millwright.error")]: true });
  expect(MillwrightError.is(foreign, "CLOSED")).toBe(true);
  for (const other of [new Error("x"), { code: "CLOSED" }, null, undefined, "CLOSED"])
    expect(MillwrightError.is(other)).toBe(false);
});

test("is written to JSON without its cause", () => {
  const error = new MillwrightError("CORRUPT", "damaged", {
    cause: new Error("secret"),
    details: { key: "k" },
  });
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    name: "MillwrightError",
    code: "CORRUPT",
    message: "damaged",
    retryable: false,
    details: { key: "k" },
  });
});

test.each([
  [new Error("no"), "no"],
  ["no", "no"],
  [undefined, "undefined"],
  [Object.create(null), "something without a text was thrown"],
])("whatever was thrown has a message", (thrown, message) => {
  expect(messageOf(thrown)).toBe(message);
});
