"""Boosting of the split `common`: XGBoost natively with approximate cuts, by its scikit-learn face with penalties, with a monotone column; LightGBM with smoothed
paths; CatBoost with Langevin's noise. What they print, and what people keep of evals_result(). Each returns the training and the held-out losses of all rounds."""

import functools
import json
import os

import numpy as np
import pandas
import xgboost

from .boosting import captured_below, fitted_catboost, rows, task, train_lightgbm, xgboost_settings


def kept(plan, path, told):
    """evals_result() as JSON, or as a table with a row a round."""
    how = plan.rng.choice(["json", "csv"])
    plan.logger = f"xgboost evals {how}"
    place = os.path.join(os.path.dirname(path), "evals_result." + how)
    if how == "json":
        with open(place, "w", encoding="utf-8") as f:
            json.dump(told, f)
    else:
        pandas.DataFrame({f"{part}-{m}": v for part, by in told.items() for m, v in by.items()}).to_csv(place, index_label="round")
    if os.path.exists(path):
        os.remove(path)


def native(plan, path, **more):
    told, metric, (X, Y, VX, VY) = {}, task(plan, False)[1], rows(plan)
    settings = {**xgboost_settings(plan), "seed": plan.seed % 10000, **more}
    train, held = xgboost.DMatrix(X, Y), xgboost.DMatrix(VX, VY)
    names, talk = plan.rng.choice([("train", "eval"), ("train", "valid"), ("train", "test")]), plan.rng.choice([True, True, 5, 10])
    stop = getattr(plan, "patience", None)
    work = lambda: xgboost.train(
        settings, train, plan.rounds, evals=[(train, names[0]), (held, names[1])], evals_result=told, verbose_eval=talk, early_stopping_rounds=stop
    )
    captured_below(path, work)
    plan.logger = "xgboost print"
    if plan.rng.random() < 0.25:
        kept(plan, path, told)
    return told[names[0]][metric], told[names[1]][metric]


def train_approx(plan, path):
    return native(plan, path, tree_method="approx")


def train_monotone(plan, path):
    """What is asked may only rise, or only fall, with the column that goes with it most."""
    X, Y, _, _ = rows(plan)
    along = np.nan_to_num(np.cov(np.c_[X, Y], rowvar=False)[-1, :-1] / (X.std(0) + 1e-9))
    signs = np.zeros(X.shape[1], int)
    signs[abs(along).argmax()] = np.sign(along[abs(along).argmax()])
    return native(plan, path, tree_method="hist", monotone_constraints="(" + ",".join(map(str, signs)) + ")")


def train_penalised(plan, path):
    X, Y, VX, VY = rows(plan)
    make = xgboost.XGBRegressor if plan.data.kind == "reg" else xgboost.XGBClassifier
    given = dict(reg_alpha=0.1, gamma=0.01, colsample_bynode=0.8, n_jobs=1, random_state=plan.seed % 10000, early_stopping_rounds=getattr(plan, "patience", None))
    renamed = {{"lambda": "reg_lambda"}.get(k, k): v for k, v in plan.boost.items()}
    model = make(
        n_estimators=plan.rounds, learning_rate=plan.rate, max_depth=plan.leaves // 8 + 2, eval_metric=task(plan, False)[1], **{**given, **renamed}
    )
    talk = plan.rng.choice([True, True, 10])
    captured_below(path, lambda: model.fit(X, Y, eval_set=[(X, Y), (VX, VY)], verbose=talk))
    plan.logger, told = "xgboost sklearn", model.evals_result()
    if plan.rng.random() < 0.25:
        kept(plan, path, told)
    return [next(iter(part.values())) for part in told.values()]


def train_smoothed(plan, path):
    plan.boost = {"path_smooth": 1.0, **plan.boost}
    told = train_lightgbm(plan, path)
    plan.logger = "lightgbm print"
    return told


def train_catboost(plan, path, **more):
    loss = "RMSE" if plan.data.kind == "reg" else "Logloss" if plan.data.classes == 2 else "MultiClass"
    told = fitted_catboost(plan, path, loss, allow_writing_files=False, verbose=plan.rng.choice([1, 5, 10]), **more)
    plan.logger = "catboost print"
    return told


KINDS = dict(approx=train_approx, monotone=train_monotone, penalised=train_penalised, smoothed=train_smoothed, langevin=functools.partial(train_catboost, langevin=True))


def train(plan, path):
    return KINDS[plan.family](plan, path)
