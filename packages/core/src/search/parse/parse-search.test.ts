import { describe, expect, test } from "vitest";
import { MillwrightError } from "../../errors/millwright-error.js";
import type { SearchExpression } from "../expression.js";
import { searchLimits } from "../limits.js";
import { runs } from "../test-support/mlflow-vocabularies.js";
import { parseOrder } from "./parse-order.js";
import { parseSearch } from "./parse-search.js";

const metric = (key: string, value = 1): SearchExpression => ({
  kind: "compare",
  field: { entity: "metric", key },
  operator: ">",
  value,
});
const field = { entity: "parameter", key: "x" };

describe("the tree", () => {
  test("AND binds closer than OR, NOT closer than both, and parentheses are kept", () => {
    const [a, b, c] = [metric("a"), metric("b"), metric("c")] as const;
    const read = (text: string) => parseSearch(text.replace(/\b[abc]\b/g, "metric.$& > 1"), runs);
    expect(read("a or b and c")).toEqual({ kind: "or", operands: [a, { kind: "and", operands: [b, c] }] });
    expect(read("(a OR b) AND c")).toEqual({ kind: "and", operands: [{ kind: "or", operands: [a, b] }, c] });
    expect(read("a AND b AND c")).toEqual({ kind: "and", operands: [a, b, c] });
    expect(read("a AND (b AND c)")).toEqual({
      kind: "and",
      operands: [a, { kind: "and", operands: [b, c] }],
    });
    expect(read("not a AND b")).toEqual({ kind: "and", operands: [{ kind: "not", operand: a }, b] });
    expect(read("NOT NOT (a)")).toEqual({ kind: "not", operand: { kind: "not", operand: a } });
    expect(read("((a))")).toEqual(a);
  });

  test.each<[string, SearchExpression]>([
    ["params.x IN ('a', 2, true)", { kind: "in", field, values: ["a", 2, true], negated: false }],
    ["params.x not in ()", { kind: "in", field, values: [], negated: true }],
    ["params.x BETWEEN 1 AND 2.5", { kind: "between", field, low: 1, high: 2.5, negated: false }],
    ["params.x NOT between 'a' and 'b'", { kind: "between", field, low: "a", high: "b", negated: true }],
    ["params.x IS null", { kind: "absent", field, negated: false }],
    ["params.x is NOT NULL", { kind: "absent", field, negated: true }],
    ["params.x ILIKE '%a_'", { kind: "compare", field, operator: "ilike", value: "%a_" }],
    ["params.x >= 3", { kind: "compare", field, operator: ">=", value: 3 }],
    ["params.x = False", { kind: "compare", field, operator: "=", value: false }],
    ["params.x=+.5e+3", { kind: "compare", field, operator: "=", value: 500 }],
    ["params.x > -Infinity", { kind: "compare", field, operator: ">", value: Number.NEGATIVE_INFINITY }],
    ["params.x > 1e999", { kind: "compare", field, operator: ">", value: Number.POSITIVE_INFINITY }],
    ["params.x > 9007199254740993", { kind: "compare", field, operator: ">", value: 9007199254740993n }],
    ["params.x = -0.0", { kind: "compare", field, operator: "=", value: 0 }],
    ["params.x = E'it\\'s \"\\\\\" \\n'", { kind: "compare", field, operator: "=", value: `it's "\\" \n` }],
    ["params.x = 'it''s'", { kind: "compare", field, operator: "=", value: "it''s" }],
  ])("%s", (text, expected) => {
    expect(parseSearch(text, runs)).toEqual(expected);
  });

  test.each([
    ["metrics.val/loss > 1", "val/loss"],
    ["metrics.top-5 > 1", "top-5"],
    ["metrics.a:b@c > 1", "a:b@c"],
    ["metrics.12>1", "12"],
    ["metrics.1e5>1", "1e5"],
    ["metrics.in > 1", "in"],
    ["metrics.and>1", "and"],
    ["metrics.`a b.c` > 1", "a b.c"],
    ['metrics."a`b" > 1', "a`b"],
    ["metrics.E'\"`\\'' > 1", "\"`'"],
    ["metrics.日本 > 1", "日本"],
  ])("the key of %s", (text, key) => {
    expect(parseSearch(text, runs)).toEqual(metric(key));
  });

  test("an empty filter is everything", () => {
    for (const text of ["", "  \n", "AND"]) expect(parseSearch(text, runs)).toBeUndefined();
  });
});

