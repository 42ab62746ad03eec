#!/usr/bin/env python3
"""wandb_against - a .wandb file here and by W&B's own reader, in turns.

    wandb_against.py FILE --ours BENCH_WANDB --packages DIRECTORY [--rounds 3]

--ours       the program bench_wandb
--packages   a directory that holds the packages of peers/wandb_reader.py
Both read with one thread and say what CPU time they took. W&B's reader is measured twice: with every history value decoded, which is what is
compared here, and with records scanned and parsed only, where its values are still JSON text. Points and their sum must agree.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys

READER = os.path.join(os.path.dirname(os.path.realpath(__file__)), "peers", "wandb_reader.py")


def told(command, **options):
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True, **options).stdout)


def spread(values):
    return f"{statistics.median(values):.1f} ({min(values):.1f} to {max(values):.1f})"


def main():
    p = argparse.ArgumentParser()
    p.add_argument("file")
    p.add_argument("--ours", required=True)
    p.add_argument("--packages", required=True)
    p.add_argument("--rounds", type=int, default=3)
    a = p.parse_args()
    environment = dict(os.environ, PYTHONPATH=a.packages)
    told([a.ours, a.file])                                 # the page cache is warm for both
    rounds = []
    for _ in range(a.rounds):
        ours = told([a.ours, a.file])
        theirs = told([sys.executable, READER, "read", a.file], env=environment)
        if ours["points"] != theirs["points"] or abs(ours["sum"] - theirs["sum"]) > 1e-9 * abs(theirs["sum"]):
            sys.exit(f"the readers disagree: {ours} and {theirs}")
        rounds.append((ours["seconds"], theirs["values_s"], theirs["scan_s"]))
    print(f"{theirs['records']} records, {ours['points']} points, {ours['bytes']} bytes; protobuf by {theirs['protobuf']}")
    print("ours     ", " ".join(f"{o:.3f}" for o, _, _ in rounds), "s,", spread([ours["bytes"] / o / 1e6 for o, _, _ in rounds]), "MB/s")
    print("W&B      ", " ".join(f"{v:.2f}" for _, v, _ in rounds), "s")
    print("ratio    ", spread([v / o for o, v, _ in rounds]), "times W&B's reader with values,", spread([s / o for o, _, s in rounds]),
          "times without")


if __name__ == "__main__":
    main()
