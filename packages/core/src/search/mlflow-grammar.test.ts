import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SearchExpression, SearchField, SearchLiteral, SearchOperator } from "./expression.js";
import { parseOrder } from "./parse/parse-order.js";
import { parseSearch } from "./parse/parse-search.js";
import * as vocabularies from "./test-support/mlflow-vocabularies.js";
import recording from "./testdata/mlflow-search-grammar.json" with { type: "json" };
import type { SearchVocabulary } from "./vocabulary.js";

type Comparison = readonly [type: string, key: string, comparator: string, value: unknown];
type Case = readonly [name: string, text: string, expected: unknown];

const vocabularyOf: Readonly<Record<string, SearchVocabulary>> = {
  runs: vocabularies.runs,
  experiments: vocabularies.experiments,
  registered_models: vocabularies.registeredModels,
  model_versions: vocabularies.modelVersions,
  logged_models: vocabularies.loggedModels,
};

/**
 * Accepted by MLflow's parser and refused later by its stores, which look at comparators only then (400; a list behind `=` is a 500).
 * We refuse at once. The last column is what the full language makes of them, where it knows them.
 */
const refusedByStores: Readonly<Record<string, SearchOperator | "not like" | undefined>> = {
  "runs/filter/016": "!=", // metrics.acc <> 1
  "runs/filter/017": "=", // metrics.acc == 1
  "runs/filter/110": "not like", // params.a NOT LIKE 'b'
  "runs/filter/111": undefined, // params.a RLIKE 'b'
  "runs/filter/112": undefined, // params.a ~ 'b'
  "runs/filter/113": ">", // params.a > 'b'
  "runs/filter/135": ">", // tags.a > 'b'
  "runs/filter/144": ">", // status > 'A'
  "runs/filter/169": undefined, // run_id = ('a')
  "runs/filter/203": ">", // dataset.name > 'x'
  "experiments/filter/011": ">", // name > 'a'
  "experiments/filter/031": ">", // tags.a > 'b'
  "registered_models/filter/006": ">", // name > 'a'
  "registered_models/filter/015": ">", // tags.a > 'b'
  "model_versions/filter/005": ">", // name > 'a'
  "model_versions/filter/022": undefined, // version_number LIKE '1': no pattern on a number
};

/** As above, of orders: a run has several datasets, and MLflow's stores refuse them as an "invalid identifier type". */
const orderRefusedByStores = "runs/order/026"; // dataset.name

/** The full language differs on purpose: double quotes are quotes everywhere, which MLflow's parser of logged models keeps as part. */
const otherInFull: Readonly<Record<string, SearchExpression>> = {
  "logged_models/filter/034": compare({ entity: "metrics", key: "a b" }, ">", 1),
  "logged_models/filter/056": compare({ entity: "attributes", key: "name" }, "=", "a"),
};

const cases = recording.cases as unknown as readonly Case[];
const filters = cases.filter(([name]) => name.includes("/filter/"));
const orders = cases.filter(([name]) => name.includes("/order/"));

test("the recording is whole", () => {
  expect(filters.length).toBe(399);
  expect(orders.length).toBe(69);
  for (const name of [...Object.keys(refusedByStores), ...Object.keys(otherInFull)]) {
    expect(filters.some(([of, , expected]) => of === name && expected !== null)).toBe(true);
  }
  expect(orders.some(([of, , expected]) => of === orderRefusedByStores && expected !== null)).toBe(true);
});

describe("filters", () => {
  test.each(filters)('dialect "mlflow": %s %j', (name, text, expected) => {
    const parse = () => parseSearch(text, vocabularyFor(name), { dialect: "mlflow" });
    if (expected === null || name in refusedByStores)
      expect(parse).toThrow(/^filter: expected .* at character/);
    else expect(parse()).toEqual(treeOf(expected as readonly Comparison[]));
  });

  const accepted = filters.filter(([, , expected]) => expected !== null);
  test.each(accepted)('dialect "full": %s %j', (name, text, expected) => {
    const parse = () => parseSearch(text, vocabularyFor(name));
    if (name in refusedByStores) {
      const operator = refusedByStores[name];
      if (operator === undefined) return expect(parse).toThrow(/^filter: expected .* at character/);
      const [[type, key, , value]] = expected as readonly [Comparison];
      const like = operator === "not like";
      const tree = compare(fieldOf(type, key), like ? "like" : operator, literalOf(type, value));
      return expect(parse()).toEqual(like ? { kind: "not", operand: tree } : tree);
    }
    return expect(parse()).toEqual(otherInFull[name] ?? treeOf(expected as readonly Comparison[]));
  });
});

