"""Gradient boosting: LightGBM calibrates, XGBoost and randomised relatives of both are developed on; with what they print. The later splits have files
of their own."""

import contextlib
import importlib
import os

import lightgbm
import numpy as np
import xgboost

from tasks.plan import USUAL, WRITTEN


def library(plan):
    if plan.split == "unseen":
        return ["catboost", "histogram", "goss"][plan.seed % 3]
    if plan.split == "genuine":
        return ["ngboost", "depthwise", "gblinear", "piecewise"][plan.seed % 4]
    if plan.split in WRITTEN:
        return getattr(plan, "trees", None) or importlib.import_module("loops.boosting_" + plan.split).chosen(plan)
    if plan.split == "common":
        return getattr(plan, "trees", None) or ["approx", "penalised", "monotone", "approx", "penalised", "smoothed", "langevin"][plan.seed % 7]
    if plan.split == "newer":
        return ["ordered", "leafwise", "rounded", "cvfolds"][plan.seed % 4]
    if plan.split == "fresh":
        return ["lossguide", "forest", "folds", "gradient"][plan.seed % 4]
    if plan.split in ("development", "wider", "other"):
        return "lightgbm" if plan.seed % 2 else "xgboost"
    return "lightgbm" if plan.split == "calibration" else "xgboost"


OVERFITS = dict(
    lightgbm={"min_data_in_leaf": 2, "lambda_l2": 0.0},
    xgboost={"min_child_weight": 0, "lambda": 0},
    catboost={"l2_leaf_reg": 1e-3},
    histogram={"min_samples_leaf": 2, "l2_regularization": 0.0},
    lossguide={"l2_leaf_reg": 1e-3},
    forest={"min_child_weight": 0, "reg_lambda": 0},
    folds={"min_child_weight": 0, "lambda": 0},
    gradient={"min_samples_leaf": 1},
    ordered={"l2_leaf_reg": 1e-3},
    leafwise={"min_child_weight": 0, "lambda": 0},
    rounded={"min_data_in_leaf": 2, "lambda_l2": 0.0},
    ngboost={"min_samples_leaf": 1},
    depthwise={"l2_leaf_reg": 1e-3},
    gblinear={},
    approx={"min_child_weight": 0, "lambda": 0},
    penalised={"min_child_weight": 0, "reg_lambda": 0, "reg_alpha": 0, "gamma": 0},
    monotone={"min_child_weight": 0, "lambda": 0},
    smoothed={"min_data_in_leaf": 2, "lambda_l2": 0.0, "path_smooth": 0.0},
    langevin={"l2_leaf_reg": 1e-3},
    piecewise={"min_child_samples": 2, "reg_lambda": 0.0},
    cvfolds={"min_data_in_leaf": 2, "lambda_l2": 0.0},
    goss={"min_child_samples": 2, "reg_lambda": 0.0},
)
OVERFITS.update({"xgb-native": OVERFITS["xgboost"], "xgb-face": OVERFITS["forest"], "lgbm-face": OVERFITS["goss"]})
OVERFITS.update({"cat-usual": OVERFITS["catboost"], "xgb-gain": {**OVERFITS["xgboost"], "gamma": 0}, "lgbm-bagged": OVERFITS["lightgbm"]})
OVERFITS.update({"cat-bernoulli": OVERFITS["catboost"], "xgb-levels": OVERFITS["xgboost"], "lgbm-l1": {**OVERFITS["lightgbm"], "lambda_l1": 0.0}})
OVERFITS.update({"cat-shallow": OVERFITS["catboost"], "xgb-lossguide": OVERFITS["xgboost"], "lgbm-l2": OVERFITS["lightgbm"]})
OVERFITS.update({"xgb-columns": OVERFITS["xgboost"], "xgb-heavy": {**OVERFITS["forest"], "min_child_weight": 0}, "lgbm-train": OVERFITS["lightgbm"]})
WIDER = {"lightgbm": ("dart", {"boosting": "dart", "drop_rate": 0.05}), "xgboost": ("histogram", {"tree_method": "hist", "max_bin": 24})}
OTHER = {"lightgbm": ("bagged", {"bagging_fraction": 0.7, "bagging_freq": 1}), "xgboost": ("sampled", {"subsample": 0.7, "colsample_bytree": 0.8})}
RELATIVE = {"lightgbm": ("extra", {"extra_trees": True}), "xgboost": ("dart", {"booster": "dart", "rate_drop": 0.03})}


