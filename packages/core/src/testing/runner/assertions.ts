import { MillwrightError } from "../../errors/millwright-error.js";
import { toHex } from "../../identity/bytes.js";
import { isDeepEqual } from "./deep-equal.js";

/** A case of a suite failed: the adapter does not keep the contract. */
export class ConformanceFailure extends Error {
  override readonly name = "ConformanceFailure";
}

/** Fails unless the condition holds. `statement` says what must be so. */
export function assert(condition: boolean, statement: string): asserts condition {
  if (!condition) throw new ConformanceFailure(statement);
}

/** Fails unless both are equal in depth; bytes by content, numbers as `Object.is` has them, `undefined` members as absent. */
export function assertEqual(actual: unknown, expected: unknown, statement: string): void {
  if (isDeepEqual(actual, expected)) return;
  throw new ConformanceFailure(`${statement}\n  expected: ${show(expected)}\n  actual:   ${show(actual)}`);
}

/** Fails unless the promise rejects with an error of one of the codes. */
export async function assertRejects(
  promise: Promise<unknown>,
  codes: string | readonly string[],
  statement: string,
): Promise<MillwrightError> {
  const error = await thrownBy(() => promise, statement);
  const wanted = typeof codes === "string" ? [codes] : codes;
  if (MillwrightError.is(error) && wanted.includes(error.code)) return error;
  throw new ConformanceFailure(
    `${statement}\n  expected: ${wanted.join(" or ")}\n  actual:   ${String(error)}`,
    { cause: error },
  );
}

/** Fails unless the promise rejects with this very reason. */
export async function assertRejectsWith(
  promise: Promise<unknown>,
  reason: unknown,
  statement: string,
): Promise<void> {
  const error = await thrownBy(() => promise, statement);
  if (error !== reason)
    throw new ConformanceFailure(`${statement}\n  actual: ${String(error)}`, { cause: error });
}

/** Fails unless the call throws, or rejects with, an error of the code. */
export function assertThrows(call: () => unknown, code: string, statement: string): Promise<MillwrightError> {
  return assertRejects(
    (async () => {
      await call();
    })(),
    code,
    statement,
  );
}

/** What a call throws; fails if it does not. */
export async function thrownBy(call: () => unknown, statement: string): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new ConformanceFailure(`${statement}\n  actual: nothing was thrown`);
}

/** Fails unless the promise settles within a generous time: a call that hangs is reported by name. */
export async function assertSettles<T>(
  promise: Promise<T>,
  statement: string,
  milliseconds = 10_000,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new ConformanceFailure(`${statement}\n  actual: nothing in ${milliseconds} ms`)),
      milliseconds,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function show(value: unknown): string {
  const text = JSON.stringify(value, (_, item: unknown) => {
    if (item instanceof Uint8Array)
      return `0x${toHex(item.subarray(0, 64))}${item.length > 64 ? `… (${item.length} bytes)` : ""}`;
    if (typeof item === "bigint") return `${item}n`;
    if (typeof item === "number" && (!Number.isFinite(item) || Object.is(item, -0)))
      return Object.is(item, -0) ? "-0" : String(item);
    return item === undefined ? "undefined" : item;
  });
  return text.length > 1_500 ? `${text.slice(0, 1_500)}…` : text;
}
