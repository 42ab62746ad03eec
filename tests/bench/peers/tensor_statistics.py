"""tensor_statistics - the statistics of one file of weights by numpy or torch, as one writes them: one thread, the file already in memory.

    tensor_statistics.py numpy|torch FILE f32|bf16|f16 ROUNDS     one JSON line: seconds a round, mean, std

The file is loaded before the clock starts, so the other side has no reading to do; ours has.
"""
import json
import sys
import time


def by_numpy(path, dtype):
    import numpy as np
    x = np.fromfile(path, {"f32": np.float32, "f16": np.float16}[dtype]).reshape(-1, 4096)

    def work():
        finite = np.isfinite(x)
        nan, bad, zero = int(np.isnan(x).sum()), int((~finite).sum()), int((x == 0).sum())
        rows = int((x == 0).all(axis=1).sum())
        y = x if bad == 0 else x[finite]
        squares = float(np.square(y, dtype=np.float64).sum())
        return float(y.mean(dtype=np.float64)), float(y.std(dtype=np.float64)), float(y.min()), float(y.max()), squares ** 0.5, nan, bad, zero, rows
    return work


def by_torch(path, dtype):
    import torch
    torch.set_num_threads(1)
    kind = {"f32": torch.float32, "bf16": torch.bfloat16, "f16": torch.float16}[dtype]
    x = torch.from_file(path, shared=False, size=__import__("os").path.getsize(path) // kind.itemsize, dtype=kind).clone().view(-1, 4096)

    def work():
        finite = x.isfinite()
        nan, bad, zero = int(x.isnan().sum()), int((~finite).sum()), int((x == 0).sum())
        rows = int((x == 0).all(dim=1).sum())
        y = x if bad == 0 else x[finite]
        low, high = y.aminmax()
        wide = y.float()
        return (float(wide.mean()), float(wide.std(unbiased=False)), float(low), float(high), float(torch.linalg.vector_norm(wide)), nan, bad, zero, rows)
    return work


def main(who, path, dtype, rounds):
    work = {"numpy": by_numpy, "torch": by_torch}[who](path, dtype)
    took = []
    for _ in range(int(rounds)):
        began = time.perf_counter()
        told = work()
        took.append(time.perf_counter() - began)
    print(json.dumps({"who": who, "dtype": dtype, "seconds": took, "mean": told[0], "std": told[1]}))


main(*sys.argv[1:])
