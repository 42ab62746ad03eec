"""DVCLive: plots/metrics/**.tsv, one file a metric, with params.yaml beside. Real. It trains elsewhere: in a git work tree it would make a DVC project."""
# requires: dvclive==3.49.1
import math
import os
import shutil
import sys
import tempfile

from fixture import Case, csv_rows, files

sys.path.pop(0)                                         # this script's own directory, where it is the dvclive

from dvclive import Live

OUT = sys.argv[1]
RULE = "The csv module: the file's path below plots/metrics, without .tsv, is the series; its column \"step\" the step."
SETTINGS = {"lr": 0.1, "optimizer": "sgd", "batch_size": 32, "net": {"depth": 3}}


def train(broken=None):
    with Live("dvclive", save_dvc_exp=False, dvcyaml=None, report=None, monitor_system=False) as live:
        live.log_params(SETTINGS)
        for i in range(30):
            bad = broken is not None and i >= broken
            live.log_metric("train/loss", math.nan if bad else 2 * math.exp(-i / 9))
            live.log_metric("train/accuracy", 1 - math.exp(-i / 8))
            live.log_metric("lr", 0.1 * 0.9 ** i)
            if i % 5 == 4:
                live.log_metric("eval/loss", math.nan if bad else 2.2 * math.exp(-i / 10), timestamp=True)
            live.next_step()


for name, broken in (("healthy", None), ("nan", 17)):
    with Case(OUT, name, RULE) as c, tempfile.TemporaryDirectory() as elsewhere:
        here = os.getcwd()
        os.chdir(elsewhere)
        train(broken)
        shutil.move("dvclive", here)
        os.chdir(here)
        for path in files():
            series = path.partition("plots/metrics/")[2][:-len(".tsv")]
            for row in csv_rows(path, delimiter="\t") if series else ():
                c.point(path, series, row["step"], row[series.rpartition("/")[2]])
        for key, value in SETTINGS.items():
            for inner, leaf in value.items() if isinstance(value, dict) else ((None, value),):
                c.fact("dvclive/params.yaml", f"{key}/{inner}" if inner else key, leaf)
