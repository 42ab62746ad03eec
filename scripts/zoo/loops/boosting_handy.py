"""Boosting of the split `handy`: XGBoost natively with a share of the columns at each level, LightGBM with a price on its leaves' absolute values, CatBoost with a lot drawn for each
row."""

from . import boosting_likely
from .boosting_common import native, train_catboost


def chosen(plan):
    return ["xgb-levels", "lgbm-l1", "cat-bernoulli", "xgb-levels", "lgbm-l1"][plan.seed % 5]


def levels(plan, path):
    return native(plan, path, tree_method="hist", colsample_bylevel=0.8, max_delta_step=5)


def priced(plan, path):
    return boosting_likely.train_lightgbm(plan, path, lambda_l1=plan.boost.pop("lambda_l1", 0.05))


def bernoulli(plan, path):
    return train_catboost(plan, path, bootstrap_type="Bernoulli", subsample=0.8, **(dict(early_stopping_rounds=plan.patience) if hasattr(plan, "patience") else {}))


KINDS = {"cat-bernoulli": bernoulli, "xgb-levels": levels, "lgbm-l1": priced}


def train(plan, path):
    return KINDS[plan.family](plan, path)
