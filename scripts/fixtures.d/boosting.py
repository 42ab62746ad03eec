"""XGBoost, LightGBM and scikit-learn: what they print while they train. Real."""
# requires: xgboost-cpu==3.2.0 lightgbm==4.7.0 scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6
import re
import sys

from fixture import Case, console, console_lines

import lightgbm
import numpy
import xgboost
from sklearn import ensemble, linear_model, neural_network

RULE = "by regular expressions: one record a round or iteration, at the number that the line has; "


def data():
    g = numpy.random.default_rng(9)
    x = g.normal(size=(300, 5))
    return x, (x[:, 0] + 0.3 * g.normal(size=300) > 0).astype(int), x.sum(1) + 0.1 * g.normal(size=300)


def rounds(case, path, line, pair, unless=None):
    """Points of every line that matches: group 1 is the round, `pair` finds names and numbers in group 2."""
    for text in console_lines(path):
        found = line.match(text)
        if found and not (unless and unless in text):
            case.record(path, int(found.group(1)), {n: float(v) for n, v in pair.findall(found.group(2))})


def xgboost_cases(out):
    x, y, z = data()
    train, held = xgboost.DMatrix(x[:200], y[:200]), xgboost.DMatrix(x[200:], y[200:])
    line, pair = re.compile(r"\[(\d+)\]\t(.*)"), re.compile(r"([^\t:]+):([^\t]+)")
    with Case(out, "xgboost", RULE + "the first round is 0.") as c:
        with console("train.log"):
            xgboost.train({"max_depth": 3, "eta": 0.3, "objective": "binary:logistic", "eval_metric": ["logloss", "error"], "seed": 1}, train, 20,
                          evals=[(train, "train"), (held, "eval")])
        with console("stopped.log"):
            xgboost.train({"max_depth": 6, "eta": 0.9, "objective": "binary:logistic", "eval_metric": "auc", "seed": 1}, train, 60,
                          evals=[(train, "train"), (held, "eval")], early_stopping_rounds=5, verbose_eval=2)
        for path in ("train.log", "stopped.log"):
            rounds(c, path, line, pair)
    with Case(out, "xgboost-cv", RULE + "the deviation behind the + is a series NAME/std.") as c:
        with console("cv.log"):
            xgboost.cv({"max_depth": 3, "objective": "binary:logistic", "eval_metric": "logloss", "seed": 1}, train, 8, nfold=3, verbose_eval=1, seed=1)
        for text in console_lines("cv.log"):
            found = line.match(text)
            if found:
                for name, mean, sd in re.findall(r"([^\t:]+):([^\t+]+)\+([^\t]+)", found.group(2)):
                    c.record("cv.log", int(found.group(1)), {name: float(mean), name + "/std": float(sd)})
    with Case(out, "xgboost-nan", RULE + "a loss of a target that is infinite.") as c:
        with console("train.log"):
            broken = z.copy()
            broken[:3] = 1e30
            xgboost.train({"max_depth": 3, "eta": 0.3, "eval_metric": ["rmse", "rmsle"], "seed": 1}, xgboost.DMatrix(x[:200], broken[:200]), 12,
                          evals=[(xgboost.DMatrix(x[:200], broken[:200]), "train"), (xgboost.DMatrix(x[200:], z[200:]), "eval")])
        rounds(c, "train.log", line, pair)


def lightgbm_cases(out):
    x, y, z = data()
    line, pair = re.compile(r"\[(\d+)\]\t(.*)"), re.compile(r"([^\t:]+): ([^\t]+)")
    with Case(out, "lightgbm", RULE + "the first round is 1; the line below \"best iteration\" comes again and counts once.") as c:
        with console("train.log"):
            d = lightgbm.Dataset(x[:200], y[:200])
            lightgbm.train({"objective": "binary", "metric": ["binary_logloss", "auc"], "num_leaves": 7, "seed": 1, "num_threads": 1}, d, 60,
                           valid_sets=[d, d.create_valid(x[200:], y[200:])], valid_names=["training", "valid_1"],
                           callbacks=[lightgbm.log_evaluation(1), lightgbm.early_stopping(5)])
        best = [i for i, t in enumerate(console_lines("train.log")) if "best iteration" in t]
        kept = [t for i, t in enumerate(console_lines("train.log")) if i - 1 not in best]
        for text in kept:
            found = line.match(text)
            if found:
                c.record("train.log", int(found.group(1)), {n: float(v) for n, v in pair.findall(found.group(2))})
    with Case(out, "lightgbm-large", RULE + "the first round is 1.") as c:
        with console("train.log"):
            broken = z.copy()
            broken[::7] = 1e200
            d = lightgbm.Dataset(x[:200], broken[:200])
            lightgbm.train({"objective": "regression", "metric": ["l2", "l1"], "num_leaves": 7, "seed": 1, "num_threads": 1}, d, 8,
                           valid_sets=[d.create_valid(x[200:], broken[200:])], callbacks=[lightgbm.log_evaluation(1)])
        rounds(c, "train.log", line, pair)