describe("orders", () => {
  test.each(orders)('dialect "mlflow": %s %j', (name, text, expected) => {
    const parse = () => parseOrder([text], vocabularyFor(name), { dialect: "mlflow" });
    if (expected === null || name === orderRefusedByStores)
      return expect(parse).toThrow(/^order\[0\]: expected .* at character/);
    return expect(parse()).toEqual([orderOf(expected)]);
  });

  const accepted = orders.filter(([, , expected]) => expected !== null);
  test.each(accepted)('dialect "full": %s %j', (name, text, expected) => {
    const parse = () => parseOrder([text], vocabularyFor(name));
    if (name === orderRefusedByStores)
      return expect(parse).toThrow(
        "order[0]: expected a field with one value (dataset.name has several, which have no order) at character 1, found dataset.name",
      );
    return expect(parse()).toEqual([orderOf(expected)]);
  });
});

test("whatever MLflow's grammar accepts, the full language reads as the same tree", () => {
  const pieces = [...new Set(filters.flatMap(([, text]) => text.split(/(\s+|[=<>!]+|[().])/)))];
  const { runs, experiments, registeredModels, modelVersions } = vocabularies;
  const texts = fc.oneof(
    fc
      .array(fc.constantFrom(...filters.map(([, text]) => text)), { minLength: 1, maxLength: 3 })
      .map((all) => all.join(" AND ")),
    fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((all) => all.join("")),
  );
  let accepted = 0;
  const property = fc.property(
    texts,
    fc.constantFrom(runs, experiments, registeredModels, modelVersions),
    (text, vocabulary) => {
      let tree: SearchExpression | undefined;
      try {
        tree = parseSearch(text, vocabulary, { dialect: "mlflow" });
      } catch {
        return;
      }
      accepted++;
      expect(parseSearch(text, vocabulary)).toEqual(tree);
    },
  );
  fc.assert(property, { numRuns: 10_000, seed: 4 });
  expect(accepted).toBeGreaterThan(500);
});

function vocabularyFor(name: string): SearchVocabulary {
  return vocabularyOf[name.split("/")[0]!]!;
}

function treeOf(comparisons: readonly Comparison[]): SearchExpression | undefined {
  const operands = comparisons.map(conditionOf);
  return operands.length < 2 ? operands[0] : { kind: "and", operands };
}

function conditionOf([type, key, comparator, value]: Comparison): SearchExpression {
  const field = fieldOf(type, key);
  switch (comparator.toUpperCase()) {
    case "IN":
    case "NOT IN":
      return { kind: "in", field, values: value as string[], negated: comparator.toUpperCase() === "NOT IN" };
    case "IS NULL":
    case "IS NOT NULL":
      return { kind: "absent", field, negated: comparator === "IS NOT NULL" };
    default:
      return compare(field, comparator.toLowerCase() as SearchOperator, literalOf(type, value));
  }
}

function compare(field: SearchField, operator: SearchOperator, value: SearchLiteral): SearchExpression {
  return { kind: "compare", field, operator, value };
}

/** The parser of runs leaves the numbers of metrics as they are written. Integers beyond 2^53 are bigints of ours. */
function literalOf(type: string, value: unknown): SearchLiteral {
  if (value === "9223372036854775808") return 9223372036854775808n;
  if (type === "metric" || type === "metrics") return Number(value);
  if (typeof value === "string" || typeof value === "number") return value;
  throw new Error(`no literal: ${JSON.stringify(value)}`);
}

const canonical: Readonly<Record<string, string>> = {
  created: "start_time",
  Created: "start_time",
  "run name": "run_name",
  "Run name": "run_name",
  "Run Name": "run_name",
  timestamp: "last_updated_timestamp",
};

function fieldOf(entity: string, key: string): SearchField {
  return { entity, key: (entity === "attribute" ? canonical[key] : undefined) ?? key };
}

function orderOf(expected: unknown): unknown {
  const [type, key, ascending] = expected as [string, string, boolean];
  return { field: fieldOf(type, key), descending: !ascending };
}
