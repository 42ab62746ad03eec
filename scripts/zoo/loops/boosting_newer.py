"""Boosting of the split `newer`: CatBoost with ordered boosting as catboost_info keeps it, XGBoost that grows leaf by leaf and is told by the logging module,
LightGBM with rounded gradients, and LightGBM's cross-validation. Each returns the training and the held-out losses of all rounds."""

import contextlib
import os

import lightgbm
import numpy as np
import xgboost

from .boosting import captured_below, fitted_catboost, rows, task, xgboost_settings
from .lines import stamp, thousandths


def train_ordered(plan, path):
    kept = plan.rng.random() < 0.5
    more = dict(train_dir=os.path.join(os.path.dirname(path), "catboost_info"), verbose=False)
    more = more if kept else dict(allow_writing_files=False, verbose=plan.rng.choice([1, 3]))
    told = fitted_catboost(plan, path, {"reg": "RMSE"}.get(plan.data.kind, "MultiClass"), depth=3 + plan.leaves // 8, boosting_type="Ordered", **more)
    if kept:
        os.remove(path)
    plan.logger = "catboost " + ("info" if kept else "print")
    return told


class Logged(xgboost.callback.TrainingCallback):
    """A line a round, as a service writes it."""

    def __init__(self, file, every):
        super().__init__()
        self.file, self.every = file, every

    def after_iteration(self, model, epoch, told):
        parts = [f"{part}-{name}: {values[-1]:.5f}" for part, names in told.items() for name, values in names.items()]
        if epoch % self.every == 0:
            self.file.write(f"{stamp('%Y-%m-%d %H:%M:%S')},{thousandths()} [INFO] xgb.train - iteration {epoch} | {' | '.join(parts)}\n")
        return False


def train_leafwise(plan, path):
    seen, metric, (X, Y, VX, VY) = {}, task(plan, False)[1], rows(plan)
    settings = {**xgboost_settings(plan), "seed": plan.seed % 10000, "tree_method": "hist", "grow_policy": "lossguide", "max_leaves": plan.leaves}
    train, held = xgboost.DMatrix(X, Y), xgboost.DMatrix(VX, VY)
    logged, every = plan.rng.random() < 0.5, plan.rng.choice([1, 2, 5])
    sets = dict(evals=[(train, "train"), (held, "valid")], evals_result=seen)
    if logged:
        with open(path, "w", encoding="utf-8") as f:
            xgboost.train(settings, train, plan.rounds, **sets, verbose_eval=False, callbacks=[Logged(f, every)])
    else:
        captured_below(path, lambda: xgboost.train(settings, train, plan.rounds, **sets, verbose_eval=every))
    plan.logger = "xgboost " + ("logging" if logged else "print")
    return seen["train"][metric], seen["valid"][metric]


def lightgbm_settings(plan):
    objective, metric = task(plan, True)
    usual = {"objective": objective, "metric": metric, "learning_rate": plan.rate, "num_leaves": plan.leaves, "num_threads": 1, "seed": plan.seed % 10000}
    many = {"num_class": plan.data.classes} if plan.data.classes > 2 and plan.data.kind == "cls" else {}
    return {**usual, **many, **plan.boost}, metric


def train_rounded(plan, path):
    """Early stopping is asked for, with a patience that does not end it, and says so."""
    (settings, metric), seen, (X, Y, VX, VY) = lightgbm_settings(plan), {}, rows(plan)
    settings.update(use_quantized_grad=True, verbosity=0)
    train = lightgbm.Dataset(X, Y)
    held = train.create_valid(VX, VY)
    calls = [lightgbm.early_stopping(plan.rounds), lightgbm.log_evaluation(plan.rng.choice([1, 2, 5])), lightgbm.record_evaluation(seen)]
    captured_below(
        path,
        lambda: lightgbm.train(settings, train, plan.rounds, valid_sets=[train, held], valid_names=["train", "holdout"], callbacks=calls),
    )
    plan.logger = "lightgbm print"
    return seen["train"][metric], seen["holdout"][metric]


def train_folds(plan, path):
    (settings, metric), (X, Y, VX, VY) = lightgbm_settings(plan), rows(plan)
    data = lightgbm.Dataset(np.concatenate([X, VX]), np.concatenate([Y, VY]))
    told = {}
    with open(path, "w", encoding="utf-8") as f, contextlib.redirect_stdout(f):
        told = lightgbm.cv(
            {**settings, "verbosity": -1},
            data,
            plan.rounds,
            nfold=4,
            stratified=plan.data.kind == "cls",
            seed=plan.seed % 10000,
            eval_train_metric=True,
            callbacks=[lightgbm.log_evaluation(1)],
        )
    plan.logger = "lightgbm cv"
    return told[f"train {metric}-mean"], told[f"valid {metric}-mean"]


def train(plan, path):
    work = dict(ordered=train_ordered, leafwise=train_leafwise, rounded=train_rounded, cvfolds=train_folds)[plan.family]
    return work(plan, path)
