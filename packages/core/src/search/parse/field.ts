import type { SearchField } from "../expression.js";
import type { SearchEntity, SearchKey, SearchType } from "../vocabulary.js";
import { type Cursor, reservedWords } from "./cursor.js";
import type { SearchToken } from "./tokens.js";

/** A field that a text names, and what the vocabulary says of it. */
export interface ResolvedField {
  readonly field: SearchField;
  readonly type: SearchType;
  readonly entity: SearchEntity;
  /** Undefined for a key of any name. */
  readonly key: SearchKey | undefined;
}

/** Whether a field can begin here. */
export function startsField(token: SearchToken): boolean {
  if (token.kind === "quoted") return token.quote === "`" || token.quote === '"' || token.quote === "E";
  return token.kind === "word" && !reservedWords.has(token.text.toUpperCase());
}

/** Reads `entity.key`, or a key alone, and looks it up. */
export function parseField(cursor: Cursor, use: "filter" | "order"): ResolvedField {
  const first = cursor.peek();
  const { vocabulary } = cursor;
  if (!startsField(first)) throw cursor.failure(`a field, such as ${exampleOf(cursor)}`);
  cursor.take();
  if (!glued(cursor, first, ".")) {
    const { bareEntity } = vocabulary;
    const entity = bareEntity === undefined ? undefined : vocabulary.entities[bareEntity];
    if (bareEntity === undefined || entity === undefined) {
      throw cursor.failure(`a field, such as ${exampleOf(cursor)}`, first);
    }
    const key = resolveKey(cursor, {
      name: bareEntity,
      entity,
      token: first,
      written: nameOf(cursor, first),
      use,
    });
    return { ...key, entity };
  }
  if (first.kind === "quoted" && cursor.dialect === "mlflow") {
    const allowed = vocabulary.mlflow?.quotedEntities === true && first.quote === "`";
    if (!allowed) throw cursor.failure("an entity without quotes", first);
  }
  const name = findEntity(cursor, first);
  const entity = vocabulary.entities[name]!;
  const period = cursor.take();
  const written = parseKey(cursor, period);
  const token = { ...first, end: cursor.peek(-1).end };
  if (cursor.dialect === "mlflow" && use === "order") {
    if (vocabulary.mlflow?.bareOrder === true || entity.mlflow?.order === false) {
      throw cursor.failure("a key that MLflow orders by", token);
    }
  }
  return { ...resolveKey(cursor, { name, entity, token, written, use }), entity };
}

/** Whether the next token is this punctuation, without a blank before it. */
function glued(cursor: Cursor, previous: SearchToken, character: string): boolean {
  const next = cursor.peek();
  return next.kind === "punctuation" && next.text === character && next.start === previous.end;
}

// sqlparse takes these for keywords even behind a period.
const keywordsOfSqlparse = new Set(["CASE", "IN", "VALUES", "USING", "FROM", "AS"]);

const plainKey = /[\p{L}\p{N}_.]*/uy;
const looseKey = /[\p{L}\p{N}_.\-/:@#+$%]*/uy;

/** What follows the first period, without a blank: one quoted text, a star, or letters, digits and the like. Nothing is the empty key. */
function parseKey(cursor: Cursor, period: SearchToken): string {
  const first = cursor.peek();
  const strict = cursor.dialect === "mlflow";
  const asWritten = cursor.vocabulary.mlflow?.valuesAsWritten === true;
  if (first.start === period.end && first.kind === "quoted") return nameOf(cursor, cursor.take());
  if (glued(cursor, period, "*")) return cursor.take().text;
  const key = cursor.takeRun(strict && !asWritten ? plainKey : looseKey, period.end);
  if (strict && key.split(".").some((part) => keywordsOfSqlparse.has(part.toUpperCase()))) {
    throw cursor.failure("a key that is no keyword", first, "put the key into backticks");
  }
  if (key === "" && strict && asWritten) throw cursor.failure("a key");
  return key;
}

function nameOf(cursor: Cursor, token: SearchToken): string {
  const keepsQuotes = cursor.dialect === "mlflow" && cursor.vocabulary.mlflow?.valuesAsWritten === true;
  return keepsQuotes && token.quote !== "`" ? cursor.text.slice(token.start, token.end) : token.text;
}

function findEntity(cursor: Cursor, token: SearchToken): string {
  const { entities } = cursor.vocabulary;
  if (Object.hasOwn(entities, token.text)) return token.text;
  for (const [name, { aliases }] of Object.entries(entities)) {
    if (aliases?.includes(token.text)) return name;
  }
  throw cursor.failure(listed("one of the entities", Object.keys(entities)), token);
}

interface KeyToResolve {
  readonly name: string;
  readonly entity: SearchEntity;
  readonly token: SearchToken;
  readonly written: string;
  readonly use: "filter" | "order";
}

function resolveKey(cursor: Cursor, of: KeyToResolve): Omit<ResolvedField, "entity"> {
  const { name, entity, token, written, use } = of;
  const keys = entity.keys ?? {};
  const strict = cursor.dialect === "mlflow";
  const allowed = ({ mlflow }: SearchKey, alias: boolean): boolean =>
    !strict || (mlflow?.[use] !== false && !(alias && use === "order" && mlflow?.orderAliases === false));
  const resolved = (canonical: string, key: SearchKey): Omit<ResolvedField, "entity"> => {
    if (use === "order" && key.multiple === true) {
      const reason = `${name}.${canonical} has several, which have no order`;
      throw cursor.failure(`a field with one value (${reason})`, token);
    }
    return { field: { entity: name, key: canonical }, type: key.type, key };
  };
  if (Object.hasOwn(keys, written) && allowed(keys[written]!, false)) {
    return resolved(written, keys[written]!);
  }
  for (const [canonical, key] of Object.entries(keys)) {
    if (key.aliases?.includes(written) && allowed(key, true)) {
      return resolved(canonical, key);
    }
  }
  if (entity.anyKey !== undefined && !Object.hasOwn(keys, written)) {
    return { field: { entity: name, key: written }, type: entity.anyKey, key: undefined };
  }
  const names = Object.entries(keys).flatMap(([canonical, key]) => (allowed(key, false) ? [canonical] : []));
  throw cursor.failure(listed(`one of the keys of ${name}`, names), token);
}

function listed(what: string, names: readonly string[]): string {
  const shown = names.slice(0, 20).join(", ");
  return `${what} (${shown}${names.length > 20 ? ", …" : ""})`;
}

function exampleOf(cursor: Cursor): string {
  const [name, entity] = Object.entries(cursor.vocabulary.entities)[0] ?? ["entity", {}];
  return `${name}.${Object.keys(entity.keys ?? {})[0] ?? "key"}`;
}
