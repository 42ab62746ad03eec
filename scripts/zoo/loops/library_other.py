"""scikit-learn's own networks and lines, told by what they print with verbose=1: MLPClassifier, MLPRegressor, SGDClassifier. Its axis is the iteration, one
over all rows. plan.library holds what goes to the constructor."""

import contextlib
import os
import re
import traceback
import warnings

import numpy as np
from sklearn.linear_model import SGDClassifier
from sklearn.neural_network import MLPClassifier, MLPRegressor


def made(plan):
    usual = dict(random_state=plan.seed % 10000, verbose=1, max_iter=plan.epochs)
    if plan.library.get("line"):
        return SGDClassifier(**usual, penalty=dict(handy="l1", homely="elasticnet").get(plan.split, "l2"), loss=dict(newer="modified_huber", common="hinge", familiar="squared_hinge").get(plan.split, "log_loss"), **{k: v for k, v in plan.library.items() if k != "line"})
    kind = MLPRegressor if plan.data.kind == "reg" else MLPClassifier
    if plan.split == "newer":  # a part of the rows is kept back, and a score of it is printed
        usual.update(early_stopping=True, validation_fraction=0.2)
    return kind(**usual, **{**dict(common={"hidden_layer_sizes": (48, 24), "activation": "tanh"}, familiar={"hidden_layer_sizes": (64, 32)}, handy={"hidden_layer_sizes": (100,)}, homely={"hidden_layer_sizes": (50, 50), "alpha": 1e-3}).get(plan.split, {"hidden_layer_sizes": (32,)}), "batch_size": plan.batch, **plan.library})


def train(plan, directory, logger=None):
    X, Y = np.asarray(plan.data.X, "f8"), np.asarray(plan.data.Y).ravel() if plan.data.classes == 1 else np.asarray(plan.data.Y)
    model, path = made(plan), os.path.join(directory, plan.rng.choice(["fit.log", "nohup.out"]))
    plan.logger, plan.family = "sklearn print", type(model).__name__.lower() + {"newer": "-checked", "common": "-hinge" if plan.library.get("line") else "-deep", "familiar": "-squared" if plan.library.get("line") else "-narrows", "handy": "-sparse" if plan.library.get("line") else "-default", "homely": "-elastic" if plan.library.get("line") else "-even"}.get(plan.split, "")
    with open(path, "w", encoding="utf-8") as words, contextlib.redirect_stdout(words), contextlib.redirect_stderr(words):
        with warnings.catch_warnings():
            warnings.simplefilter("default")
            try:
                model.fit(X, Y)
            except Exception:
                plan.history.notes["broke"] = True
                words.write(traceback.format_exc())
    with open(path, encoding="utf-8") as f:
        plan.history.loss = [float(v) for v in re.findall(r"loss[ =:]+([-+.\deinfa]+)", f.read())]
    return "epoch"
