"""Searches MLflow's SQLite store through MlflowClient, and prints what it took as one line of JSON, in milliseconds."""

import argparse
import json
import logging
import os
import time

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
logging.disable(logging.WARNING)

from mlflow.tracking import MlflowClient

parser = argparse.ArgumentParser()
parser.add_argument("--database", required=True)
parser.add_argument("--experiment", required=True)
parser.add_argument("--queries", required=True, help="JSON: a list of {filter, orderBy}")
parser.add_argument("--limit", type=int, required=True)
parser.add_argument("--pages", type=int, required=True, help="pages to print")
arguments = parser.parse_args()
queries = json.loads(arguments.queries)

started = time.perf_counter()
client = MlflowClient(f"sqlite:///{arguments.database}")
experiment = None


def search(query, limit=arguments.limit):
    runs = client.search_runs([experiment], query["filter"], max_results=limit, order_by=[query["orderBy"]])
    return [run.info.run_id for run in runs]


experiment = client.get_experiment_by_name(arguments.experiment).experiment_id
pages = [{"ids": search(queries[0])}]
first = time.perf_counter() - started
pages += [{"ids": search(query)} for query in queries[1 : arguments.pages]]


def timed(query, limit):
    before = time.perf_counter()
    search(query, limit)
    return (time.perf_counter() - before) * 1_000


searches = [timed(query, arguments.limit) for query in queries]
best = [timed(query, 1) for query in queries]
print(json.dumps({"firstSearch": first * 1_000, "searches": searches, "best": best, "pages": pages}))
