"""Weights & Biases, offline: the .wandb files of wandb 0.31.0 (wandb-core) and 0.16.6 (Python's own writer). Real.

Read for comparison by wandb's DataStore, which 0.30 no longer has: that of 0.29.0, one file without other imports. Settings keep the machine
out of the files; times and the numbers of the system metrics are what they were."""
# requires: wandb==0.29.0 --no-deps
# requires: wandb==0.16.6 numpy==1.26.4 setuptools==69.5.1
# requires: wandb==0.31.0 numpy==2.4.6
import glob
import importlib.util
import json
import math
import os
import subprocess
import sys

from fixture import Case

sys.path.pop(0)                                         # this script's own directory, where it is the wandb
from wandb.proto import wandb_internal_pb2

RULES = ("Items of history records, in their order: numbers, bare or quoted NaN and Infinity; keys of a nested value joined with '/'.",
         "A histogram is KEY/min, KEY/max, KEY/mean, KEY/zero_share after the others: edges of the bins that hold something, bins at their middle.",
         "The step is _step, or the counter that define_metric(\"*\") names; other keys that begin with '_' are W&B's own.",
         "Items of stats records: system/KEY at the step of the history so far.")
OWN = ("_step", "_timestamp", "_runtime")

COMMON = """
import math
import wandb
def start(config, **settings):
    return wandb.init(mode="offline", project="fixtures", id="ab12cd34", name="small", config=config,
                      settings=wandb.Settings(disable_code=True, disable_git=True, host="host", **settings))
"""
NEW = "dict(x_disable_meta=True, x_save_requirements=False, x_stats_sampling_interval=0.3)"
OLD = "dict(_disable_meta=True, _stats_sample_rate_seconds=0.1, _stats_samples_to_average=2, _service_wait=60)"
CONFIG = """dict(learning_rate=0.003, optimizer=dict(name="adamw", betas=[0.9, 0.98], weight_decay=0.01), model="gru", batch_size=32,
              precision="bf16", seed=3, note="50 % \\u00e9 \\"quoted\\"", off=None, long=list(range(40)))"""

HEALTHY = COMMON + """
import time
import numpy
random = numpy.random.default_rng(5)
run = start(CONFIG, **SETTINGS)
for i in range(80):
    weights = random.normal(0.01 * i, 1, 500) * (random.random(500) > 0.3)
    row = {"train/loss": 2.5 * math.exp(-i / 30) + 0.01 * random.random(), "lr": 0.003 * min(1, i / 10), "grad": {"norm": 1 / (i + 1), "by layer": {"0": 0.5, "1": 1e-12 * i}},
           "epoch": i / 8, "flag": i % 2 == 0, "word": "text", "count": 10 ** i if i < 30 else -i}
    if i % 20 == 0:
        row["weights"] = wandb.Histogram(weights)
        row["dead"] = {"layer": wandb.Histogram(numpy.zeros(30))}
        row["page"] = wandb.Html("<p>%d</p>" % i)
    run.log(row)
    if i % 10 == 0:
        print("step", i, "loss", row["train/loss"])
        time.sleep(0.12)
run.log({"eval/loss": 0.75}, step=200)
run.summary["best_checkpoint"] = "step-60"
run.finish()
"""
BROKEN = COMMON + """
run = start(dict(lr=30.0), **SETTINGS)
run.define_metric("train/global_step")
run.define_metric("*", step_metric="train/global_step", step_sync=True)
value = 1.0
for i in range(1, 41):
    value *= 1.7 if value < 1e6 else 1e30
    row = {"train/loss": value * value if i > 35 else value, "train/grad_norm": float("nan") if i > 30 else value, "train/missing": None if i % 3 else 1,
           "train/low": float("-inf") if i > 38 else -value, "train/global_step": 5 * i}
    if i == 20:
        run.log({"eval/loss": 7, "train/global_step": 5 * i})
    run.log(row)
weights = [0.0] * 3
print("saving", flush=True)
raise RuntimeError("loss is %s at step %d" % (value * value, 5 * i))
"""
LONG = COMMON + """
run = start(dict(), **SETTINGS)
for i in range(6):
    row = {"layer %03d/%s" % (k, "activation" * 6): (i + 1) / (k + 1) for k in range(50)}
    row["many"] = list(range(7000 * (i == 3)))
    run.log(row)
run.finish()
"""


def home_of(version):
    """The packages of this version, in Python's path."""
    for folder in sys.path:
        if os.path.exists(os.path.join(folder, f"wandb-{version}.dist-info")):
            return folder
    raise SystemExit(f"wandb {version} is not there")


