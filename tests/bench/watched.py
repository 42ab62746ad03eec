#!/usr/bin/env python3
"""watched - what it costs a training to be watched: the same loop by turns alone (A) and under `mlwatch attach` (B), on two cores.

    watched.py MLWATCH --numpy PYTHONPATH [--rounds 4] [--seconds 60] [--every 30] [--mib 90]

The loop is numpy's: a network of two layers on one thread, a line of log each 20 steps, and a checkpoint of so many MiB (safetensors) every so
many seconds' worth of steps. How many steps fill the seconds is measured first; each turn then does the same number of them. Printed: the
time of a turn with the watch over the time without, of each pair, their median, and what two turns alone differ by.
"""
import argparse
import json
import os
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time


def loop(folder, steps, every, mib):
    """The training: `steps` steps, a checkpoint each `every` of them. Prints its seconds, of the clock and of the processor."""
    import numpy as np
    r = np.random.default_rng(1)
    x, w, v = r.standard_normal((256, 512), np.float32), r.standard_normal((512, 1024), np.float32) / 23, r.standard_normal((1024, 8), np.float32) / 32
    goal = r.standard_normal((256, 8), np.float32)
    saved = (r.standard_normal(mib << 18, np.float32) * 0.02).astype(np.float32)
    began, busy = time.perf_counter(), time.process_time()
    with open(os.path.join(folder, "log.jsonl"), "w") as log:
        for step in range(steps):
            hidden = np.maximum(x @ w, 0)
            error = hidden @ v - goal
            back = (error @ v.T) * (hidden > 0)
            v -= 1e-5 * hidden.T @ error
            w -= 1e-5 * x.T @ back
            if step % 20 == 0:
                log.write(json.dumps({"step": step, "loss": float((error ** 2).mean()), "lr": 1e-5}) + "\n")
                log.flush()
            if every and step % every == every - 1:
                saved[: w.size] = w.ravel()
                header = json.dumps({"w": {"dtype": "F32", "shape": [1024, saved.size // 1024], "data_offsets": [0, saved.nbytes]}}).encode()
                with open(os.path.join(folder, f"ckpt_{step + 1}.safetensors"), "wb") as f:
                    f.write(struct.pack("<Q", len(header)) + header)
                    f.write(saved)
    print(time.perf_counter() - began, time.process_time() - busy)


def turn(a, steps, every, watched):
    folder, home = tempfile.mkdtemp(dir=a.folder), tempfile.mkdtemp()
    run, env = os.path.join(folder, "run"), {**os.environ, "MLWATCH_HOME": home}
    os.mkdir(run)
    try:
        if watched:
            open(os.path.join(run, "log.jsonl"), "w").close()
            subprocess.run([a.program, "attach", run, "--detach"], env=env, check=True, capture_output=True)
        out = subprocess.run([sys.executable, __file__, "--loop", run, str(steps), str(every), str(a.mib)], check=True, capture_output=True, text=True,
                             env={**os.environ, "PYTHONPATH": a.numpy, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}).stdout
        if watched and every:
            looked = json.loads(subprocess.run([a.program, "report", run, "--json"], env=env, capture_output=True, text=True).stdout or "{}").get("checkpoints", [])
            print(f"    {len(looked)} checkpoints looked into" if looked else "    no checkpoint was looked into", file=sys.stderr)
        return tuple(map(float, out.split()))
    finally:
        if watched:
            subprocess.run([a.program, "daemon", "--stop"], env=env, capture_output=True)
        shutil.rmtree(folder)
        shutil.rmtree(home, ignore_errors=True)


def main():
    if len(sys.argv) == 6 and sys.argv[1] == "--loop":
        return loop(sys.argv[2], *map(int, sys.argv[3:]))
    p = argparse.ArgumentParser(usage=__doc__)
    p.add_argument("program")
    p.add_argument("--numpy", default="")
    p.add_argument("--folder", default=None)
    for name, usual in (("rounds", 4), ("mib", 90)):
        p.add_argument("--" + name, type=int, default=usual)
    for name, usual in (("seconds", 60.0), ("every", 30.0)):
        p.add_argument("--" + name, type=float, default=usual)
    a = p.parse_args()
    turn(a, 100, 0, False)
    rate = 300 / turn(a, 300, 0, False)[0]
    steps, every = int(rate * a.seconds), int(rate * a.every)
    print(f"{steps} steps, a checkpoint of {a.mib} MiB each {every}")
    alone, watched = [], []
    for i in range(a.rounds):
        alone.append(turn(a, steps, every, False))
        watched.append(turn(a, steps, every, True))
        print("  alone {:.2f} s ({:.2f} of CPU), watched {:.2f} s ({:.2f} of CPU)".format(*alone[-1], *watched[-1]))
    for k, what in enumerate(("seconds", "its own CPU seconds")):
        ratios = [100 * (w[k] / s[k] - 1) for s, w in zip(alone, watched)]
        apart = 100 * (max(s[k] for s in alone) / min(s[k] for s in alone) - 1)
        print(f"{what}, watched over alone: median {statistics.median(ratios):+.2f} % ({min(ratios):+.2f} to {max(ratios):+.2f}); turns alone differ by {apart:.2f} %")


main()
