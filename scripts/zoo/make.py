#!/usr/bin/env python3
"""make.py - trains the zoo: small networks with faults and without, in real frameworks, and keeps what they logged.

    make.py OUT [--split calibration|report|development] [--only NAME[,NAME]] [--scale X] [--again]    train what OUT lacks
    make.py --list                                                              faults and controls

OUT gets runs/SLUG/ with the logs, and labels.csv (its columns: tests/rates/runs.py). A run stays only when its own question was
answered with yes: a fault that did not happen and a control that did not learn are trained again with other numbers, five times at most.
It can be stopped and goes on; what was given up (given-up.txt) is tried again with --again. More than
1,000 runs; those that the tests read are in tests/rates. The packages are in requirements.txt; frameworks that are not installed are left out and
named.
"""

import argparse
import importlib
import os
import random
import shutil
import sys
import tempfile
import time
import traceback
import warnings

os.environ.update(
    KERAS_BACKEND="torch",
    USE_TF="0",
    OMP_NUM_THREADS="1",
    TF_CPP_MIN_LOG_LEVEL="3",
    TOKENIZERS_PARALLELISM="false",
    CUDA_VISIBLE_DEVICES="",
)
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import torch

from faults import fault
from keep.files import pack
from keep.labels import known, label_of, refresh, save
from tasks.plan import Plan

torch.set_num_threads(1)
warnings.simplefilter("ignore")
MODULES = [
    "rates",
    "numbers",
    "model",
    "data",
    "state",
    "machine",
    "adversarial",
    "agent",
    "boosting",
    "pairs",
    "controls",
    "controls_events",
    "controls_ranges",
]
LOOPS = dict(
    plain="plain",
    hf="hf",
    lightning="lightning",
    keras="keras",
    boosting="boosting",
    adversarial="adversarial",
    agent=dict(calibration="agent", report="sb3", development="gridworld"),
)
USUAL = dict(fault=dict(calibration=3, report=4, development=1.5), control=dict(calibration=4, report=7, development=3))


def entries():
    for name in MODULES:
        importlib.import_module("faults." + name)
    return fault.ALL


def loop_of(framework, split):
    name = LOOPS[framework]
    return importlib.import_module("loops." + (name if isinstance(name, str) else name[split]))


def make_plan(entry, split, seed):
    """A plan with the entry's fault in it, and the question whether it happened."""
    rng = random.Random(seed + "/how")
    framework = rng.choice(entry.frameworks)
    kinds = [k for k in entry.data if not (framework == "keras" and k == "lm")] or ["cls"]
    kind = rng.choice(kinds)
    if kind == "table":
        from tasks.data import OF_SPLIT

        name = rng.choice(OF_SPLIT[split]["table"])
        plan = Plan(split, seed, "reg" if name in OF_SPLIT[split]["reg"] else "cls", data=name)
    else:
        plan = Plan(split, seed, None if kind == "none" else kind)
    plan.framework, plan.keras, plan.epochs = framework, {}, rng.choice([15, 25])
    if framework == "agent":
        plan.framework = "sb3" if split == "report" else "agent"
    if framework == "keras" and plan.optimizer not in ("sgd", "adam", "rmsprop"):
        plan.optimizer, plan.rate = "adam", 2e-3
    if framework == "keras" and split == "development":
        plan.family, plan.batch = {"mixer": "layernorm"}.get(plan.family, plan.family), max(32, plan.batch)
    question = entry.change(plan)
    if split == "development":
        vary(framework, plan, entry)
    return framework, plan, question


def vary(framework, plan, entry):
    """The development split logs as rarely as people do, as long as forty points are left of a run."""
    if framework in ("plain", "hf") and not hasattr(plan, "carry_out") and not entry.hint.get("as_it_is"):
        plan.log_every = plan.rng.choice([n for n in (1, 2, 10, 20, 50) if plan.steps >= 40 * n] or [1])


