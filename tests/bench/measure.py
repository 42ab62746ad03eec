#!/usr/bin/env python3
"""measure - run a command a few times and say what it cost: wall and CPU seconds, and the most memory it held.

    measure.py [--times N] [--bytes B] [--points] -- COMMAND ...

One line a run and one with the median. Memory is the kernel's ru_maxrss of that process (wait4). --points: stdout is
mlwatch.check/1; its points are added up and printed. The command's exit code 0 or 1 (findings) is success.
"""
import argparse
import json
import os
import statistics
import sys
import tempfile
import time


def run_once(command):
    """(wall s, CPU s, MiB, stdout): stdout goes to a file, so that nobody waits for a pipe."""
    with tempfile.TemporaryFile() as out:
        started = time.monotonic()
        pid = os.posix_spawn(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, out.fileno(), 1)])
        _, status, used = os.wait4(pid, 0)
        wall = time.monotonic() - started
        code = os.waitstatus_to_exitcode(status)
        if code not in (0, 1):
            sys.exit(f"{command[0]} ended with {code}")
        out.seek(0)
        return wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, out.read()


def points_of(lines):
    runs = [json.loads(line) for line in lines.decode().splitlines() if line.strip()]
    sources = [s for r in runs for s in r["sources"]]
    return len(runs), sum(s["points"] for s in sources), sum(s["bad_records"] for s in sources)


def main():
    a = argparse.ArgumentParser(usage=__doc__)
    a.add_argument("--times", type=int, default=3)
    a.add_argument("--bytes", type=int, default=0)
    a.add_argument("--points", action="store_true")
    a.add_argument("command", nargs="+")
    o = a.parse_args()
    taken = []
    for i in range(o.times):
        wall, cpu, mib, out = run_once(o.command)
        taken.append((wall, mib, cpu))
        if o.points and i == 0:
            print("{} runs, {:,} points, {} bad records, {:,} bytes".format(*points_of(out), o.bytes))
        print(f"  {wall:.2f} s wall, {cpu:.2f} s CPU, {mib:.0f} MiB resident" + (f", {o.bytes / wall / 1e6:.0f} MB/s" if o.bytes else ""))
    wall = statistics.median(t[0] for t in taken)
    cpu = statistics.median(t[2] for t in taken)
    speed = f", {o.bytes / wall / 1e6:.0f} MB/s, {o.bytes / cpu / 1e6:.0f} MB a second of one core's time" if o.bytes else ""
    print(f"median {wall:.2f} s{speed}, at most {max(t[1] for t in taken):.0f} MiB resident")


main()
