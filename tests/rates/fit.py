#!/usr/bin/env python3
"""fit - what the sum of clues is worth: slope and intercept of templates/calibration/causes.json, from the calibration and the development
split of the zoo.

    fit.py PROGRAM [LABELS.csv]

The program judges those runs with confidences as they are summed (slope 1, intercept 0); then
    logit(P(right)) = slope * logit(confidence of the best cause) + intercept
is fitted by penalised maximum likelihood (Platt 1999, with a normal prior around slope 1 and intercept 0, for there are only some hundred runs:
sd 0.5 and 1), and the same for the causes behind the best one (behind_slope, behind_intercept), which are right less often at an equal sum.
The report split is never read here.
"""
import json
import math
import os
import shutil
import sys
import tempfile

import measures
import runs

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SPLITS = ("calibration", "development")
SLOPE_SD, INTERCEPT_SD = 0.5, 1.0


def write(path, best, behind, n):
    with open(path, "w", encoding="utf-8") as f:
        json.dump({"id": "causes", "slope": round(best[0], 3), "intercept": round(best[1], 3), "behind_slope": round(behind[0], 3),
                   "behind_intercept": round(behind[1], 3), "runs": n,
                   "source": "tests/rates/fit.py on the calibration and development splits of tests/rates/labels.csv"}, f, indent=2)
        f.write("\n")


def pairs_of(program, labels_csv):
    """(confidence, was it right) of the best causes of the faulty runs, and of those behind them, uncalibrated."""
    with tempfile.TemporaryDirectory() as scratch:
        templates = os.path.join(scratch, "templates")
        shutil.copytree(os.path.join(ROOT, "templates"), templates)
        write(os.path.join(templates, "calibration", "causes.json"), (1.0, 0.0), (1.0, 0.0), 0)
        os.environ["MLWATCH_TEMPLATES"] = templates
        labels = {s: l for s, l in runs.load(labels_csv).items() if l["split"] in SPLITS and l["causes"]}
        results = runs.check(program, os.path.join(os.path.dirname(os.path.abspath(labels_csv)), "runs"), labels)
        del os.environ["MLWATCH_TEMPLATES"]
    told = [(rank, float(c["confidence"]), c["id"] in labels[s]["causes"])
            for s, r in results.items() for rank, c in enumerate(r.get("causes", [])[:3])]
    return [(p, hit) for rank, p, hit in told if not rank], [(p, hit) for rank, p, hit in told if rank]


def fit(pairs, rounds=50):
    """Newton's method on the penalised log likelihood; two parameters."""
    a, b = 1.0, 0.0
    for _ in range(rounds):
        ga, gb = -(a - 1) / SLOPE_SD**2, -b / INTERCEPT_SD**2
        haa, hab, hbb = 1 / SLOPE_SD**2, 0.0, 1 / INTERCEPT_SD**2
        for confidence, right in pairs:
            c = min(max(confidence, 0.01), 0.97)
            x = math.log(c / (1 - c))
            p = 1 / (1 + math.exp(-(a * x + b)))
            ga, gb = ga + (right - p) * x, gb + (right - p)
            haa, hab, hbb = haa + p * (1 - p) * x * x, hab + p * (1 - p) * x, hbb + p * (1 - p)
        det = haa * hbb - hab * hab
        a, b = a + (hbb * ga - hab * gb) / det, b + (haa * gb - hab * ga) / det
    return a, b


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    labels = sys.argv[2] if len(sys.argv) == 3 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "labels.csv")
    pairs, behind = pairs_of(os.path.abspath(sys.argv[1]), labels)
    slope, intercept = fit(pairs)
    moved = [(1 / (1 + math.exp(-(slope * math.log(min(c, 0.97) / (1 - min(c, 0.97))) + intercept))), hit) for c, hit in pairs]
    write(os.path.join(ROOT, "templates", "calibration", "causes.json"), (slope, intercept), fit(behind), len(pairs))
    print(f"{len(pairs)} runs: slope {slope:.3f}, intercept {intercept:.3f}; excess {measures.excess(pairs):.3f} -> {measures.excess(moved):.3f}")


if __name__ == "__main__":
    main()
