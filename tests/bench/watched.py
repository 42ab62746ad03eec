#!/usr/bin/env python3
"""watched - what it costs a training to be watched by `mlwatch attach`.

    watched.py MLWATCH --numpy PYTHONPATH [--rounds 4] [--seconds 60] [--block 5] [--every 30] [--mib 90]

The loop is numpy's: a network of two layers on one thread, a line of log each 20 steps, a checkpoint of so many MiB (safetensors) every so many
seconds. It runs in one process, in pairs of blocks of the same number of steps, each block with its own log and folder: in one the daemon is
stopped (SIGSTOP), in the other it runs, which of them is first changes from pair to pair. So both blocks of a pair lie seconds apart, on the
same machine in the same mood, and what the daemon put off in the first it does in the second. There are so many pairs that rounds times seconds
are spent under watch. Printed: by how much the blocks under watch are
slower, the mean of all pairs with a 95 % interval (bootstrap over pairs), and what the daemon and its readers used of the processor, over the
time of the blocks under watch: more than that it cannot have taken from the loop, even on one core.
"""
import argparse
import json
import os
import random
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import time

TICKS = os.sysconf("SC_CLK_TCK")


class Loop:
    """The training: blocks of steps, as its standard input asks for them ("FOLDER STEPS SAVE"); it answers with their seconds."""

    def __init__(self, mib):
        import numpy as np
        self.np, r = np, np.random.default_rng(1)
        self.x, self.w = r.standard_normal((256, 512), np.float32), r.standard_normal((512, 1024), np.float32) / 23
        self.v, self.goal = r.standard_normal((1024, 8), np.float32) / 32, r.standard_normal((256, 8), np.float32)
        self.saved = (r.standard_normal(mib << 18, np.float32) * 0.02).astype(np.float32)
        self.step = 0

    def one(self):
        hidden = self.np.maximum(self.x @ self.w, 0)
        error = hidden @ self.v - self.goal
        back = (error @ self.v.T) * (hidden > 0)
        self.v -= 1e-5 * hidden.T @ error
        self.w -= 1e-5 * self.x.T @ back
        self.step += 1
        return float((error ** 2).mean())

    def save(self, folder):
        self.saved[: self.w.size] = self.w.ravel()
        tensor = {"dtype": "F32", "shape": [1024, self.saved.size // 1024], "data_offsets": [0, self.saved.nbytes]}
        header = json.dumps({"w": tensor}).encode()
        with open(os.path.join(folder, f"ckpt_{self.step}.safetensors"), "wb") as f:
            f.write(struct.pack("<Q", len(header)) + header)
            f.write(self.saved)

    def block(self, folder, steps, save):
        began = time.perf_counter()
        with open(os.path.join(folder, "log.jsonl"), "a") as log:
            for i in range(steps):
                loss = self.one()
                if self.step % 20 == 0:
                    log.write(json.dumps({"step": self.step, "loss": loss, "lr": 1e-5}) + "\n")
                    log.flush()
                if save and i == steps // 4:
                    self.save(folder)
        return time.perf_counter() - began

    def serve(self):
        for line in sys.stdin:
            folder, steps, save = line.split()
            print(self.block(folder, int(steps), save == "1"), flush=True)


class Training:
    def __init__(self, numpy, mib):
        env = {**os.environ, "PYTHONPATH": numpy, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        self.p = subprocess.Popen([sys.executable, __file__, "--loop", str(mib)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env)

    def block(self, folder, steps, save):
        self.p.stdin.write(f"{folder} {steps} {int(save)}\n")
        self.p.stdin.flush()
        return float(self.p.stdout.readline())


def children(pid):
    try:
        return [int(c) for t in os.listdir(f"/proc/{pid}/task") for c in open(f"/proc/{pid}/task/{t}/children").read().split()]
    except OSError:
        return []


def daemon_of(home):
    """The process that was started with this MLWATCH_HOME and serves it."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if f"MLWATCH_HOME={home}".encode() in open(f"/proc/{pid}/environ", "rb").read().split(b"\0") and int(pid) != os.getpid():
                return int(pid)
        except OSError:
            pass
    sys.exit("no daemon was started")


def used(pid):
    """Processor seconds of a process and of those it waited for."""
    fields = open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICKS


def tell(pid, what):
    for p in [pid, *children(pid)]:
        try:
            os.kill(p, what)
        except ProcessLookupError:
            pass


def interval(values, rounds=4000):
    r = random.Random(1)
    means = sorted(statistics.fmean(r.choices(values, k=len(values))) for _ in range(rounds))
    return means[rounds // 40], means[-rounds // 40]


def measure(a, training, pid, folders):
    steps = int(300 / training.block(folders[0], 300, False) * a.block)
    pairs, per_save = max(2, round(a.rounds * a.seconds / a.block)), max(1, round(a.every / a.block))
    slower, spent, lasted = [], 0.0, 0.0
    print(f"{pairs} pairs of blocks of {steps} steps, a checkpoint of {a.mib} MiB in both of each {per_save}")
    for i in range(pairs):
        seconds = {}
        for watched in (i % 2 == 0, i % 2 == 1):
            tell(pid, signal.SIGCONT if watched else signal.SIGSTOP)
            before = used(pid)
            seconds[watched] = training.block(folders[watched], steps, i % per_save == per_save // 2)
            if watched:
                spent, lasted = spent + used(pid) - before, lasted + seconds[watched]
        slower.append(100 * (seconds[True] / seconds[False] - 1))
    tell(pid, signal.SIGCONT)
    low, high = interval(slower)
    print(f"blocks under watch are slower by {statistics.fmean(slower):+.2f} % (95 %: {low:+.2f} to {high:+.2f}; single pairs {min(slower):+.1f} to {max(slower):+.1f})")
    print(f"the daemon and its readers used {spent:.2f} s of processor in {lasted:.1f} s: {100 * spent / lasted:.2f} % of one core at most")


def main():
    if len(sys.argv) == 3 and sys.argv[1] == "--loop":
        return Loop(int(sys.argv[2])).serve()
    p = argparse.ArgumentParser(usage=__doc__)
    p.add_argument("program")
    p.add_argument("--numpy", default="")
    p.add_argument("--folder", default=None)
    for name, usual in (("rounds", 4), ("mib", 90)):
        p.add_argument("--" + name, type=int, default=usual)
    for name, usual in (("seconds", 60.0), ("block", 5.0), ("every", 30.0)):
        p.add_argument("--" + name, type=float, default=usual)
    a = p.parse_args()
    folder, home = tempfile.mkdtemp(dir=a.folder), tempfile.mkdtemp()
    folders, env = [os.path.join(folder, name) for name in ("alone", "run")], {**os.environ, "MLWATCH_HOME": home}
    training = Training(a.numpy, a.mib)
    try:
        for f in folders:
            os.mkdir(f)
        training.block(folders[1], 100, False)
        subprocess.run([a.program, "attach", folders[1], "--detach"], env=env, check=True, capture_output=True)
        measure(a, training, daemon_of(home), folders)
        report = subprocess.run([a.program, "report", folders[1], "--json"], env=env, capture_output=True, text=True).stdout or "{}"
        print(f"{len(json.loads(report).get('checkpoints', []))} checkpoints were looked into")
    finally:
        training.p.kill()
        subprocess.run([a.program, "daemon", "--stop"], env=env, capture_output=True)
        shutil.rmtree(folder)
        shutil.rmtree(home, ignore_errors=True)


main()
