"""CatBoost: the directory that a training leaves, without its event files and time_left.tsv. Real."""
# requires: catboost==1.2.10
import json
import math
import sys

from fixture import Case, csv_rows

sys.path.pop(0)                                         # this script's own directory, where it is the catboost

import numpy
from catboost import CatBoostClassifier, CatBoostError, CatBoostRegressor, Pool

OUT = sys.argv[1]
KEPT = ("info/catboost_training.json", "info/learn_error.tsv", "info/test_error.tsv")
RULES = ("json.load: the nth number of a set is that of the nth name of learn_metrics or test_metrics; the step is the iteration.",
         "The csv module: the sets of test_error.tsv but for the last stand as \"RMSE:0\", and all get the names that the JSON has.")


def data(classes):
    rng = numpy.random.default_rng(3)
    x = rng.normal(size=(80, 3))
    y = x @ numpy.array([1.0, 2.0, -1.0]) + 0.1 * rng.normal(size=80)
    y = (y > 0).astype(int) if classes else y
    return [Pool(x[a:b], y[a:b]) for a, b in ((0, 50), (50, 65), (65, 80))]


def points(case, file):
    log = json.load(open(file, encoding="utf-8"))
    names = {s: [m["name"] for m in log["meta"][kind + "_metrics"]] for kind in ("learn", "test") for s in log["meta"][kind + "_sets"]}
    for entry in log["iterations"]:
        for key, values in entry.items():
            for name, value in zip(names.get(key, ()), values if key in names else ()):
                case.point(file, f"{key}/{name}", entry["iteration"], float(value))


def tables(case, learn, test, sets):
    for file, names in ((learn, ["learn"]), (test, ["test"] + [f"test{i}" for i in range(1, sets)])):
        for row in csv_rows(file, delimiter="\t"):
            for name, value in row.items():
                metric, _, nth = name.partition(":")
                if name != "iter":
                    case.point(file, f"{names[int(nth)] if nth else names[-1]}/{metric}", row["iter"], value)


class Odd:
    """A metric that is not finite most of the time; CatBoost logs it, and fails when it stores the model."""
    calls = 0

    def is_max_optimal(self):
        return False

    def get_final_error(self, error, weight):
        return error

    def evaluate(self, approxes, target, weight):
        self.calls += 1
        return (0.5, math.nan, math.inf, -math.inf)[self.calls % 4], 1.0


COMMON = {"depth": 2, "thread_count": 1, "random_seed": 1, "train_dir": "info", "logging_level": "Silent", "allow_writing_files": True}
for name, model, sets in (
        ("regression", CatBoostRegressor(iterations=12, learning_rate=0.3, eval_metric="RMSE", custom_metric=["MAE"], **COMMON), 1),
        ("two_sets", CatBoostClassifier(iterations=7, learning_rate=0.3, eval_metric="AUC", custom_metric=["Precision"], metric_period=2,
                                        **COMMON), 2),
        ("nonfinite", CatBoostClassifier(iterations=5, learning_rate=0.3, eval_metric=Odd(), **COMMON), 1)):
    with Case(OUT, name, *RULES) as c:
        pools = data(isinstance(model, CatBoostClassifier))
        try:
            model.fit(pools[0], eval_set=pools[1:1 + sets])
        except CatBoostError as e:
            if "invalid float value" not in str(e):
                raise
        c.keep(*KEPT)
        points(c, KEPT[0])
        tables(c, KEPT[1], KEPT[2], sets)
