"""events_against - reading event files here against TensorBoard's two readers, in turns on the same files.

    events_against.py LOGDIR --ours BENCH_TFEVENTS --server SERVER [--rounds 5] [--threads N] [--python PACKAGES]

--ours     the program bench_tfevents; --threads its threads
--server   the program of the package tensorboard-data-server: its load cycle as it reports it itself (without its start), checksums off
           as is its default, all its threads
--python   a directory that holds the package tensorboard: EventAccumulator over the same files, once, one after the other, nothing left out
Each round runs one after the other, so that what else the machine does meets both. Prints seconds, and the ratio's median, least and most.
"""
import argparse
import re
import statistics
import subprocess
import sys
import time

UNITS = {"s": 1, "ms": 1e-3, "µs": 1e-6, "ns": 1e-9}
CYCLE = re.compile(r"Finished load cycle \(([0-9.]+)(s|ms|µs|ns)\)")


def ours(program, logdir, threads):
    said = subprocess.run([program, "-t", str(threads), logdir], capture_output=True, text=True, check=True).stdout.split()
    return float(said[said.index("s") - 1]), " ".join(said)


def server(program, logdir):
    run = subprocess.Popen([program, "--logdir", logdir, "--reload", "once", "--port", "0", "-v"], stderr=subprocess.PIPE, text=True)
    try:
        for line in run.stderr:
            cycle = CYCLE.search(line)
            if cycle:
                return float(cycle.group(1)) * UNITS[cycle.group(2)]
        raise SystemExit("the server ended without a load cycle")
    finally:
        run.kill()
        run.wait()


def accumulator(packages, logdir):
    """Each directory with event files is a run, as TensorBoard takes it."""
    sys.path.insert(0, packages)
    import os
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    runs = sorted({d for d, _, names in os.walk(logdir) if any("tfevents" in n for n in names)})
    kinds = dict.fromkeys(("scalars", "tensors", "histograms", "compressedHistograms", "images", "audio"), 0)
    begun = time.monotonic()
    for run in runs:
        EventAccumulator(run, size_guidance=kinds).Reload()
    return time.monotonic() - begun


def main():
    p = argparse.ArgumentParser()
    p.add_argument("logdir")
    p.add_argument("--ours", required=True)
    p.add_argument("--server")
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--python")
    a = p.parse_args()
    ours(a.ours, a.logdir, a.threads)                      # the page cache is warm for both
    mine, theirs = [], []
    for _ in range(a.rounds):
        seconds, said = ours(a.ours, a.logdir, a.threads)
        mine.append(seconds)
        if a.server:
            theirs.append(server(a.server, a.logdir))
    print(said)
    print("ours    ", " ".join(f"{s:.4f}" for s in mine), "s")
    if a.server:
        ratios = [t / m for t, m in zip(theirs, mine)]
        print("server  ", " ".join(f"{s:.4f}" for s in theirs), "s")
        print(f"ratio    {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")
    if a.python:
        once = accumulator(a.python, a.logdir)
        print(f"EventAccumulator {once:.2f} s, ratio {once / statistics.median(mine):.1f}")


if __name__ == "__main__":
    main()
