"""Fills MLflow's SQLite store with runs, one a line of JSON: {id, name, start, end, params, metrics}.

Through MLflow's own calls 100,000 runs would take hours. So it makes the database and one run, and we write rows like that run's: they are
compared column by column, and at the end some runs are read through MLflow and compared with what was asked for.
"""

import argparse
import json
import logging
import os
import sqlite3

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
logging.disable(logging.WARNING)

from mlflow.entities import Metric, Param
from mlflow.tracking import MlflowClient

parser = argparse.ArgumentParser()
parser.add_argument("--database", required=True)
parser.add_argument("--experiment", required=True)
parser.add_argument("--runs", required=True)
parser.add_argument("--step", type=int, required=True)
arguments = parser.parse_args()

client = MlflowClient(f"sqlite:///{arguments.database}")
experiment = client.create_experiment(arguments.experiment, artifact_location="/nowhere")
with open(arguments.runs) as file:
    first = json.loads(next(file))
made = client.create_run(experiment, start_time=first["start"], run_name=first["name"]).info.run_id
client.log_batch(
    made,
    metrics=[Metric(key, value, first["end"], arguments.step) for key, value in first["metrics"].items()],
    params=[Param(key, str(value)) for key, value in first["params"].items()],
)
client.set_terminated(made, end_time=first["end"])

database = sqlite3.connect(arguments.database)
database.execute("PRAGMA synchronous = OFF")
tables = ["runs", "params", "metrics", "latest_metrics", "tags"]
columns = {table: [row[1] for row in database.execute(f"PRAGMA table_info({table})")] for table in tables}
select = {
    table: f"SELECT {', '.join(columns[table])} FROM {table} WHERE run_uuid = ? ORDER BY {'key' if 'key' in columns[table] else 'run_uuid'}"
    for table in tables
}
pattern = {
    table: [dict(zip(columns[table], row)) for row in database.execute(select[table], (made,))] for table in tables
}


def rows_of(run):
    """The rows of a run, by table: those of MLflow's own run with other identities and values."""
    identity = run["id"]
    record = {
        **pattern["runs"][0],
        "run_uuid": identity,
        "name": run["name"],
        "start_time": run["start"],
        "end_time": run["end"],
        "artifact_uri": pattern["runs"][0]["artifact_uri"].replace(made, identity),
    }
    yield "runs", record
    for key, value in run["params"].items():
        yield "params", {**pattern["params"][0], "key": key, "value": str(value), "run_uuid": identity}
    for key, value in run["metrics"].items():
        point = {"key": key, "value": value, "timestamp": run["end"], "step": arguments.step, "run_uuid": identity}
        yield "metrics", {**pattern["metrics"][0], **point}
        yield "latest_metrics", {**pattern["latest_metrics"][0], **point}
    for tag in pattern["tags"]:
        value = run["name"] if tag["key"] == "mlflow.runName" else tag["value"]
        yield "tags", {**tag, "value": value, "run_uuid": identity}


like = {table: [] for table in tables}
for table, row in rows_of({**first, "id": made}):
    like[table].append(row)
for table in tables:
    if sorted(like[table], key=lambda row: row.get("key", "")) != pattern[table]:
        raise SystemExit(f"{table}: our rows differ from MLflow's own: {like[table][:1]} {pattern[table][:1]}")
client.delete_run(made)
for table in reversed(tables):
    database.execute(f"DELETE FROM {table} WHERE run_uuid = ?", (made,))

insert = {
    table: f"INSERT INTO {table} ({', '.join(columns[table])}) VALUES ({', '.join('?' * len(columns[table]))})"
    for table in tables
}
count = 0
samples = []


def write(batches):
    for table, rows in batches.items():
        database.executemany(insert[table], rows)
        rows.clear()


with open(arguments.runs) as file, database:
    batches = {table: [] for table in tables}
    for line in file:
        run = json.loads(line)
        for table, row in rows_of(run):
            batches[table].append(tuple(row[column] for column in columns[table]))
        if count % 997 == 0:
            samples.append(run)
        count += 1
        if count % 1_000 == 0:
            write(batches)
    write(batches)
# SQLite's planner gets the statistics that a database of this size deserves.
database.execute("ANALYZE")
database.commit()
database.close()

for run in samples[:50]:
    data = client.get_run(run["id"]).data
    if data.metrics != run["metrics"] or data.params != {key: str(value) for key, value in run["params"].items()}:
        raise SystemExit(f"MLflow reads the run {run['id']} otherwise")
print(json.dumps({"runs": count}))