def task(plan, lightgbm_names):
    d = plan.data
    if d.kind == "reg":
        return ("regression", "rmse") if lightgbm_names else ("reg:squarederror", "rmse")
    if d.classes == 2:
        return ("binary", "binary_logloss") if lightgbm_names else ("binary:logistic", "logloss")
    return ("multiclass", "multi_logloss") if lightgbm_names else ("multi:softprob", "mlogloss")


def rows(plan):
    d = plan.data
    return np.asarray(d.X), np.asarray(d.Y).ravel(), np.asarray(d.VX), np.asarray(d.VY).ravel()


def captured_below(path, work):
    """XGBoost prints from C: the descriptor itself is pointed at the file."""
    with open(path, "w", encoding="utf-8") as f:
        keep = os.dup(1)
        os.dup2(f.fileno(), 1)
        try:
            with contextlib.redirect_stdout(f):
                return work()
        finally:
            os.dup2(keep, 1)
            os.close(keep)


def train_lightgbm(plan, path):
    objective, metric = task(plan, True)
    d, seen, (X, Y, VX, VY) = plan.data, {}, rows(plan)
    settings = {
        "objective": objective,
        "metric": metric,
        "learning_rate": plan.rate,
        "num_leaves": plan.leaves,
        "verbosity": 1,
        "num_threads": 1,
        "seed": plan.seed % 10000,
        **plan.boost,
    }
    if d.classes > 2 and d.kind == "cls":
        settings["num_class"] = d.classes
    train = lightgbm.Dataset(X, Y)
    held = train.create_valid(VX, VY)
    work = lambda: lightgbm.train(
        settings,
        train,
        plan.rounds,
        valid_sets=[train, held],
        valid_names=["training", "valid_1"],
        callbacks=[lightgbm.log_evaluation(1), lightgbm.record_evaluation(seen)],
    )
    captured_below(path, work)
    return seen["training"][metric], seen["valid_1"][metric]


def xgboost_settings(plan):
    objective, metric = task(plan, False)
    depth = plan.leaves // 8 + 2
    settings = {"objective": objective, "eval_metric": metric, "eta": plan.rate, "max_depth": depth, "nthread": 1, **plan.boost}
    return {**settings, "num_class": plan.data.classes} if objective == "multi:softprob" else settings


def fitted_catboost(plan, path, loss, **more):
    """What it prints goes to the file; the training and the held-out losses."""
    import catboost  # of later splits alone

    X, Y, VX, VY = rows(plan)
    usual = dict(iterations=plan.rounds, learning_rate=plan.rate, random_seed=plan.seed % 10000, thread_count=1)
    model = catboost.CatBoost(dict(loss_function=loss, **usual, **plan.boost, **more))
    with open(path, "w", encoding="utf-8") as f:
        model.fit(X, Y, eval_set=(VX, VY), use_best_model=False, log_cout=f, log_cerr=f)
    told = model.get_evals_result()
    return told["learn"][loss], told["validation"][loss]


def train_xgboost(plan, path):
    seen, metric, (X, Y, VX, VY) = {}, task(plan, False)[1], rows(plan)
    settings = {**xgboost_settings(plan), "seed": plan.seed % 10000}
    train, held = xgboost.DMatrix(X, Y), xgboost.DMatrix(VX, VY)
    work = lambda: xgboost.train(settings, train, plan.rounds, evals=[(train, "train"), (held, "eval")], evals_result=seen)
    captured_below(path, work)
    return seen["train"][metric], seen["eval"][metric]


def train(plan, directory, logger=None):
    plan.logger, plan.family = library(plan) + " print", library(plan)
    if plan.split in ("development", "wider", "other"):
        word, settings = dict(development=RELATIVE, wider=WIDER, other=OTHER)[plan.split][plan.family]
        plan.family, plan.boost = f"{plan.family}-{word}", {**settings, **plan.boost}
    path = os.path.join(directory, plan.rng.choice(["train.log", "output.txt"]))
    if plan.split == "unseen":
        from . import boosting_unseen as other
    if plan.split == "fresh":
        from . import boosting_fresh as other
    if plan.split == "newer":
        from . import boosting_newer as other
    if plan.split == "common":
        from . import boosting_common as other
    if plan.split in WRITTEN:
        other = importlib.import_module("loops.boosting_" + plan.split)
    if plan.split == "genuine":
        from . import boosting_genuine as other

    work = other.train if plan.split in ("unseen", "fresh", "newer", "genuine", *USUAL) else (train_lightgbm if library(plan) == "lightgbm" else train_xgboost)
    plan.history.loss, val = work(plan, path)
    plan.history.evals = [(i + 1, v, None) for i, v in enumerate(val)]
    return "step"