describe("errors say where, what was expected and what was found", () => {
  test.each([
    [
      "metrics.a ~ 1",
      11,
      "one of =, !=, <, <=, >, >=, IN, NOT IN, BETWEEN, NOT BETWEEN, IS NULL, IS NOT NULL behind metric.a",
    ],
    [
      "metrics.a LIKE '1'",
      11,
      "one of =, !=, <, <=, >, >=, IN, NOT IN, BETWEEN, NOT BETWEEN, IS NULL, IS NOT NULL behind metric.a",
    ],
    ["metrics.a >", 12, "a number for metric.a"],
    ["metrics.a > '1'", 13, "a number for metric.a"],
    ["metrics.a > NaN", 13, "a number for metric.a"],
    ["params.a = x", 12, "a text in quotes, a number, true or false for parameter.a"],
    ["params.a < true", 12, "a text in quotes or a number for parameter.a"],
    ["params.a LIKE 1", 15, "a pattern in quotes for parameter.a"],
    ["params.a = 'x", 12, "a text in quotes, a number, true or false for parameter.a"],
    ["params.a IN 'x'", 13, "a list of values in parentheses"],
    ["params.a IN ('x' 'y')", 18, '"," or ")"'],
    ["params.a BETWEEN 1", 19, "AND and the upper end of the range"],
    ["params.a BETWEEN 1 AND 'b'", 24, "a number, as the lower end is"],
    ["params.a IS 1", 13, "NULL or NOT NULL"],
    ["metrics.a > 1 OR", 17, "a field, such as metric.key"],
    ["(metrics.a > 1", 15, '")", AND or OR'],
    ["metrics.a > 1)", 14, "AND, OR or the end"],
    ["()", 2, "a field, such as metric.key"],
    ["😀", 1, "a field, such as metric.key"],
    [
      "params.a = '😀' x",
      16,
      "one of the keys of attribute (run_id, run_name, user_id, status, artifact_uri, start_time, end_time)",
    ],
    ["metricz.a > 1", 1, "one of the entities (metric, parameter, tag, attribute, dataset)"],
    ["metrics.a > 12abc", 13, "a number for metric.a"],
    ["metrics.a > 1 ; metrics.b > 1", 15, "AND, OR or the end"],
  ])("%s", (text, position, expected) => {
    const error = errorOf(() => parseSearch(text, runs, { path: "query.filter" }));
    expect(error.details).toEqual({ path: "query.filter", position, expected });
    expect(error.message).toMatch(/^query\.filter: expected /);
    expect(error.message).toContain(`at character ${position}, found `);
  });

  test.each([
    ["params.a = NULL", "write IS NULL or IS NOT NULL"],
    ["metrics.a = nan", "NaN equals nothing, not even itself"],
    ["params.a = champion", "a text needs quotes: 'champion'"],
    ["params.a = 'champion", "the quote is not closed"],
  ])("%s tells the remedy", (text, remedy) => {
    expect(errorOf(() => parseSearch(text, runs)).message).toMatch(remedy);
  });

  test("names that objects inherit are no entities and no keys", () => {
    expect(errorOf(() => parseSearch("constructor.a > 1", runs)).details.position).toBe(1);
    expect(errorOf(() => parseSearch("toString = 'a'", runs)).details.position).toBe(1);
  });

  test('in the dialect "mlflow" they say what MLflow allows', () => {
    const error = errorOf(() => parseSearch("params.a > 'b'", runs, { dialect: "mlflow" }));
    expect(error.details.expected).toBe("one of =, !=, LIKE, ILIKE, IS NULL, IS NOT NULL behind parameter.a");
    expect(
      errorOf(() => parseSearch("status = 'a' OR status = 'b'", runs, { dialect: "mlflow" })).message,
    ).toBe("filter: expected AND or the end at character 14, found OR");
  });
});

describe("limits", () => {
  test("100,000 parentheses are refused, and so are too many in a short text", () => {
    expect(errorOf(() => parseSearch("(".repeat(100_000), runs)).message).toMatch(
      /100000 characters; at most 65536/,
    );
    for (const open of ["(", "NOT ", "(NOT "]) {
      const error = errorOf(() => parseSearch(open.repeat(10_000), runs));
      expect(error.details.expected).toBe("at most 100 parentheses and NOTs inside each other");
    }
    const deepest = searchLimits.depth;
    expect(parseSearch(`${"(".repeat(deepest)}metric.a > 1${")".repeat(deepest)}`, runs)).toEqual(
      metric("a"),
    );
  });

  test("a list has a limit", () => {
    const list = (length: number) => `params.x IN (${"1,".repeat(length)})`;
    expect(parseSearch(list(searchLimits.listValues), runs)).toMatchObject({ kind: "in" });
    const error = errorOf(() => parseSearch(list(searchLimits.listValues + 1), runs));
    expect(error.details.expected).toBe("at most 10000 values in a list");
  });

  test("long conjunctions are read, and what never closes its quotes is refused", () => {
    const long = parseSearch(Array(3500).fill("metric.a > 1").join(" AND "), runs);
    expect(long).toMatchObject({ kind: "and", operands: { length: 3500 } });
    for (const text of ["'", '"', "`", "E'", "\\'"]) {
      expect(errorOf(() => parseSearch(`params.a = ${text.repeat(20_001)}`, runs)).code).toBe(
        "INVALID_ARGUMENT",
      );
    }
  });

  test("a long run of digits costs no more than its length", () => {
    const digits = "1".repeat(60_000);
    expect(parseSearch(`metric.a > ${digits}`, runs)).toMatchObject({ value: BigInt(digits) });
    for (const text of [`${digits}x`, `0.${digits}x`, `${digits}.1.1`, `1e${digits}x`]) {
      expect(errorOf(() => parseSearch(`metric.a > ${text}`, runs)).details.position).toBe(12);
    }
  });

  test("what is not a text is refused", () => {
    for (const value of [undefined, null, 1, {}]) {
      expect(errorOf(() => parseSearch(value as never, runs)).code).toBe("INVALID_ARGUMENT");
    }
  });
});

