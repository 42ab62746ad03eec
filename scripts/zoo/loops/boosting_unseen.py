"""Boosting of the split `unseen`: CatBoost with what it prints or keeps in catboost_info, scikit-learn's histogram trees, LightGBM with one-sided
sampling through its scikit-learn face. Each returns the training and the held-out losses of all rounds."""

import contextlib
import os

import lightgbm
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from .boosting import captured_below, fitted_catboost, rows


def train_catboost(plan, path):
    kept = plan.rng.random() < 0.4
    more = (
        dict(train_dir=os.path.join(os.path.dirname(path), "catboost_info"), verbose=False)
        if kept
        else dict(allow_writing_files=False, verbose=plan.rng.choice([1, 5, 10]))
    )
    told = fitted_catboost(plan, path, {"reg": "RMSE"}.get(plan.data.kind, "MultiClass"), depth=3 + plan.leaves // 8, **more)
    if kept:
        os.remove(path)
    plan.logger = "catboost " + ("info" if kept else "print")
    return told


def train_histogram(plan, path):
    X, Y, VX, VY = rows(plan)
    make = HistGradientBoostingRegressor if plan.data.kind == "reg" else HistGradientBoostingClassifier
    model = make(
        learning_rate=plan.rate,
        max_iter=plan.rounds,
        max_leaf_nodes=plan.leaves,
        early_stopping=True,
        n_iter_no_change=plan.rounds,
        scoring="loss",
        verbose=2,  # from 2 on it tells each round
        random_state=plan.seed % 10000,
        **plan.boost,
    )
    with open(path, "w", encoding="utf-8") as f, contextlib.redirect_stdout(f):
        model.fit(X, Y, X_val=VX, y_val=VY)
    plan.logger = "sklearn print"
    return [-float(v) for v in model.train_score_[1:]], [-float(v) for v in model.validation_score_[1:]]


def train_goss(plan, path):
    X, Y, VX, VY = rows(plan)
    make = lightgbm.LGBMRegressor if plan.data.kind == "reg" else lightgbm.LGBMClassifier
    model = make(
        n_estimators=plan.rounds,
        learning_rate=plan.rate,
        num_leaves=plan.leaves,
        data_sample_strategy="goss",
        n_jobs=1,
        random_state=plan.seed % 10000,
        verbosity=-1,
        **plan.boost,
    )
    every = plan.rng.choice([1, 2, 5])
    sets = dict(eval_set=[(X, Y), (VX, VY)], eval_names=["train", "valid"], callbacks=[lightgbm.log_evaluation(every)])
    captured_below(path, lambda: model.fit(X, Y, **sets))
    plan.logger, metric = "lightgbm print", next(iter(model.evals_result_["train"]))
    return model.evals_result_["train"][metric], model.evals_result_["valid"][metric]


def train(plan, path):
    return dict(catboost=train_catboost, histogram=train_histogram, goss=train_goss)[plan.family](plan, path)