def reader():
    path = os.path.join(home_of("0.29.0"), "wandb", "sdk", "internal", "datastore.py")
    spec = importlib.util.spec_from_file_location("datastore", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.DataStore()


def train(version, program, settings):
    """Run the program under that version; it may fail, as its user's would."""
    with open("train.py", "w", encoding="utf-8") as f:
        f.write(program.replace("**SETTINGS", f"**{settings}").replace("CONFIG", CONFIG))
    env = dict(os.environ, PYTHONPATH=home_of(version), WANDB_SILENT="true", WANDB_CONSOLE="wrap", WANDB_ERROR_REPORTING="false",
               WANDB_USERNAME="user")
    run = "exec(compile(open('train.py').read(), 'train.py', 'exec'), {'__name__': '__main__'})"
    subprocess.run([sys.executable, "-c", run], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    [made] = glob.glob("wandb/offline-run-*-ab12cd34")
    kept = "wandb/offline-run-20260105_100001-ab12cd34"
    os.rename(made, kept)
    return kept + "/run-ab12cd34.wandb"


def records(path):
    store = reader()
    store.open_for_scan(os.path.abspath(path))
    while (raw := store.scan_data()) is not None:
        record = wandb_internal_pb2.Record()
        record.ParseFromString(raw)
        yield record


def values(items):
    """Items as (name, value) with nested values taken apart, in their order; {'_type': ...} stays whole."""
    things, plain = {}, []

    def take(name, value):
        if isinstance(value, dict) and "_type" not in value:
            for key, inner in value.items():
                take(name + (key,), inner)
        elif isinstance(value, dict):
            things[name] = dict(value)
        else:
            plain.append((name, value))

    for i in items:
        take(tuple(getattr(i, "nested_key", ())) or (i.key,), json.loads(i.value_json))
    for name in [n[:-1] for n, _ in plain if n[-1] == "_type"]:
        things[name] = {n[-1]: v for n, v in plain if n[:-1] == name}
    inside = tuple(things)
    return [(n, v) for n, v in plain if not any(n[:len(t)] == t and n != t for t in inside)], things


def number(value):
    if isinstance(value, str) and value in ("NaN", "Infinity", "-Infinity"):
        return float(value)
    return None if isinstance(value, (bool, str, list, type(None))) else value


def histogram(thing):
    counts, bins = thing["values"], [float(b) for b in thing["bins"]]
    held = [i for i, n in enumerate(counts) if n > 0]
    last = len(counts) - 1
    zero = sum(n for i, n in enumerate(counts) if n > 0 and bins[i] <= 0 and (bins[i + 1] > 0 or (i == last and bins[i + 1] == 0)))
    total = mean = 0.0
    for i in held:
        total += counts[i]
        mean += counts[i] * (bins[i] + bins[i + 1]) / 2
    return {"min": bins[held[0]], "max": bins[held[-1] + 1], "mean": mean / total, "zero_share": zero / total}


def read(case, path):
    """What must be told of a file."""
    step, counter, seen = 0, "_step", set()
    for record in records(path):
        kind = record.WhichOneof("record_type")
        if kind == "metric" and record.metric.glob_name == "*" and record.metric.step_metric:
            counter = record.metric.step_metric
        if kind == "history":
            plain, things = values(record.history.item)
            named = {"/".join(n): number(v) for n, v in plain}
            step = named.get(counter, step)
            for name, value in named.items():
                if value is not None and name not in OWN + (counter,):
                    case.point(path, name, step, float(value))
            for name, thing in things.items():
                if thing["_type"] == "histogram":
                    for part, value in histogram(thing).items():
                        case.point(path, "/".join(name) + "/" + part, step, value)
        if kind == "stats":
            for item in record.stats.item:
                case.point(path, "system/" + item.key, step, float(json.loads(item.value_json)))
        seen.add(kind)
    print(path, sorted(map(str, seen)))


FACTS = (("learning_rate", "0.003"), ("optimizer/name", "adamw"), ("optimizer/weight_decay", "0.01"), ("model", "gru"), ("batch_size", "32"),
         ("precision", "bf16"), ("seed", "3"), ("note", "50 % \u00e9 \"quoted\""), ("project", "fixtures"), ("run_name", "small"))


def make(out, name, version, program, settings, facts=()):
    with Case(out, name, *RULES) as case:
        path = train(version, program, settings)
        case.keep(path)
        read(case, path)
        for key, value in facts + (("wandb_version", version),):
            case.fact(path, key, value)


if __name__ == "__main__":
    make(sys.argv[1], "healthy", "0.31.0", HEALTHY, NEW, FACTS + (("summary/best_checkpoint", "step-60"),))
    make(sys.argv[1], "broken", "0.31.0", BROKEN, NEW)
    make(sys.argv[1], "long", "0.31.0", LONG, NEW)
    make(sys.argv[1], "old", "0.16.6", HEALTHY, OLD, FACTS)
    make(sys.argv[1], "old_broken", "0.16.6", BROKEN, OLD)
