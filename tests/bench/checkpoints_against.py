#!/usr/bin/env python3
"""checkpoints_against - statistics of big files of weights: beside the price of reading them, and beside numpy and torch.

    checkpoints_against.py BENCH ROUNDS FOLDER MIB [--numpy PYTHONPATH] [--torch PYTHONPATH] [--program MLWATCH]

Rounds go by turns, medians are printed: the share of the read floor, times numpy's and torch's speed. Then, with the program, a safetensors
header of 10,000 tensors and a model of 90 MB, start to finish. The others work on an eighth of the file: they need many times its size.
"""
import argparse
import json
import os
import statistics
import struct
import subprocess
import sys
import time

DTYPES = ("f32", "bf16", "f16")


def made(bench, folder, dtype, mib):
    path = os.path.join(folder, f"{dtype}-{mib}")
    if not os.path.exists(path):
        subprocess.run([bench, "--make", path + ".part", dtype, str(mib << 20)], check=True)
        os.replace(path + ".part", path)
    return path


def floors(a):
    out = subprocess.run([a.bench, str(a.rounds), *(f"{made(a.bench, a.folder, d, a.mib)}:{d}" for d in DTYPES)], check=True, capture_output=True, text=True).stdout
    rates = {}
    for line in out.splitlines():
        t = json.loads(line)
        floor, ours = (statistics.median(t[k]) for k in ("floor", "statistics"))
        share = statistics.median(f / s for f, s in zip(t["floor"], t["statistics"]))
        rates[t["dtype"]] = t["bytes"] / ours
        print(f"{t['dtype']:5} {t['bytes'] >> 20} MiB: read floor {t['bytes'] / floor / 1e9:5.1f} GB/s, statistics {t['bytes'] / ours / 1e9:5.1f} GB/s, {100 * share:3.0f} % of the floor")
    return rates


def against(a, who, packages, rates):
    for dtype in DTYPES:
        if who == "numpy" and dtype == "bf16":
            continue  # it has none
        path = made(a.bench, a.folder, dtype, a.mib // 8)
        run = subprocess.run([sys.executable, os.path.join(os.path.dirname(__file__), "peers", "tensor_statistics.py"), who, path, dtype, str(max(a.rounds // 2, 2))],
                             env={**os.environ, "PYTHONPATH": packages, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True)
        if run.returncode:
            print(f"SKIP: {who} on {dtype}: {run.stderr.strip().splitlines()[-1:]}")
            continue
        rate = os.path.getsize(path) / statistics.median(json.loads(run.stdout)["seconds"])
        print(f"{dtype:5} {who}: {rate / 1e9:6.2f} GB/s; ours is {rates[dtype] / rate:4.1f} times as fast, reading included")


def safetensors(path, n, shape):
    """n tensors of one shape, as the library writes them."""
    count = 1
    for d in shape:
        count *= d
    header = {f"model.layers.{i // 7}.part{i % 7}.weight": {"dtype": "F32", "shape": shape, "data_offsets": [4 * count * i, 4 * count * (i + 1)]} for i in range(n)}
    text = json.dumps(header, separators=(",", ":")).encode()
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text)
        f.write(struct.pack("<4f", 0.01, -0.02, 0.03, -0.015) * (count * n // 4))


def start_to_finish(a):
    for what, n, shape, name in (("10,000 tensors", 10000, [4], "many.safetensors"), ("a model of 90 MB", 150, [384, 391], "model.safetensors")):
        path = os.path.join(a.folder, name)
        if not os.path.exists(path):
            safetensors(path, n, shape)
        took = []
        for _ in range(a.rounds + 1):
            began = time.perf_counter()
            run = subprocess.run([a.program, "inspect", "--format", "json", path], capture_output=True)
            took.append(time.perf_counter() - began)
        if run.returncode not in (0, 1):
            print(f"SKIP: {what}: {run.stderr.decode().strip()}")
            continue
        print(f"inspect of {what} ({os.path.getsize(path) / 1e6:.1f} MB): {1000 * statistics.median(took[1:]):.0f} ms start to finish")


def main():
    p = argparse.ArgumentParser(usage=__doc__)
    p.add_argument("bench")
    p.add_argument("rounds", type=int)
    p.add_argument("folder")
    p.add_argument("mib", type=int)
    for who in ("numpy", "torch", "program"):
        p.add_argument("--" + who)
    a = p.parse_args()
    os.makedirs(a.folder, exist_ok=True)
    rates = floors(a)
    for who in ("numpy", "torch"):
        if getattr(a, who):
            against(a, who, getattr(a, who), rates)
    if a.program:
        start_to_finish(a)


main()