describe("hostile texts", () => {
  const fill = (piece: string) => piece.repeat(Math.floor(searchLimits.textLength / piece.length));

  test.each([
    ["nested far too deep", `${"(".repeat(10_000)}metrics.a > 1${")".repeat(10_000)}`, 101],
    ["NOTs", fill("NOT "), 401],
    ["closing parentheses", fill(")"), 1],
    ["signs", fill("+-"), 1],
    ["periods", fill("."), 1],
    ["quotes that never end", fill("E'\\\\\\'"), 1],
    ["a key of periods, and no operator", `metrics.${"a.".repeat(30_000)}`, 60_009],
    ["a list that never ends", `params.a IN (${fill("1,").slice(0, 60_000)}`, 20_014],
    ["digits and a letter", `metrics.a > ${"1".repeat(60_000)}x`, 13],
    ["half a character", "metrics.\ud800 > 1", 9],
    ["half a character in quotes that never end", "params.a = '\udfff", 12],
    ["a character cut in two by the limit of what is shown", `params.${"a".repeat(39)}\u{1f600} 1`, 47],
    ["a control character", "status = \u0000", 10],
    ["an escape sequence of a terminal", "status \u001b[31m= 'x'", 8],
    ["a mark that turns the text around", "status = \u202e'x'", 10],
    ["lines", "status\n\n= 'a'\ngarbage\n", 15],
    ["another language", "status = 'x'; DROP TABLE runs", 13],
    ["a comment", "status = 'x' -- and so on", 14],
    ["a query in the place of a list", "params.a IN (SELECT 1)", 14],
    ["an inherited name", "constructor.name = 'x'", 1],
  ])("%s: refused where the mistake is, in a short message that can be printed", (_, text, position) => {
    for (const dialect of ["full", "mlflow"] as const) {
      const { message, details } = errorOf(() => parseSearch(text, runs, { dialect }));
      expect(message.length).toBeLessThan(300);
      expect(message).toMatch(/^filter: expected .+ at character \d+, found .+/);
      expect(message).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      if (dialect === "full") expect(details).toMatchObject({ path: "filter", position });
    }
  });

  test("a text of a megabyte is refused by its length, before it is read", () => {
    const { message } = errorOf(() => parseSearch("metrics.a > 1 OR ".repeat(62_000), runs));
    expect(message).toBe("filter: has 1054000 characters; at most 65536 are read");
  });

  test("half a character is a key and a value like others, where it is quoted", () => {
    const halves = { kind: "compare", field: { entity: "parameter", key: "\ud800" }, operator: "=" } as const;
    expect(parseSearch("params.`\ud800` = '\udfff'", runs)).toEqual({ ...halves, value: "\udfff" });
  });
});

describe("orders", () => {
  test("a field with several values has none", () => {
    const error = errorOf(() => parseOrder(["metrics.a", "metrics.b, datasets.name DESC"], runs));
    expect(error.details).toEqual({
      path: "order[1]",
      position: 12,
      expected: "a field with one value (dataset.name has several, which have no order)",
    });
  });

  test("several keys, also in one text, of any case", () => {
    expect(parseOrder(["metrics.auc desc, `Run Name` ASC", " start_time "], runs)).toEqual([
      { field: { entity: "metric", key: "auc" }, descending: true },
      { field: { entity: "attribute", key: "run_name" }, descending: false },
      { field: { entity: "attribute", key: "start_time" }, descending: false },
    ]);
    expect(parseOrder([], runs)).toEqual([]);
  });

  test("a field that is there twice, under any name, is refused", () => {
    const error = errorOf(() =>
      parseOrder(["created", "end_time", "start_time DESC"], runs, { path: "orderBy" }),
    );
    const expected = "a field that is not in the order already";
    expect(error.details).toEqual({ path: "orderBy[2]", position: 1, expected });
  });

  test("too many keys, and what is not a list of texts, are refused", () => {
    const keys = Array.from({ length: 101 }, (_, index) => `metric.k${index}`);
    for (const order of [keys, [keys.join(",")], "metric.a", [1]]) {
      expect(errorOf(() => parseOrder(order as never, runs)).code).toBe("INVALID_ARGUMENT");
    }
  });
});

function errorOf(call: () => unknown): MillwrightError {
  try {
    call();
  } catch (error) {
    if (MillwrightError.is(error, "INVALID_ARGUMENT")) return error;
    throw error;
  }
  throw new Error("it was accepted");
}
