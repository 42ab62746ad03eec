"""events_against - reading event files here against TensorBoard's two readers, in turns on the same files.

    events_against.py LOGDIR --ours BENCH_TFEVENTS [--server SERVER] [--rounds 5] [--threads N] [--python PACKAGES [--runs N]]

--ours     the program bench_tfevents; --threads its threads
--server   the program of the package tensorboard-data-server: its load cycle as it reports it itself (without its start), checksums off
           as is its default, all its threads
--python   a directory that holds the package tensorboard: EventAccumulator over the same files, once, one after the other, nothing left out;
           of the first N runs only, and so here, where all would take too long
Each round runs one after the other, so that what else the machine does meets both. Prints seconds, and the ratio's median, least and most; and the
same of CPU time, for a machine that is busy: there a reader of many threads gets more of it than one of a single thread.
"""
import argparse
import os
import re
import statistics
import subprocess
import sys
import time

UNITS = {"s": 1, "ms": 1e-3, "µs": 1e-6, "ns": 1e-9}
CYCLE = re.compile(r"Finished load cycle \(([0-9.]+)(s|ms|µs|ns)\)")


def cpu_of(process):
    """CPU seconds of a process that ended, all its threads."""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_utime + used.ru_stime


def ours(program, threads, *paths):
    """(seconds, CPU seconds, what it said)"""
    run = subprocess.Popen([program, "-t", str(threads), *paths], stdout=subprocess.PIPE, text=True)
    said = run.stdout.read().split()
    cpu = cpu_of(run)
    return float(said[said.index("s") - 1]), cpu, " ".join(said)


def server(program, logdir):
    """(seconds of its load cycle, CPU seconds)"""
    run = subprocess.Popen([program, "--logdir", logdir, "--reload", "once", "--port", "0", "-v"], stderr=subprocess.PIPE, text=True)
    for line in run.stderr:
        cycle = CYCLE.search(line)
        if cycle:
            run.kill()
            return float(cycle.group(1)) * UNITS[cycle.group(2)], cpu_of(run)
    raise SystemExit("the server ended without a load cycle")


def spread(values):
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def runs_of(logdir, most):
    """Each directory with event files is a run, as TensorBoard takes it."""
    return sorted({d for d, _, names in os.walk(logdir) if any("tfevents" in n for n in names)})[:most]


def accumulator(packages, runs):
    sys.path.insert(0, packages)
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
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
    p.add_argument("--runs", type=int)
    a = p.parse_args()
    ours(a.ours, a.threads, a.logdir)                      # the page cache is warm for both
    mine, theirs = [], []
    for _ in range(a.rounds):
        *taken, said = ours(a.ours, a.threads, a.logdir)
        mine.append(taken)
        if a.server:
            theirs.append(server(a.server, a.logdir))
    print(said)
    print("ours    ", " ".join(f"{s:.4f}" for s, _ in mine), "s")
    if a.server:
        print("server  ", " ".join(f"{s:.4f}" for s, _ in theirs), "s")
        print("ratio   ", spread([t / m for (t, _), (m, _) in zip(theirs, mine)]), "of the time,",
              spread([t / m for (_, t), (_, m) in zip(theirs, mine)]), "of the CPU time")
    if a.python:
        runs = runs_of(a.logdir, a.runs)
        here, once = ours(a.ours, a.threads, *runs)[0], accumulator(a.python, runs)
        print(f"EventAccumulator {once:.2f} s for {len(runs)} runs, once; here {here:.4f} s, ratio {once / here:.1f}")


if __name__ == "__main__":
    main()
