#!/usr/bin/env python3
"""make_logs - logs of healthy trainings, as many bytes as asked for: what `scripts/bench check` reads.

    make_logs.py DIR BYTES RUNS        run00/train.jsonl, run01/metrics.csv, run02/train.log, run03/train.jsonl, ...

Seeded, so every machine reads the same bytes. Loss falls as a power law with noise, the rate warms up and stays. A block of
noise is used again with a shift, which makes 1 GB in about a minute; no two records are equal.
"""
import os
import random
import sys

BLOCK = 4096


def curve(seed):
    """Noise for one block of records: loss factor, gradient norm, seconds a step."""
    r = random.Random(seed)
    return [(r.gauss(1, 0.03), abs(r.gauss(0.9, 0.15)) + 0.05, r.gauss(0.21, 0.01)) for _ in range(BLOCK)]


def values(noise, step):
    factor, grad, seconds = noise[(step * 7 + step // BLOCK) % BLOCK]
    loss = (1.8 + 6.0 / (1 + step) ** 0.3) * factor
    rate = 3e-4 * min(1.0, (step + 1) / 2000)
    return loss, grad, rate, seconds


def jsonl(noise, step):
    loss, grad, rate, seconds = values(noise, step)
    return f'{{"step": {step}, "train/loss": {loss:.6f}, "train/grad_norm": {grad:.5f}, "lr": {rate:.6g}, "step_time_s": {seconds:.4f}}}\n'


def csv(noise, step):
    loss, grad, rate, seconds = values(noise, step)
    return f"{step},{loss:.6f},{grad:.5f},{rate:.6g},{seconds:.4f}\n"


def text(noise, step):
    loss, grad, rate, seconds = values(noise, step)
    return f"[2026-01-05 10:00:00] step: {step} | loss: {loss:.6f} | grad_norm: {grad:.5f} | lr: {rate:.6g} | step_time: {seconds:.4f}\n"


KINDS = [("train.jsonl", "", jsonl), ("metrics.csv", "step,train_loss,grad_norm,learning_rate,step_time_s\n", csv), ("train.log", "", text)]


def write_run(folder, index, size):
    name, head, record = KINDS[index % len(KINDS)]
    os.makedirs(folder, exist_ok=True)
    noise, step, done = curve(index), 0, len(head)
    with open(os.path.join(folder, name), "w", encoding="ascii", buffering=1 << 20) as out:
        out.write(head)
        while done < size:
            block = "".join(record(noise, step + i) for i in range(BLOCK))
            out.write(block)
            done += len(block)
            step += BLOCK


def main():
    folder, size, runs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    for index in range(runs):
        write_run(os.path.join(folder, f"run{index:02d}"), index, size // runs)


main()
