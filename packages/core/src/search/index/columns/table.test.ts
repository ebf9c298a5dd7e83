import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concatBytes } from "../../../identity/bytes.js";
import type { SearchDocument } from "../../document.js";
import { compareDocuments } from "../../order.js";
import { answer, compileQuery } from "../query/answer.js";
import { decodeTable } from "../snapshot/decode.js";
import { encodeTable } from "../snapshot/encode.js";
import { arbitraryChange, arbitraryFilter, arbitraryOrder } from "../test-support/arbitraries.js";
import { expectedIds } from "../test-support/oracle.js";
import { DocumentTable } from "./table.js";

function pagedIds(table: DocumentTable, query: Parameters<typeof compileQuery>[0]): string[] {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = answer(table, compileQuery({ ...query, cursor }));
    found.push(...page.ids);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
}

function change(
  table: DocumentTable,
  model: Map<string, SearchDocument>,
  { id, entities }: { readonly id: string; readonly entities: SearchDocument["entities"] | undefined },
): void {
  if (entities === undefined) {
    table.delete(id);
    model.delete(id);
  } else {
    table.put({ id, entities });
    model.set(id, { id, entities });
  }
}

describe("the columnar table", () => {
  it("finds what the naive evaluator finds, in its order, page by page, also after encoding and decoding", () => {
    fc.assert(
      fc.property(
        fc.array(arbitraryChange, { minLength: 1, maxLength: 120, size: "max" }),
        fc.array(fc.tuple(arbitraryFilter, arbitraryOrder), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 9 }),
        (changes, queries, limit) => {
          const table = new DocumentTable();
          const model = new Map<string, SearchDocument>();
          for (const one of changes) change(table, model, one);
          const decoded = decodeTable(concatBytes(encodeTable(table)));
          expect(decoded.size).toBe(model.size);
          for (const [filter, order] of queries) {
            const expected = expectedIds(model.values(), filter, order);
            expect(pagedIds(table, { filter, order, limit })).toEqual(expected);
            expect(pagedIds(decoded, { filter, order, limit })).toEqual(expected);
            expect(answer(table, compileQuery({ filter, order })).total).toBe(expected.length);
          }
          for (const one of changes.slice(0, 20)) {
            change(table, model, { id: one.id, entities: undefined });
            change(decoded, new Map(), { id: one.id, entities: undefined });
          }
          for (const one of changes.slice(10, 30)) {
            change(table, model, one);
            change(decoded, new Map(), one);
          }
          for (const [filter, order] of queries) {
            const expected = expectedIds(model.values(), filter, order);
            expect(pagedIds(table, { filter, order, limit })).toEqual(expected);
            expect(pagedIds(decoded, { filter, order, limit })).toEqual(expected);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it("refuses an order by a field in which some document has a list, as the naive evaluator does, and takes it when none has any more", () => {
    const field = { entity: "dataset", key: "name" };
    const order = [{ field, descending: true }];
    const table = new DocumentTable();
    const single = { id: "single", entities: { dataset: { name: "b" } } };
    const other = { id: "other", entities: { dataset: { name: "c" } } };
    const several = { id: "several", entities: { dataset: { name: ["a"] } } };
    for (const document of [single, several, other]) table.put(document);
    const refused = /dataset\.name has several values, which have no order/;
    for (const one of [table, decodeTable(concatBytes(encodeTable(table)))]) {
      expect(() => answer(one, compileQuery({ order }))).toThrow(refused);
      expect(answer(one, compileQuery({})).ids).toEqual(["other", "several", "single"]);
    }
    expect(() => compareDocuments(several, single, order)).toThrow(refused);
    table.delete("several");
    for (const one of [table, decodeTable(concatBytes(encodeTable(table)))])
      expect(pagedIds(one, { order, limit: 1 })).toEqual(["other", "single"]);
  });

  it("keeps each distinct list once", () => {
    const table = new DocumentTable();
    for (let round = 0; round < 3; round++)
      for (let index = 0; index < 1_000; index++)
        table.put({
          id: `run-${index}`,
          entities: { dataset: { name: ["loans", `holidays ${(index + round) % 7}`], rare: [] } },
        });
    const { values } = table.column({ entity: "dataset", key: "name" })!;
    expect(values.kind === "list" && values.dictionary.extent).toBeLessThan(20);
    expect(table.column({ entity: "dataset", key: "rare" })).toBeUndefined();
  });

  it("stays right while columns go from dense to sparse and back", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.integer({ min: 0, max: 999 }), fc.constantFrom("set", "text", "unset", "delete")),
          {
            minLength: 300,
            maxLength: 2_000,
            size: "max",
          },
        ),
        fc.integer({ min: 1, max: 40 }),
        (steps, every) => {
          const table = new DocumentTable();
          const model = new Map<string, SearchDocument>();
          const field = { entity: "metric", key: "x" };
          for (const [index, [row, action]] of steps.entries()) {
            // Long stretches of documents with and without the key.
            const has = Math.floor(index / 100) % 3 !== 1 ? index % every === 0 : true;
            const value = action === "text" && index % 7 === 0 ? `t${row}` : row / 2;
            const entities = action === "unset" || !has ? { metric: { y: 1 } } : { metric: { x: value } };
            change(table, model, { id: `d${row}`, entities: action === "delete" ? undefined : entities });
          }
          const filter = { kind: "compare", field, operator: ">", value: 100 } as const;
          const order = [{ field, descending: true }];
          expect(pagedIds(table, { filter, order, limit: 100 })).toEqual(
            expectedIds(model.values(), filter, order),
          );
          expect(pagedIds(table, { order, limit: 300 })).toEqual(
            expectedIds(model.values(), undefined, order),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it("orders the first of many documents as a full sort does", () => {
    const table = new DocumentTable();
    const documents: SearchDocument[] = [];
    for (let index = 0; index < 5_000; index++) {
      const loss = ((index * 7_919) % 613) / 613;
      const metric = index % 11 === 0 ? {} : { loss: index % 13 === 0 ? Number.NaN : loss };
      const document = {
        id: `run-${index}`,
        entities: { metric, param: { note: `n${(index * 31) % 4_999}` } },
      };
      documents.push(document);
      table.put(document);
    }
    for (const field of [
      { entity: "metric", key: "loss" },
      { entity: "param", key: "note" },
    ]) {
      for (const descending of [false, true]) {
        const order = [{ field, descending }];
        const sorted = documents.toSorted((a, b) => compareDocuments(a, b, order)).map(({ id }) => id);
        expect(answer(table, compileQuery({ order, limit: 50 })).ids).toEqual(sorted.slice(0, 50));
      }
    }
  });

  it("gives back rows, texts and columns that nothing uses any more", () => {
    const table = new DocumentTable();
    for (let round = 0; round < 500; round++) {
      table.put({ id: "always", entities: { tag: { note: `note ${round}`, [`key ${round}`]: round } } });
      table.put({ id: `d${round}`, entities: { tag: { note: `other ${round}` } } });
      table.delete(`d${round}`);
    }
    expect(table.extent).toBe(2);
    expect(table.columns.filter((column) => column !== undefined)).toHaveLength(2);
    expect(table.columns.length).toBeLessThan(5);
    const { values } = table.column({ entity: "tag", key: "note" })!;
    expect(values.kind === "text" && values.dictionary.extent).toBeLessThan(6);
  });

  it("holds ten thousand keys that few documents have in columns of their own size", () => {
    const table = new DocumentTable();
    for (let index = 0; index < 20_000; index++) {
      table.put({
        id: `run-${index}`,
        entities: {
          metric: {
            loss: index,
            [`rare-${index % 10_000}`]: index,
            [`rare-${(index * 7) % 10_000}`]: index,
          },
        },
      });
    }
    let slots = 0;
    for (const column of table.columns) {
      if (column?.key === "loss") continue;
      slots += (column!.presence ?? column!.rows).length;
    }
    expect(table.columns).toHaveLength(10_001);
    expect(slots).toBeLessThan(40_000 * 8);
    const field = { entity: "metric", key: "rare-777" };
    expect(answer(table, compileQuery({ order: [{ field, descending: true }], limit: 2 })).ids).toEqual([
      "run-10777",
      "run-10111",
    ]);
  });

  it("takes a document with ten thousand keys, and replaces it", () => {
    const table = new DocumentTable();
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`m${index}`, index]));
    table.put({ id: "wide", entities: { metric: many } });
    table.put({ id: "narrow", entities: { metric: { m5: 1 } } });
    const filter = { kind: "absent", field: { entity: "metric", key: "m9999" }, negated: true } as const;
    expect(answer(table, compileQuery({ filter })).ids).toEqual(["wide"]);
    table.put({ id: "wide", entities: { metric: { m5: 2 } } });
    expect(answer(table, compileQuery({ filter })).ids).toEqual([]);
    expect(table.columns.filter((column) => column !== undefined)).toHaveLength(1);
  });

  it("keeps keys that objects have by themselves apart", () => {
    const table = new DocumentTable();
    table.put({ id: "a", entities: JSON.parse('{"__proto__":{"constructor":1}}') });
    table.put({ id: "b", entities: {} });
    const field = { entity: "__proto__", key: "constructor" };
    expect(answer(table, compileQuery({ filter: { kind: "absent", field, negated: true } })).ids).toEqual([
      "a",
    ]);
    expect(table.column({ entity: "toString", key: "length" })).toBeUndefined();
  });
});
