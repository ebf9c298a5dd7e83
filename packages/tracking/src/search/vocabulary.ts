import { defineSearchVocabulary } from "@millwright/core/search";

/**
 * What filters and orders of runs may name. The names are MLflow's, and with them its units: `start_time` and `end_time` are
 * milliseconds since the epoch. Ours are `experiment`, `parent_run_id`, `reason`, `duration` (seconds, until the end) and `steps` (the
 * largest step of any metric). `dataset.context` is what the data was used for: the role that `logDataset` was given. A run has several
 * datasets: a condition is true if it is true of one of them, as in MLflow, and two conditions may be true of different ones.
 */
export const runVocabulary = defineSearchVocabulary({
  entities: {
    metric: { aliases: ["metrics"], anyKey: "number" },
    param: { aliases: ["params", "parameter", "parameters"], anyKey: "text", mlflow: { nulls: true } },
    tag: { aliases: ["tags"], anyKey: "text", mlflow: { nulls: true } },
    attribute: {
      aliases: ["attributes", "attr", "run"],
      keys: {
        run_id: { type: "text", mlflow: { lists: true } },
        run_name: {
          type: "text",
          aliases: ["run name", "Run name", "Run Name"],
          mlflow: { orderAliases: false },
        },
        user_id: { type: "text" },
        status: { type: "text" },
        start_time: { type: "number", aliases: ["created", "Created"] },
        end_time: { type: "number" },
        experiment: { type: "text" },
        parent_run_id: { type: "text" },
        reason: { type: "text" },
        duration: { type: "number" },
        steps: { type: "number" },
      },
    },
    dataset: {
      aliases: ["datasets"],
      keys: {
        name: { type: "text", multiple: true },
        digest: { type: "text", multiple: true },
        context: { type: "text", aliases: ["role"], multiple: true },
      },
      mlflow: { lists: true },
    },
  },
  bareEntity: "attribute",
  mlflow: { quotedEntities: true },
});
