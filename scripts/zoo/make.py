#!/usr/bin/env python3
"""make.py - trains the zoo: small networks with faults and without, in real frameworks, and keeps what they logged.

    make.py OUT [--split SPLIT] [--only NAME[,NAME]] [--scale X] [--again] [--part I/N]    train what OUT lacks
    make.py OUT --like LABELS.csv                                             train exactly what is named there, once each
    make.py --list                                                            faults and controls

OUT gets runs/SLUG/ with the logs, and labels.csv (its columns: tests/rates/runs.py). A run stays only when its own question was
answered with yes: a fault that did not happen and a control that did not learn are trained again with other numbers, five times at most.
It can be stopped and goes on; what was given up (given-up.txt) is tried again with --again. Those that the tests read are in tests/rates;
labels.csv has the seconds of a processor that each took. The packages are in requirements.txt; frameworks that are not installed are left out and named.
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
import zlib

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

import everyday
from faults import fault
from keep.files import pack
from keep.labels import known, label_of, refresh, save
from training import KERAS, carry_out

torch.set_num_threads(1)
warnings.simplefilter("ignore")
MODULES = [
    "rates",
    "numbers",
    "model",
    "data",
    "state",
    "by_hand",
    "climbing",
    "overlooked",
    "neglected",
    "unnoticed",
    "machine",
    "adversarial",
    "agent",
    "boosting",
    "pairs",
    "controls",
    "controls_events",
    "controls_ranges",
    "controls_odd",
    "controls_tasks",
    "controls_fresh",
    "controls_wider",
    "controls_other",
    "controls_newer",
    "library",
]
USUAL = dict(
    fault=dict(calibration=3, former=4, development=1.5, unseen=3, fresh=2.6, wider=2, other=1.3, newer=2.6, genuine=2.6, common=2.6),
    control=dict(calibration=4, former=7, development=3, unseen=3.3, fresh=2.7, wider=1.4, other=0.7, newer=2.9, genuine=3.5, common=2.6),
)
# How each is called in run names, in seeds and in labels.csv. Former report splits have been looked at: they are for development now.
SPLITS = dict(
    calibration=("c", "calibration", "calibration"),
    former=("r", "report", "development"),
    development=("d", "development", "development"),
    unseen=("u", "unseen", "development"),
    fresh=("v", "fresh", "development"),
    wider=("w", "wider", "development"),
    other=("x", "other", "development"),
    newer=("y", "newer", "development"),
    genuine=("z", "genuine", "development"),
    common=("n", "common", "development"),
    everyday=("m", "everyday", "development"),
    likely=("l", "likely", "development"),
    familiar=("k", "familiar", "development"),
    handy=("j", "handy", "development"),
    homely=("i", "homely", "report"),
)
SECONDS = 20  # of a processor, after which no further attempt is begun


def entries():
    for name in MODULES:
        importlib.import_module("faults." + name)
    return fault.ALL


def attempt(entry, split, seed, scratch):
    os.chdir(scratch)  # so that no log holds the name of a place of this machine
    try:
        return carry_out(entry, split, seed, ".")
    except ImportError as e:
        return print(f"left out {seed}: {e}", flush=True)
    except Exception:  # one broken run does not end the zoo
        return print(f"failed {seed}\n{traceback.format_exc()}", flush=True)
    finally:
        os.chdir("/")


def slug_of(entry, split, number):
    return f"{SPLITS[split][0]}-{'ok-' if entry.is_control else ''}{entry.name.replace('_', '-')}-{number:02d}"


def one(out, entry, split, number, seeds=None):
    """One run of the zoo; the numbers of its attempts are drawn from its name, so that none is shared. seeds: those to try instead."""
    slug, begun, spent = slug_of(entry, split, number), time.time(), time.process_time()
    home = os.path.join(os.path.abspath(out), "runs", slug)
    for seed in seeds or [f"{SPLITS[split][1]}/{entry.name}/{number}/{k}" for k in range(5)]:
        started, cpu = time.time(), time.process_time()
        with tempfile.TemporaryDirectory() as scratch:
            told = attempt(entry, split, seed, scratch)
            if told:
                told["seconds"] = round(time.process_time() - cpu, 1)
                shutil.rmtree(home, ignore_errors=True)
                pack(scratch)
                shutil.copytree(scratch, home)
                os.chmod(home, 0o755)
                took = f"{time.time() - started:.1f} s, {told['seconds']} s of a processor, {time.time() - begun:.1f} s in all"
                print(f"kept {slug} {told['framework']} {told['logger']} attempt {seed[-1]}, {took}", flush=True)
                return label_of(entry, SPLITS[split][2], slug, told)
        if time.process_time() - spent > SECONDS:
            break
    print(f"dropped {slug}, {time.time() - begun:.1f} s", flush=True)


def jobs(all_entries, splits, scale):
    """Every (number, entry, split), so ordered that a zoo cut short has a share of everything."""
    out = []
    for entry in all_entries:
        for split in splits:
            if split not in entry.hint.get("only", split).split():
                continue
            if split in everyday.SPLITS:
                out += [(n, entry, split) for n in everyday.numbers(entry, split, KERAS, scale)]
                continue
            usual = USUAL["control" if entry.is_control else "fault"][split]
            out += [(n, entry, split) for n in range(max(1, round(usual * entry.runs * scale)))]
            if split == "common" and "keras" in entry.frameworks:
                out += [(KERAS + n, entry, split) for n in range(round((5 if entry.is_control else 2) * scale))]

    def share(number, entry, split):
        """How much of its entry there is already when this one is trained."""
        all_ = everyday.number(entry, split) if split in everyday.SPLITS else entry.runs * USUAL["control" if entry.is_control else "fault"][split]
        return number % KERAS / all_

    return sorted(out, key=lambda j: (round(share(*j), 1), random.Random(f"{j[0]} {j[1].name} {j[2]}").random()))


def as_labelled(path, table):
    """The jobs of a labels.csv, each with the one seed that made it."""
    named = {letter: split for split, (letter, _, _) in SPLITS.items()}
    for slug, row in known(path).items():
        yield int(slug[-2:]), table[row["seed"].split("/")[1]], named[slug[0]], [row["seed"]]


def options():
    a = argparse.ArgumentParser(usage=__doc__)
    a.add_argument("out", nargs="?")
    a.add_argument("--split", choices=list(SPLITS))
    a.add_argument("--only")
    a.add_argument("--scale", type=float, default=1.0)
    a.add_argument("--again", action="store_true", help="also those given up before")
    a.add_argument("--part", default="0/1", metavar="I/N", help="of N that work side by side, each with an OUT of its own, the one that has number I")
    a.add_argument("--like")
    a.add_argument("--list", action="store_true")
    return a.parse_args()


def listed(chosen):
    for e in chosen:
        first = (e.change.__doc__ or "").strip().split("\n")[0]
        print(
            f"{'control' if e.is_control else 'fault':8} {e.name:22} {e.knowledge:4} {' '.join(e.frameworks):32} {e.hint.get('only', ''):11} {first}"
        )


def main():
    o = options()
    mine, of = map(int, o.part.split("/"))
    chosen = [e for e in entries() if (not o.only or e.name in o.only.split(",")) and zlib.crc32(e.name.encode()) % of == mine]
    if o.list or not o.out:
        return listed(chosen)
    path = os.path.join(os.path.abspath(o.out), "labels.csv")
    os.makedirs(o.out, exist_ok=True)
    labels, table = known(path), {e.name: e for e in fault.ALL}
    refresh(labels, fault.ALL)
    given_up = open(os.path.join(o.out, "given-up.txt"), "a+", encoding="utf-8")
    given_up.seek(0)
    skip = set() if o.again else set(given_up.read().split())
    wanted = as_labelled(o.like, table) if o.like else ((*j, None) for j in jobs(chosen, [o.split] if o.split else list(SPLITS), o.scale))
    for number, entry, split, seeds in wanted:
        slug = slug_of(entry, split, number)
        if slug in labels or slug in skip:
            continue
        label = one(o.out, entry, split, number, seeds)
        if label:
            labels[slug] = label
            save(path, labels)
        else:
            print(slug, file=given_up, flush=True)
    save(path, labels)


if __name__ == "__main__":
    main()
