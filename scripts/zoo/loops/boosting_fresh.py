"""Boosting of the split `fresh`: CatBoost that grows leaf by leaf, XGBoost with several trees a round through its scikit-learn face, XGBoost's
cross-validation as the table people keep of it, scikit-learn's oldest trees. Each returns the training and the held-out losses of all rounds.
"""

import contextlib
import os

import numpy as np
import xgboost
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor
from sklearn.metrics import log_loss, mean_squared_error

from .boosting import captured_below, fitted_catboost, rows, task, xgboost_settings


def train_lossguide(plan, path):
    more = dict(grow_policy="Lossguide", max_leaves=plan.leaves, allow_writing_files=False, verbose=plan.rng.choice([1, 2, 5]))
    plan.logger = "catboost print"
    return fitted_catboost(plan, path, {"reg": "MAE"}.get(plan.data.kind, "MultiClassOneVsAll"), **more)


def train_forest(plan, path):
    X, Y, VX, VY = rows(plan)
    make = xgboost.XGBRegressor if plan.data.kind == "reg" else xgboost.XGBClassifier
    model = make(
        n_estimators=plan.rounds,
        learning_rate=plan.rate,
        max_depth=plan.leaves // 8 + 2,
        num_parallel_tree=3,
        subsample=0.8,
        n_jobs=1,
        random_state=plan.seed % 10000,
        eval_metric=task(plan, False)[1],
        **plan.boost,
    )
    captured_below(path, lambda: model.fit(X, Y, eval_set=[(X, Y), (VX, VY)], verbose=plan.rng.choice([1, 2, 5])))
    plan.logger, told = "xgboost print", model.evals_result()
    return [next(iter(part.values())) for part in told.values()]


def train_folds(plan, path):
    """xgb.cv(...).to_csv(): means and deviations of four folds, a row a round."""
    X, Y, VX, VY = rows(plan)
    settings, metric = xgboost_settings(plan), task(plan, False)[1]
    data = xgboost.DMatrix(np.concatenate([X, VX]), np.concatenate([Y, VY]))
    table = xgboost.cv(settings, data, plan.rounds, nfold=4, seed=plan.seed % 10000)
    table.to_csv(os.path.join(os.path.dirname(path), "cv_results.csv"))
    plan.logger = "xgboost cv"
    return table[f"train-{metric}-mean"].tolist(), table[f"test-{metric}-mean"].tolist()


def train_gradient(plan, path):
    X, Y, VX, VY = rows(plan)
    number = plan.data.kind == "reg"
    make = GradientBoostingRegressor if number else GradientBoostingClassifier
    model = make(
        learning_rate=plan.rate,
        n_estimators=min(plan.rounds, 90),
        max_leaf_nodes=plan.leaves,
        verbose=2,
        random_state=plan.seed % 10000,
        **plan.boost,
    )
    with open(path, "w", encoding="utf-8") as f, contextlib.redirect_stdout(f):
        model.fit(X, Y)
    plan.logger, plan.rounds = "sklearn print", min(plan.rounds, 90)
    stages = model.staged_predict(VX) if number else model.staged_predict_proba(VX)
    held = [float(mean_squared_error(VY, p)) if number else float(log_loss(VY, p, labels=range(plan.data.classes))) for p in stages]
    return [float(v) for v in model.train_score_], held


def train(plan, path):
    return dict(lossguide=train_lossguide, forest=train_forest, folds=train_folds, gradient=train_gradient)[plan.family](plan, path)
