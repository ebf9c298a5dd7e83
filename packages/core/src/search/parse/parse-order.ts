import { invalidArgument } from "../../errors/create.js";
import type { SearchOrder } from "../expression.js";
import { searchLimits } from "../limits.js";
import type { SearchVocabulary } from "../vocabulary.js";
import { Cursor, type SearchParseOptions } from "./cursor.js";
import { parseField } from "./field.js";

/**
 * Reads the keys of an order, the most important first: each a field, then perhaps ASC (default) or DESC, of any case. One text may
 * hold several keys, with commas between them, but not in the dialect "mlflow".
 *
 * @throws `INVALID_ARGUMENT` as {@link parseSearch}, also if a field is there twice; the path is that of the text, such as `order[1]`.
 *
 * @example
 * ```ts
 * import { defineSearchVocabulary, parseOrder } from "@millwright/core/search";
 *
 * const vocabulary = defineSearchVocabulary({ entities: { metric: { aliases: ["metrics"], anyKey: "number" } } });
 * parseOrder(["metrics.auc DESC", "metrics.loss"], vocabulary);
 * ```
 */
export function parseOrder(
  texts: readonly string[],
  vocabulary: SearchVocabulary,
  options: SearchParseOptions = {},
): SearchOrder[] {
  const { dialect = "full", path = "order" } = options;
  if (!Array.isArray(texts)) throw invalidArgument(path, "must be an array of texts");
  if (texts.length > searchLimits.orderKeys) throw tooMany(path);
  const order: SearchOrder[] = [];
  const seen = new Set<string>();
  for (const [index, text] of texts.entries()) {
    const cursor = new Cursor(text, `${path}[${index}]`, vocabulary, dialect);
    // MLflow takes blanks between the field and its direction, but none around them.
    if (dialect === "mlflow" && text.trim() !== text) throw cursor.failure("no blanks around the key");
    do {
      const token = cursor.peek();
      if (cursor.peekKeyword(0, "ASC", "DESC")) throw cursor.failure("a field before its direction");
      const { field } = parseField(cursor, "order");
      const descending = cursor.takeKeyword("ASC", "DESC") === "DESC";
      const name = JSON.stringify([field.entity, field.key]);
      if (seen.has(name)) throw cursor.failure("a field that is not in the order already", token);
      seen.add(name);
      if (order.length === searchLimits.orderKeys) throw tooMany(path);
      order.push({ field, descending });
    } while (dialect === "full" && cursor.takePunctuation(","));
    if (cursor.peek().kind !== "end") throw cursor.failure("ASC, DESC or the end");
  }
  return order;
}

function tooMany(path: string): Error {
  return invalidArgument(path, `has more than ${searchLimits.orderKeys} keys`);
}
