"""MLflow: a file store and a database, written by MlflowClient. Real.

The database is kept without the tables that no reader of runs looks into, and vacuumed: a tenth of it is left."""
# requires: mlflow-skinny==3.17.2 sqlalchemy==2.1.9 alembic==1.20.1
import contextlib
import itertools
import logging
import math
import os
import random
import sqlite3
import sys
import uuid

from fixture import Case

sys.path.pop(0)                                         # this script's own directory, where it is the mlflow

os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"          # since 3.13 the file store must be asked for
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
logging.disable(logging.INFO)

from mlflow.tracking import MlflowClient                # noqa: E402

OUT = sys.argv[1]
START = 1700000000000
STEPS = ("A step of 0 in every row of a metric is none: from the third row on the rows are counted.",
         "In the database an infinity is the largest double of its sign: here it is what was logged.")
TABLES = ("alembic_version", "experiments", "runs", "metrics", "latest_metrics", "params", "tags")


def fixed_ids(seed):
    """Ids of runs and experiments as MLflow makes them, but the same each time."""
    numbers = random.Random(seed)
    uuid.uuid4 = lambda: uuid.UUID(int=numbers.getrandbits(128), version=4)


def training(rate):
    """Gradient descent on (w - 3)^2 with a little noise: a loss that falls, or leaves the numbers."""
    noise, w = random.Random(5), -4.0
    for step in itertools.count():
        gradient = 2 * (w - 3) + noise.gauss(0, 0.1)
        yield step, (w - 3) ** 2, abs(gradient)
        w -= rate * gradient


def log_run(client, experiment, name, rate, steps, start, status):
    """One run: what a training logs, and what a metric can be."""
    run = client.create_run(experiment, run_name=name, start_time=start, tags={"mlflow.source.name": "train.py", "team": "vision"}).info.run_id
    for key, value in {"lr": rate, "optimizer/name": "sgd", "batch_size": 32, "note": "two\nlines"}.items():
        client.log_param(run, key, value)
    for step, loss, norm in itertools.islice(training(rate), steps):
        at = start + 250 * step
        client.log_metric(run, "train/loss", loss, timestamp=at, step=10 * step)
        client.log_metric(run, "grad_norm", norm, timestamp=at, step=10 * step)
        client.log_metric(run, "no step", loss / 3, timestamp=at)
        if step % 4 == 3:
            client.log_metric(run, "val_loss", 1.1 * loss, timestamp=at + 1, step=10 * step)
    for i, value in enumerate((math.nan, math.inf, -math.inf, 0.1 + 0.2, 5e-324, 1e308, -0.0)):
        client.log_metric(run, "odd.values", value, timestamp=start + i, step=i - 2)
    for i, value in enumerate((0.5, 0.25, 0.25, 0.75)):  # twice at one step, then a step back; the client reads in the order of the times
        client.log_metric(run, "again", value, timestamp=start + i, step=(7, 8, 8, 7)[i])
    client.set_tag(run, "mlflow.note.content", "a note")
    if status:
        client.set_terminated(run, status, end_time=start + 60000)
    return run


def read_run(case, client, run, file):
    """The client's own reading, metric by metric."""
    for key in sorted(client.get_run(run).data.metrics):
        rows = client.get_metric_history(run, key)
        stepped = False
        for i, row in enumerate(rows):
            stepped = stepped or row.step != 0
            value = math.copysign(math.inf, row.value) if abs(row.value) == sys.float_info.max else row.value
            case.point(file(key), key, row.step if stepped or i < 2 else i, value)
    for key, value in client.get_run(run).data.params.items():
        if "\n" not in value:
            case.fact(file(key).replace("/metrics/", "/params/"), key, value)


with Case(OUT, "store", "MlflowClient.get_metric_history on the file store.", STEPS[0]) as c:
    fixed_ids(1)
    client = MlflowClient("file:./mlruns")
    experiment = client.create_experiment("digits")
    for name, rate, status in (("calm", 0.1, "FINISHED"), ("wild", 1.7, "FAILED")):
        run = log_run(client, experiment, name, rate, 24, START, status)
        read_run(c, client, run, lambda key, run=run: f"mlruns/{experiment}/{run}/metrics/{key}")

with Case(OUT, "database", "MlflowClient.get_metric_history on the database, of the run that began last.", *STEPS) as c:
    fixed_ids(2)
    client = MlflowClient("sqlite:///mlflow.db")
    experiment = client.create_experiment("digits", artifact_location="file:///run/artifacts")
    log_run(client, experiment, "first", 0.2, 8, START, "FINISHED")
    newest = log_run(client, experiment, "newest", 0.1, 24, START + 7200000, None)
    log_run(client, experiment, "late rows of an older run", 0.3, 8, START + 3600000, "KILLED")
    client.delete_run(log_run(client, experiment, "deleted", 0.4, 4, START + 9000000, "FINISHED"))
    client.create_run(experiment, run_name="nothing logged yet", start_time=START + 9900000)
    read_run(c, client, newest, lambda key: "mlflow.db")
    client._tracking_client.store.engine.dispose()
    with contextlib.closing(sqlite3.connect("mlflow.db", isolation_level=None)) as db:
        for (table,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").fetchall():
            if table not in TABLES:
                db.execute(f'DROP TABLE "{table}"')
        db.execute("UPDATE experiments SET artifact_location = '/run/mlruns/0', creation_time = ?, last_update_time = ? WHERE experiment_id = 0",
                   (START, START))
        db.execute("UPDATE experiments SET creation_time = ?, last_update_time = ?", (START, START))
        db.execute("UPDATE runs SET deleted_time = ? WHERE deleted_time IS NOT NULL", (START,))
        db.execute("PRAGMA page_size = 1024")
        db.execute("VACUUM")
    c.keep("mlflow.db")
