"""Boosting of the report split: CatBoost with what it prints or keeps in catboost_info, scikit-learn's histogram trees, LightGBM with one-sided
sampling through its scikit-learn face. Each returns the training and the held-out losses of all rounds."""

import contextlib
import os

import catboost
import lightgbm
import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor


def rows(plan):
    d = plan.data
    return np.asarray(d.X), np.asarray(d.Y).ravel(), np.asarray(d.VX), np.asarray(d.VY).ravel()


def train_catboost(plan, path):
    X, Y, VX, VY = rows(plan)
    loss = {"reg": "RMSE"}.get(plan.data.kind, "MultiClass")
    kept = plan.rng.random() < 0.4
    more = (
        dict(train_dir=os.path.join(os.path.dirname(path), "catboost_info"), verbose=False)
        if kept
        else dict(allow_writing_files=False, verbose=plan.rng.choice([1, 5, 10]))
    )
    model = catboost.CatBoost(
        dict(
            loss_function=loss,
            iterations=plan.rounds,
            learning_rate=plan.rate,
            depth=3 + plan.leaves // 8,
            random_seed=plan.seed % 10000,
            thread_count=1,
            **plan.boost,
            **more,
        )
    )
    with open(path, "w", encoding="utf-8") as f:
        model.fit(X, Y, eval_set=(VX, VY), use_best_model=False, log_cout=f, log_cerr=f)
    if kept:
        os.remove(path)
    plan.logger = "catboost " + ("info" if kept else "print")
    told = model.get_evals_result()
    return told["learn"][loss], told["validation"][loss]


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
    from .boosting import captured_below

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
