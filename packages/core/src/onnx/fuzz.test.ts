import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, it } from "vitest";
import { MillwrightError } from "../errors/millwright-error.js";
import { readOnnxModel } from "./index.js";

const models = [
  "credit/v1_baseline",
  "iris_logreg",
  "graphs/slow_by_input",
  "graphs/optional_input",
  "graphs/zipmap_string",
  "graphs/external_data",
].map((folder): Uint8Array => readFileSync(new URL(`testdata/${folder}/model.onnx`, import.meta.url)));

/** Reads, or refuses with an error of ours; both ways of reading agree. */
async function readsOrRefuses(bytes: Uint8Array): Promise<void> {
  const outcome = (reading: Promise<unknown>): Promise<unknown> =>
    reading.catch((error: unknown) => {
      if (!MillwrightError.is(error)) throw error;
      expect(["INVALID_ARGUMENT", "UNSUPPORTED"]).toContain(error.code);
      return `${error.code} ${error.message}`;
    });
  const whole = await outcome(readOnnxModel(bytes));
  const read = async (offset: number, length: number) => bytes.slice(offset, offset + length);
  expect(await outcome(readOnnxModel({ size: bytes.length, read }))).toEqual(whole);
}

it("survives random bytes", async () => {
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), readsOrRefuses), { numRuns: 3_000 });
});

it("survives real models with bytes overwritten, inserted and removed", async () => {
  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    remove: fc.nat(4),
    insert: fc.uint8Array({ maxLength: 4 }),
  });
  const mutated = fc.tuple(fc.constantFrom(...models), fc.array(edit, { minLength: 1, maxLength: 4 }));
  await fc.assert(
    fc.asyncProperty(mutated, async ([original, edits]) => {
      let bytes = Array.from(original);
      for (const { at, remove, insert } of edits)
        bytes.splice(Math.floor(at * bytes.length), remove, ...insert);
      bytes = bytes.slice(0, original.length + 16);
      await readsOrRefuses(Uint8Array.from(bytes));
    }),
    { numRuns: 3_000 },
  );
});

it("refuses a model cut off anywhere, unless what is left is a whole model", async () => {
  for (const original of models) {
    let whole = 0;
    for (let length = 0; length < original.length; length++) {
      const cut = original.subarray(0, length);
      await readsOrRefuses(cut);
      whole += await readOnnxModel(cut).then(
        () => 1,
        () => 0,
      );
    }
    // Only what follows the graph can be cut: operator sets and metadata, at the end of each.
    expect(whole).toBeLessThan(10);
  }
});
