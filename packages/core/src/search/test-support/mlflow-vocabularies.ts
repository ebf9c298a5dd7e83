import { defineSearchVocabulary } from "../vocabulary.js";

/** MLflow's runs, as `SearchUtils` of MLflow 3.17.2 has them. */
export const runs = defineSearchVocabulary({
  entities: {
    metric: { aliases: ["metrics"], anyKey: "number" },
    parameter: { aliases: ["parameters", "param", "params"], anyKey: "text", mlflow: { nulls: true } },
    tag: { aliases: ["tags"], anyKey: "text", mlflow: { nulls: true } },
    attribute: {
      aliases: ["attr", "attributes", "run"],
      keys: {
        run_id: { type: "text", mlflow: { lists: true } },
        run_name: {
          type: "text",
          aliases: ["run name", "Run name", "Run Name"],
          mlflow: { orderAliases: false },
        },
        user_id: { type: "text" },
        status: { type: "text" },
        artifact_uri: { type: "text" },
        start_time: { type: "number", aliases: ["created", "Created"] },
        end_time: { type: "number" },
      },
    },
    dataset: {
      aliases: ["datasets"],
      keys: {
        name: { type: "text", multiple: true },
        digest: { type: "text", multiple: true },
        context: { type: "text", multiple: true },
      },
      mlflow: { lists: true },
    },
  },
  bareEntity: "attribute",
  mlflow: { quotedEntities: true },
});

/** `SearchExperimentsUtils`. */
export const experiments = defineSearchVocabulary({
  entities: {
    attribute: {
      keys: {
        name: { type: "text" },
        experiment_id: { type: "text", mlflow: { lists: true } },
        creation_time: { type: "number" },
        last_update_time: { type: "number" },
      },
    },
    tag: { aliases: ["tags"], anyKey: "text", mlflow: { nulls: true } },
  },
  bareEntity: "attribute",
});

/** `SearchModelUtils`; orders by `SearchUtils.parse_order_by_for_search_registered_models`. */
export const registeredModels = defineSearchVocabulary({
  entities: {
    attribute: {
      keys: {
        name: { type: "text", mlflow: { lists: true } },
        last_updated_timestamp: { type: "number", aliases: ["timestamp"], mlflow: { filter: false } },
      },
    },
    tag: { aliases: ["tags"], anyKey: "text" },
  },
  bareEntity: "attribute",
  mlflow: { bareOrder: true },
});

/** `SearchModelVersionUtils`. */
export const modelVersions = defineSearchVocabulary({
  entities: {
    attribute: {
      keys: {
        name: { type: "text", mlflow: { lists: true } },
        version_number: { type: "number", mlflow: { quotedNumbers: true } },
        run_id: { type: "text", mlflow: { lists: true, order: false } },
        source_path: { type: "text", mlflow: { order: false } },
        creation_timestamp: { type: "number", mlflow: { filter: false } },
        last_updated_timestamp: { type: "number", mlflow: { filter: false } },
      },
    },
    tag: { aliases: ["tags"], anyKey: "text" },
  },
  bareEntity: "attribute",
});

const withLists = { lists: true } as const;

/** `search_logged_model_utils`, a parser of its own, which takes any attribute. */
export const loggedModels = defineSearchVocabulary({
  entities: {
    attributes: {
      keys: {
        creation_timestamp_ms: { type: "number", aliases: ["creation_timestamp", "creation_time"] },
        last_updated_timestamp_ms: { type: "number", aliases: ["last_updated_timestamp"] },
      },
      anyKey: "text",
      mlflow: withLists,
    },
    metrics: { anyKey: "number" },
    params: { anyKey: "text", mlflow: withLists },
    tags: { anyKey: "text", mlflow: withLists },
  },
  bareEntity: "attributes",
  mlflow: { valuesAsWritten: true },
});
