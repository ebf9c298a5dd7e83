"""Logs points with MLflow on SQLite, reads them back, and prints what it took as one line of JSON.

One call a point (`metric`), ten metrics a call (`metrics`) or 1,000 points a call (`batch`). With `--asynchronous` no call waits; MLflow
then stores each call alone, unless `--buffer` says for how many seconds it gathers them.
"""

import argparse
import json
import logging
import os
import random
import tempfile
import time

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
logging.disable(logging.WARNING)

KEYS = 10
BATCH = 1_000

parser = argparse.ArgumentParser()
parser.add_argument("--shape", choices=["metric", "metrics", "batch"], required=True)
parser.add_argument("--points", type=int, required=True)
parser.add_argument("--seed", type=int, required=True)
parser.add_argument("--asynchronous", action="store_true")
parser.add_argument("--buffer", type=int)
arguments = parser.parse_args()
if arguments.buffer is not None:
    os.environ["MLFLOW_ASYNC_LOGGING_BUFFERING_SECONDS"] = str(arguments.buffer)

import mlflow
from mlflow.entities import Metric
from mlflow.tracking import MlflowClient

generator = random.Random(arguments.seed)
values = [generator.random() for _ in range(arguments.points)]
keys = [f"metric_{index:02d}" for index in range(KEYS if arguments.shape == "metrics" else 1)]
wait = not arguments.asynchronous
clock = time.perf_counter

with tempfile.TemporaryDirectory() as folder:
    mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
    experiment = mlflow.create_experiment("points", artifact_location=f"file://{folder}/artifacts")
    client = MlflowClient()
    run = mlflow.start_run(experiment_id=experiment)
    # The first call loads and creates things: it is not measured, and neither are ours.
    mlflow.log_metric("warm_up", 0.0)
    if arguments.asynchronous:
        mlflow.log_metric("warm_up", 1.0, synchronous=False)
        mlflow.flush_async_logging()

    calls = []
    started = clock()
    if arguments.shape == "metric":
        for step, value in enumerate(values):
            before = clock()
            mlflow.log_metric(keys[0], value, step=step, synchronous=wait)
            calls.append(clock() - before)
    elif arguments.shape == "metrics":
        for step in range(len(values) // KEYS):
            metrics = dict(zip(keys, values[step * KEYS : (step + 1) * KEYS]))
            before = clock()
            mlflow.log_metrics(metrics, step=step, synchronous=wait)
            calls.append(clock() - before)
    else:
        for first in range(0, len(values), BATCH):
            now = int(time.time() * 1_000)
            part = values[first : first + BATCH]
            before = clock()
            metrics = [Metric(keys[0], value, now, first + index) for index, value in enumerate(part)]
            client.log_batch(run.info.run_id, metrics=metrics, synchronous=wait)
            calls.append(clock() - before)
    logged = clock()
    if arguments.asynchronous:
        mlflow.flush_async_logging()
    mlflow.end_run()
    ended = clock()
    histories = {key: client.get_metric_history(run.info.run_id, key) for key in keys}
    read = clock()

    for place, key in enumerate(keys):
        stored = sorted((point.step, point.value) for point in histories[key])
        expected = list(enumerate(values[place :: len(keys)]))
        if stored != expected:
            raise SystemExit(f"{key}: MLflow has {len(stored)} points, or others, for {len(expected)}")

calls.sort()
print(
    json.dumps(
        {
            "points": len(values),
            "stored": sum(len(history) for history in histories.values()),
            "logSeconds": logged - started,
            "endSeconds": ended - logged,
            "readSeconds": read - ended,
            "callMedian": calls[len(calls) // 2] * 1e6,
            "callP99": calls[int(len(calls) * 0.99)] * 1e6,
        }
    )
)
