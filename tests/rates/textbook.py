#!/usr/bin/env python3
"""textbook - curves as a textbook draws them, with noise, in tables of 15 to 1,500 rows: is what is plain to see told?

    textbook.py PROGRAM [--seeds N] [--keep DIR]

Real trainings (labels.csv) decide how often the program is right. These tell what no real run happened to show: a table too short for a
window, a format in which a rule hears another axis. Each course is a function of its share of the run; each seed draws the length, the noise,
the onset and the format (JSON lines, CSV by step and by epoch, printed lines, a trainer's state). Exit code 1 when a healthy one is warned of
or when fewer of a course are told than HELD says.
"""

import argparse
import csv
import json
import math
import os
import random
import subprocess
import sys
import tempfile

TENTH = math.log(10)
FORMATS = ("jsonl", "csv", "epochs", "print", "hf")
EVALUATIONS = 25


def falls(x, start=2.3, end=0.3, scale=0.2):
    return end + (start - end) * math.exp(-x / scale)


def noisy(r, values, sd):
    return [v * math.exp(r.gauss(0, sd)) for v in values]


class Course:
    """What each share x of a run shows; `at` is its onset."""

    def __init__(self, kinds, held, at=(0.4, 0.6), **series):
        self.kinds, self.held, self.at, self.series = set(kinds.split()), held, at, series


def since(x, at):
    return max(0.0, x - at) / (1 - at)


def gone(x, at, value):
    return value if x < at else math.nan


# series: name -> (course over x and onset, noise); kinds that are right, and the share of seeds that must be told so
COURSES = {
    "healthy": Course("", 1, loss=(lambda x, at: falls(x), 0.03), val_loss=(lambda x, at: falls(x, end=0.38), 0.01),
                      grad_norm=(lambda x, at: falls(x, 2, 0.5, 0.3), 0.1)),
    "healthy, noisy": Course("", 1, loss=(lambda x, at: falls(x, 4, 1.5, 0.3), 0.2)),
    "healthy, cosine": Course("", 1, loss=(lambda x, at: falls(x, 9.2, 3.1, 0.15), 0.02), val_loss=(lambda x, at: falls(x, 9.2, 3.2, 0.15), 0.005),
                              lr=(lambda x, at: 3e-4 * min(1, 20 * x + 0.01) * 0.5 * (1 + math.cos(math.pi * x)), 0)),
    "healthy, converged": Course("", 1, loss=(lambda x, at: falls(x, 0.7, 0.05, 0.06), 0.05), val_loss=(lambda x, at: falls(x, 0.7, 0.07, 0.06), 0.02),
                                 val_acc=(lambda x, at: 1 - falls(x, 0.5, 0.03, 0.06), 0)),
    "NaN": Course("loss_nonfinite", 1, (0.3, 0.8), loss=(lambda x, at: gone(x, at, falls(x)), 0.03)),
    "diverges slowly": Course("loss_divergence", 0.9, loss=(lambda x, at: falls(x) * (1 + 2.5 * since(x, at) ** 1.3), 0.03)),
    "blows up": Course("loss_divergence loss_nonfinite", 1, (0.4, 0.7), loss=(lambda x, at: min(1e30, falls(x) * math.exp(80 * max(0, x - at))), 0.03),
                       grad_norm=(lambda x, at: min(1e30, math.exp(150 * max(0, x - at))), 0.1)),
    "overfits": Course("overfitting validation_divergence", 0.9, (0.2, 0.35), loss=(lambda x, at: falls(x, end=0.02), 0.03),
                       val_loss=(lambda x, at: 0.6 + 1.7 * math.exp(-x / 0.08) + 1.8 * max(0, x - at), 0.015)),
    "never learns": Course("loss_plateau loss_not_decreasing loss_at_chance score_stuck", 1, loss=(lambda x, at: TENTH, 0.01),
                           val_loss=(lambda x, at: TENTH, 0.003), val_acc=(lambda x, at: 0.1, 0.04)),
    "never evaluates well": Course("gap_from_start overfitting validation_divergence score_stuck", 0.85, loss=(lambda x, at: falls(x, end=0.1), 0.03),
                                   val_loss=(lambda x, at: 2.5, 0.05), val_acc=(lambda x, at: 0.15, 0.1)),
    "gradients vanish": Course("grad_vanishing", 0.9, loss=(lambda x, at: math.log(2), 0.005), grad_norm=(lambda x, at: 0.01 * math.exp(-14 * x), 0.1)),
    "the rate is 0": Course("lr_zero loss_plateau lr_out_of_schedule", 0.7, (0.3, 0.3), loss=(lambda x, at: falls(min(x, at), 3, 1, 0.3), 0.02),
                            lr=(lambda x, at: 1e-3 if x < at else 0.0, 0)),
    "memory leaks": Course("memory_growth", 1, loss=(lambda x, at: falls(x, 3, 1, 0.3), 0.02), gpu_mem_mb=(lambda x, at: 4000 + 8000 * x, 0.002)),
    "slows down": Course("throughput_drop", 0.7, (0.4, 0.6), loss=(lambda x, at: falls(x, 3, 1, 0.3), 0.02),
                         samples_per_second=(lambda x, at: 1000 if x < at else 300, 0.03)),
    "generator loses": Course("discriminator_wins", 0.9, (0.3, 0.5), d_loss=(lambda x, at: max(1e-4, 0.65 * math.exp(-20 * max(0, x - at))), 0.1),
                              g_loss=(lambda x, at: min(12, 0.9 + 20 * max(0, x - at)), 0.08)),
    "policy collapses": Course("policy_collapse score_drop", 1, (0.5, 0.7),
                               **{"rollout/ep_rew_mean": (lambda x, at: 20 + 180 * min(1, x / at) if x < at else max(15, 200 - 1850 * (x - at)), 0.03)}),
}


