"""Boosting of the split `genuine`: NGBoost's lines, CatBoost level by level with its own folder, XGBoost's estimator of straight lines, LightGBM's estimator with
lines in its leaves. Each returns the training and the held-out losses of all rounds."""

import contextlib
import os
import re

import lightgbm
import xgboost

from .boosting import captured_below, fitted_catboost, rows, task


def train_ngboost(plan, path):
    from ngboost import NGBClassifier, NGBRegressor
    from ngboost.distns import k_categorical
    from sklearn.tree import DecisionTreeRegressor

    X, Y, VX, VY = rows(plan)
    deep = DecisionTreeRegressor(max_depth=3 + plan.leaves // 10, **plan.boost)
    usual = dict(n_estimators=plan.rounds, learning_rate=plan.rate, Base=deep, verbose=True, verbose_eval=plan.rng.choice([1, 2, 5]), random_state=plan.seed % 10000)
    model = NGBRegressor(**usual) if plan.data.kind == "reg" else NGBClassifier(k_categorical(plan.data.classes), **usual)
    with open(path, "w", encoding="utf-8") as f, contextlib.redirect_stdout(f):
        model.fit(X, Y, X_val=VX, Y_val=VY)
    plan.logger = "ngboost print"
    with open(path, encoding="utf-8") as f:
        told = re.findall(r"loss=(\S+) val_loss=(\S+)", f.read())
    return [float(a) for a, _ in told], [float(b) for _, b in told]


def train_depthwise(plan, path):
    kept = plan.rng.random() < 0.6
    more = dict(train_dir=os.path.join(os.path.dirname(path), "catboost_info"), verbose=5) if kept else dict(allow_writing_files=False, verbose=1)
    told = fitted_catboost(plan, path, {"reg": "RMSE"}.get(plan.data.kind, "MultiClass"), depth=3 + plan.leaves // 8, grow_policy="Depthwise", **more)
    plan.logger = "catboost " + ("info and print" if kept else "print")
    return told


def train_linear(plan, path):
    seen, (X, Y, VX, VY) = {}, rows(plan)
    metric = task(plan, False)[1]
    kind = xgboost.XGBRegressor if plan.data.kind == "reg" else xgboost.XGBClassifier
    model = kind(booster="gblinear", n_estimators=plan.rounds, learning_rate=plan.rate, n_jobs=1, eval_metric=metric, random_state=plan.seed % 10000)
    captured_below(path, lambda: model.fit(X, Y, eval_set=[(X, Y), (VX, VY)], verbose=True))
    seen, plan.logger = model.evals_result(), "xgboost estimator"
    return seen["validation_0"][metric], seen["validation_1"][metric]


def train_piecewise(plan, path):
    (X, Y, VX, VY), metric = rows(plan), task(plan, True)[1]
    kind = lightgbm.LGBMRegressor if plan.data.kind == "reg" else lightgbm.LGBMClassifier
    settings = dict(n_estimators=plan.rounds, learning_rate=plan.rate, num_leaves=plan.leaves, linear_tree=True, n_jobs=1, random_state=plan.seed % 10000)
    model = kind(**settings, **plan.boost)
    calls = [lightgbm.log_evaluation(plan.rng.choice([1, 2, 5]))]
    captured_below(path, lambda: model.fit(X, Y, eval_set=[(X, Y), (VX, VY)], eval_names=["train", "valid"], eval_metric=metric, callbacks=calls))
    plan.logger = "lightgbm estimator"
    return model.evals_result_["train"][metric], model.evals_result_["valid"][metric]


def train(plan, path):
    return dict(ngboost=train_ngboost, depthwise=train_depthwise, gblinear=train_linear, piecewise=train_piecewise)[plan.family](plan, path)
