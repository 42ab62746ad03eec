#!/usr/bin/env python3
"""wandb_reader - W&B's own reader of .wandb files, the yardstick of the wandb format; and a file for both to read.

    wandb_reader.py make ROWS FILE      history rows as the Trainer's callback logs them, written by DataStore and the protobuf of W&B
    wandb_reader.py read FILE           every record scanned and parsed; then the same with each value decoded, as W&B's sender does

Needs the packages wandb==0.29.0 (the last one with DataStore in Python) and protobuf in Python's path; the protobuf's backend is printed.
`read` prints one JSON object: CPU seconds of both, records, points and their sum.
"""
import json
import random
import sys
import time

from google.protobuf.internal import api_implementation
from wandb.proto import wandb_internal_pb2
from wandb.sdk.internal.datastore import DataStore
from wandb.sdk.lib import proto_util

SKIPPED = ("_step", "_timestamp", "_runtime")


def row(random_, step):
    """One row; wandb-core writes its items in no order."""
    items = {"train/loss": 2.5 / (1 + step / 1000) + 0.1 * random_.random(), "train/grad_norm": random_.random() * 3,
             "train/learning_rate": 5e-05 * (1 - step / 1e7), "train/epoch": round(step / 1000, 4), "train/global_step": 10 * step,
             "_step": step, "_timestamp": 1.7e9 + 0.31 * step, "_runtime": 0.31 * step + random_.random()}
    names = list(items)
    random_.shuffle(names)
    return [(n, items[n]) for n in names]


def make(rows, path):
    random_ = random.Random(7)
    store = DataStore()
    store.open_for_write(path)
    for step in range(rows):
        record = wandb_internal_pb2.Record(num=step + 1)
        for name, value in row(random_, step):
            item = record.history.item.add()
            item.nested_key.append(name)
            item.value_json = json.dumps(value)
        record.history.step.num = step
        store.write(record)
    store.close()


def records(path):
    store = DataStore()
    store.open_for_scan(path)
    while (raw := store.scan_data()) is not None:
        record = wandb_internal_pb2.Record()
        record.ParseFromString(raw)
        yield record


def read(path):
    started = time.process_time()
    count = sum(1 for _ in records(path))
    scanned = time.process_time() - started
    points, total = 0, 0.0
    started = time.process_time()
    for record in records(path):
        for name, value in proto_util.dict_from_proto_list(record.history.item).items():
            if name not in SKIPPED:
                points, total = points + 1, total + value
    valued = time.process_time() - started
    print(json.dumps({"scan_s": scanned, "values_s": valued, "records": count, "points": points, "sum": total, "protobuf": api_implementation.Type()}))


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1] == "make":
        make(int(sys.argv[2]), sys.argv[3])
    elif len(sys.argv) == 3 and sys.argv[1] == "read":
        read(sys.argv[2])
    else:
        sys.exit(__doc__)