def sklearn_cases(out):
    x, y, z = data()
    with Case(out, "sklearn-mlp", RULE + "the validation score stands at the iteration above it.") as c:
        with console("stdout.log"):
            neural_network.MLPClassifier(hidden_layer_sizes=(8,), max_iter=12, random_state=1, verbose=True, early_stopping=True).fit(x, y)
        step = 0
        for text in console_lines("stdout.log"):
            loss, score = re.match(r"Iteration (\d+), loss = (\S+)", text), re.match(r"Validation score: (\S+)", text)
            if loss:
                step = int(loss.group(1))
                c.point("stdout.log", "loss", step, float(loss.group(2)))
            if score:
                c.point("stdout.log", "Validation score", step, float(score.group(1)))
    with Case(out, "sklearn-mlp-high", RULE) as c:
        with console("stdout.log"):
            try:
                neural_network.MLPRegressor(hidden_layer_sizes=(8,), max_iter=8, solver="sgd", learning_rate_init=10.0, random_state=1, verbose=True).fit(x, 1e3 * z)
            except ValueError as stopped:
                print(stopped)
        for text in console_lines("stdout.log"):
            loss = re.match(r"Iteration (\d+), loss = (\S+)", text)
            if loss:
                c.point("stdout.log", "loss", int(loss.group(1)), float(loss.group(2)))
    with Case(out, "sklearn-gradient-boosting", RULE + "the table with a header; the remaining time is no metric.") as c:
        with console("stdout.log"):
            ensemble.GradientBoostingClassifier(n_estimators=15, random_state=1, verbose=2).fit(x, y)
        for text in console_lines("stdout.log"):
            row = re.match(r" +(\d+) +(\S+) +\S+$", text)
            if row:
                c.point("stdout.log", "Train Loss", int(row.group(1)), float(row.group(2)))
    with Case(out, "sklearn-hist", RULE + "the two losses; trees, leaves, depth and time are no metrics.") as c:
        with console("stdout.log"):
            ensemble.HistGradientBoostingClassifier(max_iter=10, random_state=1, verbose=2, early_stopping=True).fit(x, y)
        for text in console_lines("stdout.log"):
            row = re.match(r"\[(\d+)/\d+\] (.*)", text)
            if row:
                for name, value in re.findall(r"(train loss|val loss): ([^, ]+)", row.group(2)):
                    c.point("stdout.log", name, int(row.group(1)), float(value))
    with Case(out, "sklearn-sgd", RULE + "the line below \"-- Epoch N\"; Norm is that of the coefficients,",
              "no gradient's, and told as \"coef norm\"; \"Avg. loss\" as loss; NNZs and T are counters, no metrics.") as c:
        with console("stdout.log"):
            linear_model.SGDClassifier(loss="log_loss", max_iter=8, random_state=1, verbose=1, tol=None).fit(x, y)
        epoch = 0
        for text in console_lines("stdout.log"):
            begins = re.match(r"-- Epoch (\d+)", text)
            if begins:
                epoch = int(begins.group(1))
            if text.startswith("Norm:"):
                for name, value in re.findall(r"(Norm|Bias|loss|Objective): ([^, ]+)", text):
                    c.point("stdout.log", name.replace("Norm", "coef norm"), epoch, float(value))


if __name__ == "__main__":
    xgboost_cases(sys.argv[1])
    lightgbm_cases(sys.argv[1])
    sklearn_cases(sys.argv[1])