def draw(course, seed):
    """The rows of one run: a list of dictionaries; the format; how many steps a row is."""
    r = random.Random(seed)
    form = r.choice(FORMATS)
    n = r.choice((15, 30, 60)) if form == "epochs" else r.choice((60, 100, 200, 500, 1500))
    at = r.uniform(*course.at)
    curves = {name: noisy(r, [f(i / n, at) for i in range(n)], sd) for name, (f, sd) in course.series.items()}
    every = 1 if form == "epochs" else max(1, n // EVALUATIONS)
    rows = [{k: v[i] for k, v in curves.items() if i % every == 0 or not k.startswith("val_")} for i in range(n)]
    return rows, form, r.choice((1, 10, 50))


def write(folder, rows, form, stride):
    os.makedirs(folder)
    steps = [(i + 1) * stride for i in range(len(rows))]
    if form == "jsonl":
        with open(os.path.join(folder, "metrics.jsonl"), "w", encoding="utf-8") as f:
            f.writelines(json.dumps({"step": s, **row}) + "\n" for s, row in zip(steps, rows))
    elif form in ("csv", "epochs"):
        axis = "step" if form == "csv" else "epoch"
        names = [axis] + list(rows[0])
        with open(os.path.join(folder, "log.csv"), "w", newline="", encoding="utf-8") as f:
            w = csv.DictWriter(f, names)
            w.writeheader()
            w.writerows({axis: s if form == "csv" else i, **row} for i, (s, row) in enumerate(zip(steps, rows)))
    elif form == "print":
        with open(os.path.join(folder, "train.log"), "w", encoding="utf-8") as f:
            for s, row in zip(steps, rows):
                f.write(f"step {s}/{steps[-1]} | " + " | ".join(f"{k} {v:.5g}" for k, v in row.items()) + "\n")
    else:
        name = {"lr": "learning_rate", "val_loss": "eval_loss", "val_acc": "eval_accuracy"}
        history = [{"step": s, **{name.get(k, k): v for k, v in row.items()}} for s, row in zip(steps, rows)]
        with open(os.path.join(folder, "trainer_state.json"), "w", encoding="utf-8") as f:
            json.dump({"log_history": history, "global_step": steps[-1], "max_steps": steps[-1]}, f)


def told(program, folder):
    out = subprocess.run([program, "check", "--format", "json", folder], capture_output=True, text=True, check=False).stdout
    return {f["kind"] for f in json.loads(out)["findings"] if f["severity"] in ("warning", "critical")}


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("program")
    a.add_argument("--seeds", type=int, default=20)
    a.add_argument("--keep", help="leave the runs in this directory")
    a = a.parse_args()
    short = []
    with tempfile.TemporaryDirectory() as scratch:
        for name, course in COURSES.items():
            right, missed = 0, []
            for seed in range(a.seeds):
                rows, form, stride = draw(course, f"{name} {seed}")
                folder = os.path.join(a.keep or scratch, f"{name.replace(' ', '-').replace(',', '')}-{seed:02}")
                write(folder, rows, form, stride)
                kinds = told(a.program, folder)
                ok = bool(kinds & course.kinds) if course.kinds else not kinds
                right += ok
                missed += [] if ok else [f"{seed} ({form}, {len(rows)} rows: {' '.join(sorted(kinds)) or 'nothing'})"]
            print(f"{name:22} {right:3}/{a.seeds}  {'; '.join(missed)}")
            short += [name] if right < course.held * a.seeds else []
    if short:
        print("less than is held:", ", ".join(short))
    return bool(short)


if __name__ == "__main__":
    sys.exit(main())
