#!/usr/bin/env python3
"""fit_whole - write analyzers/stats/whole_trees.c anew: how like a faulty run a run is, from the calibration and the development split of the zoo.

    fit_whole.py TOOL PROGRAM [LABELS.csv] >analyzers/stats/whole_trees.c

TOOL is tool_whole, PROGRAM an mlwatch. Needs XGBoost and numpy (scripts/zoo/requirements.txt). Boosted trees, three cuts deep, with numbers that
can only speak against a run held to that. They are asked only about runs of which nothing else is told (engine/judge), and so these count most:
one of which something is told counts for TOLD of another. The table on stderr says what they are worth: each part of the splits (the first letter of a slug)
judged by trees that were fitted to all the others; how many of the faults that nothing else finds are caught, by how many of the healthy runs
that nothing else warns of are beyond the same share. The report split is never read here.
"""
import json
import math
import os
import subprocess
import sys
import textwrap

import numpy as np
import xgboost

import runs

SPLITS = ("calibration", "development")
ROUNDS = 200
TOLD = 1 / 8
WIDTH = 130  # of a line of C
FEWEST = 6  # values of the loss: of fewer nothing is asked (whole_run_points)
LESS_IS_BETTER = {"train_fell", "train_best", "train_back", "train_same", "train_high", "held_fell", "held_best", "held_back", "held_same",
                  "score_back", "score_same", "gap_last", "gap_best"}
MORE_IS_BETTER = {"score_last", "score_gain"}
PARAMETERS = {"max_depth": 3, "eta": 0.1, "min_child_weight": 5, "reg_lambda": 4, "objective": "binary:logistic", "nthread": 1,
              "subsample": 0.8, "colsample_bytree": 0.6, "seed": 1, "base_score": 0.5}
SHOWN = (2, 4, 8, 16)


def features(tool, root, slugs):
    """Names; and slug -> its rows, one for each run below it."""
    out = subprocess.run([tool] + sorted(slugs), cwd=root, capture_output=True, text=True, check=True).stdout.splitlines()
    rows = {}
    for line in out[1:]:
        _, where, *values = line.split("\t")
        rows.setdefault(where.split("/")[0], []).append([float(v) for v in values])
    return out[0].split("\t")[1:], rows


def fit(names, x, y, weight):
    held = tuple(1 if n in LESS_IS_BETTER else -1 if n in MORE_IS_BETTER else 0 for n in names)
    return xgboost.train({**PARAMETERS, "monotone_constraints": held}, xgboost.DMatrix(x, y, weight=weight), ROUNDS)


def worth(names, slugs, x, y, weight, told):
    """By how many alarms how many faults are caught, each part judged by the others."""
    parts = np.array([s[0] for s in slugs])
    share = np.zeros(len(y))
    for part in sorted(set(parts)):
        rest = parts != part
        share[~rest] = fit(names, x[rest], y[rest], weight[rest]).predict(xgboost.DMatrix(x[~rest]))
    silent = np.array([not told[s] for s in slugs])
    healthy = np.sort(share[(y == 0) & silent])[::-1]
    missed = silent & (y == 1)
    print(f"of {int(missed.sum())} faults nothing is told, {len(healthy)} healthy runs are not warned of", file=sys.stderr)
    for alarms in SHOWN:
        print(f"beyond {healthy[alarms]:.3f}: {alarms} healthy, {int((share[missed] > healthy[alarms]).sum())} faults", file=sys.stderr)


def nodes(tree):
    """A tree of XGBoost's as rows of struct whole_node."""
    flat = []

    def add(node):
        flat.append(node)
        for child in node.get("children", []):
            add(child)
    add(tree)
    place = {n["nodeid"]: i for i, n in enumerate(flat)}
    for n in flat:
        if "leaf" in n:
            yield f"{{-1, 0, 0, 0, {n['leaf']:.6g}F}}"
        else:
            yield (f"{{{n['split'][1:]}, {place[n['yes']]}, {place[n['no']]}, {int(n['missing'] == n['yes'])}, "
                   f"{n['split_condition']:.9g}F}}")


def c_float(text):
    """1F is no number in C, 1.0F is."""
    return text if "." in text or "e" in text else text.replace("F}", ".0F}")


def write(model, n):
    trees = [list(nodes(json.loads(t))) for t in model.get_dump(dump_format="json")]
    starts = np.cumsum([0] + [len(t) for t in trees])[:-1]
    print(f"/* whole_trees - written by tests/rates/fit_whole.py from {n} runs of the zoo. */")
    print('#include "whole_trees.h"\n')
    print("/* clang-format off */")
    print("const struct whole_node whole_nodes[] = {")
    print(textwrap.fill(", ".join(c_float(row).replace(", ", ",") for t in trees for row in t), WIDTH))
    print("};")
    print("/* clang-format on */")
    print(f"const uint16_t whole_trees[] = {{{', '.join(map(str, starts))}}};")
    print(f"const uint16_t whole_n_trees = {len(trees)};")
    print("const float whole_base = 0.0F;")


def main(tool, program, labels_csv=os.path.join(os.path.dirname(os.path.abspath(__file__)), "labels.csv")):
    root = os.path.join(os.path.dirname(os.path.abspath(labels_csv)), "runs")
    labels = {s: l for s, l in runs.load(labels_csv).items() if l["split"] in SPLITS}
    names, rows = features(os.path.abspath(tool), root, labels)
    results = runs.check(program, root, labels)
    told = {}
    for s, label in labels.items():
        loud = {f["kind"] for f in results.get(s, {}).get("findings", []) if f["severity"] != "info" and "runs_alike" not in
                {e["name"] for e in f["evidence"]}}
        told[s] = bool(loud)
    points = [names.index("train_points"), names.index("held_points")]
    kept = [(s, r) for s in sorted(rows) for r in rows[s] if np.nanmax([r[i] for i in points] + [0]) >= math.log10(FEWEST)]
    slugs = [s for s, _ in kept]
    x = np.clip(np.array([r for _, r in kept]), -1e6, 1e6)
    y = np.array([1 if labels[s]["kinds"] else 0 for s in slugs])
    weight = np.array([TOLD if told[s] else 1.0 for s in slugs])
    worth(names, slugs, x, y, weight, told)
    write(fit(names, x, y, weight), len(set(slugs)))


if __name__ == "__main__":
    main(*sys.argv[1:])