def carry_out(entry, split, seed, directory):
    """Train one run; its label, or None when it is no example of the entry."""
    framework, plan, question = make_plan(entry, split, seed)
    if hasattr(plan, "carry_out"):
        axis = plan.carry_out(directory)
    else:
        wish = plan.logger_wish if framework == "plain" and hasattr(plan, "logger_wish") else None
        if framework == "plain" and entry.hint.get("lines") and not wish:
            from loops.loggers import LINES

            wish = plan.rng.choice(LINES)
        wish = "console" if framework == "hf" and "run_crashed" in entry.kinds else wish
        axis = loop_of(framework, split).train(plan, directory, wish)
    answer = question()
    if answer is None:
        return None
    length = plan.steps if axis == "step" else plan.epochs
    if framework == "boosting":
        length = plan.rounds
    if framework == "agent" and split != "report":
        length = plan.steps * plan.agent.get("unit", plan.agent["T"] * 16)
    return dict(
        answer,
        length=length,
        framework=framework if plan.framework != "sb3" else "sb3",
        logger=plan.logger,
        family=plan.family,
        data="-" if framework in ("adversarial", "agent") else plan.data.name,
        seed=seed,
    )


def one(out, entry, split, number, tries=5):
    """One run of the zoo; the numbers of its attempts are drawn from its name, so that none is shared."""
    slug = f"{split[0]}-{'ok-' if entry.is_control else ''}{entry.name.replace('_', '-')}-{number:02d}"
    home = os.path.join(os.path.abspath(out), "runs", slug)
    started = time.time()
    for attempt in range(tries):
        with tempfile.TemporaryDirectory() as scratch:
            os.chdir(scratch)  # so that no log holds the name of a place of this machine
            try:
                told = carry_out(entry, split, f"{split}/{entry.name}/{number}/{attempt}", ".")
            except ImportError as e:
                return print(f"left out {slug}: {e}", flush=True)
            except Exception:  # one broken run does not end the zoo
                told = print(f"failed {slug}\n{traceback.format_exc()}", flush=True)
            os.chdir("/")
            if told:
                shutil.rmtree(home, ignore_errors=True)
                pack(scratch)
                shutil.copytree(scratch, home)
                os.chmod(home, 0o755)
                print(f"kept {slug} {told['framework']} {told['logger']} attempt {attempt + 1} {time.time() - started:.1f} s", flush=True)
                return label_of(entry, split, slug, told)
        if time.time() - started > 50:
            break
    print(f"dropped {slug} after {attempt + 1} attempts, {time.time() - started:.1f} s", flush=True)


def jobs(all_entries, splits, scale):
    """Every (number, entry, split), so ordered that a zoo cut short has a share of everything."""
    out = []
    for entry in all_entries:
        for split in splits:
            if split != entry.hint.get("only", split):
                continue
            usual = USUAL["control" if entry.is_control else "fault"][split]
            out += [(n, entry, split) for n in range(max(1, round(usual * entry.runs * scale)))]
    share = lambda number, entry, split: number / entry.runs / USUAL["control" if entry.is_control else "fault"][split]
    return sorted(out, key=lambda j: (round(share(*j), 1), random.Random(f"{j[0]} {j[1].name} {j[2]}").random()))


def main():
    a = argparse.ArgumentParser(usage=__doc__)
    a.add_argument("out", nargs="?")
    a.add_argument("--split", choices=["calibration", "report", "development"])
    a.add_argument("--only")
    a.add_argument("--scale", type=float, default=1.0)
    a.add_argument("--again", action="store_true", help="also those given up before")
    a.add_argument("--list", action="store_true")
    o = a.parse_args()
    chosen = [e for e in entries() if not o.only or e.name in o.only.split(",")]
    if o.list or not o.out:
        for e in chosen:
            print(
                f"{'control' if e.is_control else 'fault':8} {e.name:22} {e.knowledge:4} {' '.join(e.frameworks):32}"
                f" {(e.change.__doc__ or '').strip().splitlines()[0] if e.change.__doc__ else ''}"
            )
        return
    o.out = os.path.abspath(o.out)
    path = os.path.join(o.out, "labels.csv")
    os.makedirs(o.out, exist_ok=True)
    labels = known(path)
    refresh(labels, fault.ALL)
    given_up = open(os.path.join(o.out, "given-up.txt"), "a+", encoding="utf-8")
    given_up.seek(0)
    skip = set() if o.again else set(given_up.read().split())
    for number, entry, split in jobs(chosen, [o.split] if o.split else ["calibration", "report", "development"], o.scale):
        slug = f"{split[0]}-{'ok-' if entry.is_control else ''}{entry.name.replace('_', '-')}-{number:02d}"
        if slug in labels or slug in skip:
            continue
        label = one(o.out, entry, split, number)
        if label:
            labels[slug] = label
            save(path, labels)
        else:
            print(slug, file=given_up, flush=True)
    save(path, labels)


if __name__ == "__main__":
    main()
