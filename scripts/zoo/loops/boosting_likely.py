"""Boosting of the split `likely`: XGBoost natively with a share of the columns in coarse bins, and by its scikit-learn face with heavier leaves; LightGBM natively
with a share of the columns."""

import json
import os

import lightgbm

from .boosting import captured_below, rows, task
from .boosting_common import native
from .boosting_everyday import train_face


def chosen(plan):
    return ["xgb-columns", "xgb-heavy", "lgbm-train", "xgb-columns", "lgbm-train"][plan.seed % 5]


def train_columns(plan, path):
    return native(plan, path, tree_method="hist", colsample_bytree=0.7, max_bin=64)


def train_heavy(plan, path):
    return train_face(plan, path, every=10, min_child_weight=3)


def train_lightgbm(plan, path, **drawn):
    """drawn: which part of the columns or rows a tree sees."""
    (objective, metric), told, (X, Y, VX, VY) = task(plan, True), {}, rows(plan)
    settings = dict(objective=objective, metric=metric, learning_rate=plan.rate, num_leaves=plan.leaves, num_threads=1, seed=plan.seed % 10000, **(drawn or dict(feature_fraction=0.8)))
    settings.update(plan.boost, **({"num_class": plan.data.classes} if objective == "multiclass" else {}))
    train = lightgbm.Dataset(X, Y)
    stop = [lightgbm.early_stopping(plan.patience)] if hasattr(plan, "patience") else []
    callbacks = [lightgbm.log_evaluation(plan.rng.choice([1, 1, 5])), lightgbm.record_evaluation(told), *stop]
    names = plan.rng.choice([["train", "valid"], ["training", "valid_0"], ["train", "eval"]])
    sets = dict(valid_sets=[train, train.create_valid(VX, VY)], valid_names=names)
    captured_below(path, lambda: lightgbm.train(settings, train, plan.rounds, callbacks=callbacks, **sets))
    plan.logger = "lightgbm print"
    if plan.rng.random() < 0.25:
        plan.logger = "lightgbm evals json"
        with open(os.path.join(os.path.dirname(path), "evals.json"), "w", encoding="utf-8") as f:
            json.dump(told, f)
        os.remove(path)
    return [told[name][metric] for name in names]


KINDS = {"xgb-columns": train_columns, "xgb-heavy": train_heavy, "lgbm-train": train_lightgbm}


def train(plan, path):
    return KINDS[plan.family](plan, path)
