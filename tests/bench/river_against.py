#!/usr/bin/env python3
"""river_against - every analyzer of a loss against River's drift detectors, on the same losses, in turns.

    river_against.py --ours BENCH_ANALYZERS --packages DIRECTORY [--series 1000] [--points 10000] [--rounds 3]

--ours       the program bench_analyzers, which makes the losses
--packages   a directory that holds river
Ours are the analyzers that do what River's do (is the level another one?), each alone, with the logarithm of each value and without the curves
that the host keeps for others, and all that hear a loss together, with the curves; of River's, each detector is alone. Both get the values from memory, one after
the other, in one thread; what they took is CPU time. A detector that needs more than its share of time sees only the first series of the
thousand: what counts is nanoseconds a point. The ratio of a round is of two measurements that follow each other.
"""
import argparse
import array
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

SHARE_S = 4.0
ALONE = ("loss_rising", "loss_divergence", "loss_spike")


def spread(values, digits=1):
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def ours(program, path, series, points, *name):
    done = subprocess.run([program, "--detect", path, str(series), str(points), *name], capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    return 1e9 * told["seconds"] / told["points"], told


def theirs(make, losses, series, points):
    """Nanoseconds a point, and how many series were seen in SHARE_S."""
    spent, seen = 0.0, 0
    for s in range(series):
        detector, values = make(), losses[s * points : (s + 1) * points].tolist()
        update = detector.update
        began = time.process_time()
        for x in values:
            update(x)
        spent += time.process_time() - began
        seen += 1
        if spent > SHARE_S:
            break
    return 1e9 * spent / (seen * points), seen


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--ours", required=True)
    p.add_argument("--packages", required=True)
    p.add_argument("--series", type=int, default=1000)
    p.add_argument("--points", type=int, default=10000)
    p.add_argument("--rounds", type=int, default=3)
    a = p.parse_args()
    sys.path.insert(0, a.packages)
    import river
    from river import drift

    detectors = dict(ADWIN=drift.ADWIN, PageHinkley=drift.PageHinkley, KSWIN=lambda: drift.KSWIN(seed=1))
    with tempfile.TemporaryDirectory() as scratch:
        path = os.path.join(scratch, "losses")
        subprocess.run([a.ours, "--make", path, str(a.series), str(a.points)], check=True)
        losses = array.array("d")
        with open(path, "rb") as f:
            losses.fromfile(f, a.series * a.points)
        here, there, seen = {}, {name: [] for name in detectors}, {}
        for _ in range(a.rounds):
            for name in [*ALONE, "all"]:
                took, told = ours(a.ours, path, a.series, a.points, *([] if name == "all" else [name]))
                here.setdefault(name, []).append(took)
            for name, make in detectors.items():
                took, seen[name] = theirs(make, losses, a.series, a.points)
                there[name].append(took)
    print(f"{a.series} series of {a.points} points; river {river.__version__}, Python {sys.version.split()[0]}; ns a point: median (least to most)")
    for name, took in here.items():
        words = f"all {told['analyzers']} analyzers" if name == "all" else name
        print(f"  {words:18} {spread(took)}")
    print(f"  told something of {told['told']} series")
    for name, took in there.items():
        print(f"  River {name:12} {spread(took)}, of {seen[name]} series; times ours:")
        for mine, other in here.items():
            print(f"    {mine:16} {spread([t / o for t, o in zip(took, other)])}")
    print("  River's three together, times all of ours:", spread([sum(x) / o for *x, o in zip(*there.values(), here["all"])]))


if __name__ == "__main__":
    main()
