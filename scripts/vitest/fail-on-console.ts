import { afterEach, beforeEach } from "vitest";

// A library that prints is a bug, and so is a test that nobody can read for its noise. A test that expects
// output replaces the method itself (`vi.spyOn(console, "warn").mockImplementation(…)`).
const methods = ["log", "info", "warn", "error", "debug"] as const;
const original = Object.fromEntries(methods.map((method) => [method, console[method]]));
const printed: string[] = [];

beforeEach(() => {
  printed.length = 0;
  for (const method of methods) {
    console[method] = (...values: unknown[]) => {
      printed.push(`console.${method}: ${values.map(String).join(" ")}`);
      original[method]?.(...values);
    };
  }
});

afterEach(() => {
  for (const method of methods) {
    const replacement = original[method];
    if (replacement !== undefined) console[method] = replacement;
  }
  if (printed.length > 0) throw new Error(`the test printed to the console:\n${printed.join("\n")}`);
});
