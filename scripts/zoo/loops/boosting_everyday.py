"""Boosting of the split `everyday`: XGBoost natively and by its scikit-learn face with a share of the rows, LightGBM by its scikit-learn face."""

import os

import lightgbm
import pandas
import xgboost

from .boosting import captured_below, rows, task
from .boosting_common import kept, native


def chosen(plan):
    return ["xgb-native", "xgb-face", "xgb-native", "lgbm-face"][plan.seed % 4]


def train_native(plan, path):
    return native(plan, path, tree_method="hist")


def face(plan, path, make, sized, fit):
    """fit(model, evaluations) trains and prints; a share of rows is drawn for each tree."""
    X, Y, VX, VY = rows(plan)
    model = make(n_estimators=plan.rounds, learning_rate=plan.rate, n_jobs=1, random_state=plan.seed % 10000, subsample=0.8, **{**sized, **plan.boost})
    captured_below(path, lambda: fit(model, X, Y, [(X, Y), (VX, VY)]))
    return model


def train_face(plan, path, every=5, **more):
    make = xgboost.XGBRegressor if plan.data.kind == "reg" else xgboost.XGBClassifier
    sized = dict(max_depth=plan.leaves // 8 + 2, eval_metric=task(plan, False)[1], early_stopping_rounds=getattr(plan, "patience", None), **more)
    model = face(plan, path, make, sized, lambda m, X, Y, seen: m.fit(X, Y, eval_set=seen, verbose=plan.rng.choice([True, True, every])))
    plan.logger = "xgboost sklearn"
    if plan.rng.random() < 0.3:
        kept(plan, path, model.evals_result())
    return [next(iter(part.values())) for part in model.evals_result().values()]


def train_lgbm(plan, path):
    make = lightgbm.LGBMRegressor if plan.data.kind == "reg" else lightgbm.LGBMClassifier
    stop = [lightgbm.early_stopping(plan.patience)] if hasattr(plan, "patience") else []
    told = [lightgbm.log_evaluation(plan.rng.choice([1, 1, 5])), *stop]
    metric = task(plan, True)[1]
    sized = dict(num_leaves=plan.leaves, subsample_freq=1, verbosity=1)
    model = face(plan, path, make, sized, lambda m, X, Y, seen: m.fit(X, Y, eval_set=seen, eval_names=["train", "valid"], eval_metric=metric, callbacks=told))
    plan.logger = "lightgbm sklearn"
    if plan.rng.random() < 0.25:
        plan.logger, place = "lightgbm evals csv", os.path.join(os.path.dirname(path), "evals.csv")
        pandas.DataFrame({f"{part}_{m}": v for part, by in model.evals_result_.items() for m, v in by.items()}).to_csv(place, index_label="iteration")
        os.remove(path)
    return [part[metric] for part in (model.evals_result_["train"], model.evals_result_["valid"])]


KINDS = {"xgb-native": train_native, "xgb-face": train_face, "lgbm-face": train_lgbm}


def train(plan, path):
    return KINDS[plan.family](plan, path)
