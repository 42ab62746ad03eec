"""Boosting of the split `homely`: XGBoost natively with leaves grown where most is to be gained, LightGBM with a price on a leaf's squared value, CatBoost with shallow trees."""

from . import boosting_likely
from .boosting_common import native, train_catboost


def chosen(plan):
    return ["xgb-lossguide", "lgbm-l2", "cat-shallow", "xgb-lossguide", "lgbm-l2"][plan.seed % 5]


def lossguide(plan, path):
    return native(plan, path, tree_method="hist", grow_policy="lossguide", max_leaves=12)


def priced(plan, path):
    return boosting_likely.train_lightgbm(plan, path, lambda_l2=plan.boost.pop("lambda_l2", 1.0))


def shallow(plan, path):
    return train_catboost(plan, path, depth=4, **(dict(early_stopping_rounds=plan.patience) if hasattr(plan, "patience") else {}))


KINDS = {"xgb-lossguide": lossguide, "lgbm-l2": priced, "cat-shallow": shallow}


def train(plan, path):
    return KINDS[plan.family](plan, path)
