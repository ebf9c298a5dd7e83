import type { CoreErrorCode } from "../../errors/codes.js";
import { coreError, invalidArgument } from "../../errors/create.js";
import type { MillwrightError } from "../../errors/millwright-error.js";
import { searchLimits } from "../limits.js";
import type { SearchDialect, SearchVocabulary } from "../vocabulary.js";
import { shown } from "./shown.js";
import { type SearchToken, tokenize } from "./tokens.js";

/** How a text is read. */
export interface SearchParseOptions {
  /** Default: "full". */
  readonly dialect?: SearchDialect | undefined;
  /** What errors call the text. Default: "filter" or "order". */
  readonly path?: string | undefined;
}

/** Where the parser stands in a text. */
export class Cursor {
  readonly text: string;
  readonly path: string;
  readonly vocabulary: SearchVocabulary;
  readonly dialect: SearchDialect;
  readonly #tokens: readonly SearchToken[];
  #index = 0;

  constructor(text: string, path: string, vocabulary: SearchVocabulary, dialect: SearchDialect) {
    if (typeof text !== "string") throw invalidArgument(path, `must be a text, got ${typeof text}`);
    if (text.length > searchLimits.textLength) {
      const problem = `has ${text.length} characters; at most ${searchLimits.textLength} are read`;
      throw invalidArgument(path, problem);
    }
    this.text = text;
    this.path = path;
    this.vocabulary = vocabulary;
    this.dialect = dialect;
    this.#tokens = tokenize(text);
  }

  /** The token that comes next, or one further on; with −1 the one just taken. At the end it stays there. */
  peek(ahead = 0): SearchToken {
    return this.#tokens[Math.min(this.#index + ahead, this.#tokens.length - 1)]!;
  }

  /** Goes past the next token. */
  take(): SearchToken {
    const token = this.peek();
    if (token.kind !== "end") this.#index++;
    return token;
  }

  /** Goes past one of the words, of any case, if it comes next; says which, in capitals. */
  takeKeyword<Word extends string>(...words: readonly Word[]): Word | undefined {
    const found = this.peekKeyword(0, ...words);
    if (found !== undefined) this.take();
    return found;
  }

  peekKeyword<Word extends string>(ahead: number, ...words: readonly Word[]): Word | undefined {
    const token = this.peek(ahead);
    if (token.kind !== "word") return undefined;
    const upper = token.text.toUpperCase();
    return words.find((word) => word === upper);
  }

  takePunctuation(character: string): boolean {
    const token = this.peek();
    if (token.kind !== "punctuation" || token.text !== character) return false;
    this.take();
    return true;
  }

  /**
   * Goes past what the pattern (sticky) matches from `start` on, where the last token ended or the next begins, and gives it. No blank
   * may be in it, but it need not end where a token ends within it.
   */
  takeRun(pattern: RegExp, start: number): string {
    pattern.lastIndex = start;
    const run = pattern.exec(this.text)?.[0] ?? "";
    const end = start + run.length;
    while (this.peek().start < end) {
      if (this.peek().end > end) throw this.failure("a blank or an operator before it");
      this.take();
    }
    return run;
  }

  /** An error at a token (default: the next): what was expected there, what was found, and perhaps a remedy. */
  failure(
    expected: string,
    token: SearchToken = this.peek(),
    remedy?: string | undefined,
  ): MillwrightError<CoreErrorCode> {
    const position = [...this.text.slice(0, token.start)].length + 1;
    const written = this.text.slice(token.start, token.end);
    const found = token.kind === "end" ? "the end" : shown(written);
    const message = `${this.path}: expected ${expected} at character ${position}, found ${found}`;
    return coreError("INVALID_ARGUMENT", remedy === undefined ? message : `${message}; ${remedy}`, {
      details: { path: this.path, position, expected },
    });
  }
}

/** Words that stand for themselves in a filter; a key of that name is quoted, or written with its entity. */
export const reservedWords: ReadonlySet<string> = new Set([
  "AND",
  "OR",
  "NOT",
  "IN",
  "LIKE",
  "ILIKE",
  "BETWEEN",
  "IS",
  "NULL",
  "TRUE",
  "FALSE",
]);
