"""Boosting of the split `familiar`: CatBoost as it comes, LightGBM with bagged rows, XGBoost natively with leaves that must gain something."""

from . import boosting_likely
from .boosting_common import native, train_catboost


def chosen(plan):
    return ["cat-usual", "xgb-gain", "lgbm-bagged", "xgb-gain", "lgbm-bagged"][plan.seed % 5]


def usual(plan, path):
    return train_catboost(plan, path, **(dict(early_stopping_rounds=plan.patience) if hasattr(plan, "patience") else {}))


def gain(plan, path):
    return native(plan, path, tree_method="hist", gamma=0.02, subsample=0.75)


def bagged(plan, path):
    return boosting_likely.train_lightgbm(plan, path, bagging_fraction=0.7, bagging_freq=1)


KINDS = {"cat-usual": usual, "xgb-gain": gain, "lgbm-bagged": bagged}


def train(plan, path):
    return KINDS[plan.family](plan, path)
