"""Logs points with W&B in its offline mode, reads them back from its file, and prints what it took as one line of JSON.

What W&B captures beside is turned off, which makes it faster. The file is a log of LevelDB with records of protocol buffers.
"""

import argparse
import glob
import json
import os
import random
import struct
import tempfile
import time

os.environ["WANDB_SILENT"] = "true"
os.environ["WANDB_ERROR_REPORTING"] = "false"

import wandb
from wandb.proto import wandb_internal_pb2

KEYS = 10
BLOCK = 32_768
HEADER = 7

parser = argparse.ArgumentParser()
parser.add_argument("--shape", choices=["metric", "metrics"], required=True)
parser.add_argument("--points", type=int, required=True)
parser.add_argument("--seed", type=int, required=True)
arguments = parser.parse_args()

generator = random.Random(arguments.seed)
values = [generator.random() for _ in range(arguments.points)]
keys = [f"metric_{index:02d}" for index in range(KEYS if arguments.shape == "metrics" else 1)]
clock = time.perf_counter


def records(path):
    """The records of a log: fragments of a record are of type 2 (first), 3 (middle) and 4 (last), whole ones of type 1."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:4] != b":W&B":
        raise SystemExit(f"{path} is not a file of W&B")
    place = HEADER
    parts = []
    while place + HEADER <= len(data):
        left = BLOCK - place % BLOCK
        if left < HEADER:
            place += left
            continue
        _, length, kind = struct.unpack_from("<IHB", data, place)
        parts.append(data[place + HEADER : place + HEADER + length])
        place += HEADER + length
        if kind in (1, 4):
            yield b"".join(parts)
            parts = []


with tempfile.TemporaryDirectory() as folder:
    settings = wandb.Settings(
        console="off", disable_git=True, x_disable_meta=True, x_disable_stats=True, x_save_requirements=False
    )
    run = wandb.init(mode="offline", dir=folder, project="points", settings=settings)
    run.log({"warm_up": 0.0}, step=0)

    calls = []
    started = clock()
    for step in range(len(values) // len(keys)):
        metrics = dict(zip(keys, values[step * len(keys) : (step + 1) * len(keys)]))
        before = clock()
        run.log(metrics, step=step + 1)
        calls.append(clock() - before)
    logged = clock()
    run.finish()
    ended = clock()
    histories = {key: [] for key in keys}
    (path,) = glob.glob(f"{folder}/wandb/offline-run-*/run-*.wandb")
    for data in records(path):
        record = wandb_internal_pb2.Record.FromString(data)
        if record.WhichOneof("record_type") != "history":
            continue
        items = {item.key or "/".join(item.nested_key): item.value_json for item in record.history.item}
        for key in keys:
            if key in items:
                histories[key].append((record.history.step.num or int(items["_step"]), float(items[key])))
    read = clock()

    for place, key in enumerate(keys):
        expected = [(step + 1, value) for step, value in enumerate(values[place :: len(keys)])]
        if histories[key] != expected:
            raise SystemExit(f"{key}: W&B has {len(histories[key])} points, or others, for {len(expected)}")

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
