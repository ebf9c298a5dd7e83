/** What a value of a field is read as: it says which comparisons make sense. Booleans are texts. */
export type SearchType = "number" | "text";

/** One named field of an entity. */
export interface SearchKey {
  readonly type: SearchType;
  /** Other names in texts, such as `created` for `start_time`. What is parsed has the name of the vocabulary. */
  readonly aliases?: readonly string[] | undefined;
  /** Whether a thing may have several values of it, as a run has several datasets: then orders cannot name it. Default: false. */
  readonly multiple?: boolean | undefined;
  /** What only the dialect "mlflow" obeys. */
  readonly mlflow?: SearchKeyRules | undefined;
}

/** How MLflow differs on one key. */
export interface SearchKeyRules {
  /** It takes IN and NOT IN. Default: false. */
  readonly lists?: boolean | undefined;
  /** A number that is also compared with quoted values. Obeyed in both dialects, so that such filters keep working. Default: false. */
  readonly quotedNumbers?: boolean | undefined;
  /** Filters may name it. Default: true. */
  readonly filter?: boolean | undefined;
  /** Orders may name it. Default: true. */
  readonly order?: boolean | undefined;
  /** Orders may use its aliases. Default: true. */
  readonly orderAliases?: boolean | undefined;
}

/** A kind of field, such as the metrics of a run: with keys of any name, with a list of keys, or with both. */
export interface SearchEntity {
  /** Other names in texts, such as `metrics` for `metric`. */
  readonly aliases?: readonly string[] | undefined;
  /** Keys with a name and a type of their own. */
  readonly keys?: Readonly<Record<string, SearchKey>> | undefined;
  /** The type of all other keys. Default: there are no others. */
  readonly anyKey?: SearchType | undefined;
  /** What only the dialect "mlflow" obeys. */
  readonly mlflow?: SearchEntityRules | undefined;
}

/** How MLflow differs on one entity. */
export interface SearchEntityRules {
  /** It takes IS NULL and IS NOT NULL. Default: false. */
  readonly nulls?: boolean | undefined;
  /** Its texts take IN and NOT IN. Default: false. */
  readonly lists?: boolean | undefined;
  /** Orders may name it. Default: true. */
  readonly order?: boolean | undefined;
}

/**
 * The names that a station's filters may use: plain data, which the station gives. Names are compared as they are written.
 *
 * @example
 * ```ts
 * import { defineSearchVocabulary, parseSearch } from "@millwright/core/search";
 *
 * const runs = defineSearchVocabulary({
 *   entities: {
 *     metric: { aliases: ["metrics"], anyKey: "number" },
 *     param: { aliases: ["params"], anyKey: "text" },
 *     attribute: { keys: { status: { type: "text" }, start_time: { type: "number", aliases: ["created"] } } },
 *   },
 *   bareEntity: "attribute",
 * });
 * const filter = parseSearch("metrics.auc > 0.9 AND (status = 'FINISHED' OR params.depth IN (3, 4))", runs);
 * ```
 */
export interface SearchVocabulary {
  /** By the name that expressions carry. */
  readonly entities: Readonly<Record<string, SearchEntity>>;
  /** The entity of a key that stands alone, as in `status = 'FAILED'`. Default: every key needs its entity. */
  readonly bareEntity?: string | undefined;
  /** How MLflow's own parser of this vocabulary differs from its others. */
  readonly mlflow?: SearchVocabularyRules | undefined;
}

/** How MLflow differs on a whole vocabulary. */
export interface SearchVocabularyRules {
  /**
   * Values of text may stand without quotes, in both dialects (`name = champion`, `version = 5` is the text "5"). In the dialect
   * "mlflow" only single quotes of values and backticks of keys are taken off. Its logged models are like that. Default: false.
   */
  readonly valuesAsWritten?: boolean | undefined;
  /** The name of an entity may stand in backticks. Default: false. */
  readonly quotedEntities?: boolean | undefined;
  /** Orders take only keys that stand alone. Default: false. */
  readonly bareOrder?: boolean | undefined;
}

/** Gives the vocabulary back, with the types that builders infer keys and operators from. */
export function defineSearchVocabulary<const Vocabulary extends SearchVocabulary>(
  vocabulary: Vocabulary,
): Vocabulary {
  return vocabulary;
}

/**
 * Which language is read. "full" is everything; what MLflow accepts keeps its meaning. "mlflow" is MLflow's grammar alone (3.17, with
 * sqlparse 0.6.1), refused where its parser or its stores refuse.
 *
 * A few accidents of sqlparse are not imitated, as no filter can rely on them: it takes one key for another where AND is missing before
 * IS NULL or IN, wants single blanks within IS NOT NULL, and reads backslashes in lists as Python does.
 */
export type SearchDialect = "full" | "mlflow";
