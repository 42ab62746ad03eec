#!/usr/bin/env python3
"""live_load - what watching costs while many files grow: CPU, memory, delay from a line to its finding, records lost.

    live_load.py MLWATCH TOOLS [--files 8000] [--rate 50000] [--seconds 60] [--rounds 1] [--peer rsyslogd]

TOOLS/bench_live_writer appends JSON lines round robin to FILES run directories at RATE lines a second; the daemon watches their parents.
From the middle on one run every 50 ms gets a NaN loss; the delay ends when the daemon prints the alert. Afterwards every point that
it stored is counted with TOOLS/tool_dump_points. CPU is user and system time of all its threads while the lines are written; memory is the
resident set at the end of that time and the highest it ever was.
The peer is rsyslog's imfile on the same load, which finds nothing and writes the lines to one file: the price of tailing alone.
Each prints one JSON object; with several rounds the two take turns, and the last line is the ratio of their CPU times.
"""
import argparse
import glob
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

SICK_EVERY_MS = 50


def cpu_seconds(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(pid, which="VmRSS"):
    for line in open(f"/proc/{pid}/status"):
        if line.startswith(which):
            return int(line.split()[1]) / 1000
    return float("nan")


def allow_descriptors(n):
    """For the peer, which holds several a file; a limit that stands is said, for what it loses then is the limit's doing."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(n, hard), max(n, hard)))
    except (ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        print(f"descriptors are limited to {hard}", file=sys.stderr)


def percentile(values, p):
    return sorted(values)[min(len(values) - 1, int(p * len(values)))] if values else float("nan")


class Writer:
    """The files of the load. They are there from the beginning; write() appends to them."""

    def __init__(self, options, top):
        command = [f"{options.tools}/bench_live_writer", top, str(options.files), str(options.rate), str(SICK_EVERY_MS)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.process.stdout.readline()

    def write(self, seconds):
        """Lines written, seconds it took, {run: time of its NaN}."""
        self.process.stdin.write(f"go {seconds}\n")
        sick = {}
        for line in self.process.stdout:
            words = line.split()
            if words[0] == "wrote":
                return int(words[1]), float(words[2]), sick
            sick[int(words[1])] = float(words[2])
        sys.exit("the writer ended early")

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def measured(options, pid, writer):
    time.sleep(max(10, options.files / 200))
    before = cpu_seconds(pid)
    lines, took, sick = writer.write(options.seconds)
    used = cpu_seconds(pid) - before
    report = {"files": options.files, "lines": lines, "lines_per_s": round(lines / took), "cpu_percent": round(100 * used / took, 1),
              "resident_mb": resident_mb(pid), "peak_mb": resident_mb(pid, "VmHWM")}
    time.sleep(options.settle)
    return report, sick


def watch_mlwatch(options, top, writer):
    env = dict(os.environ, MLWATCH_HOME=tempfile.mkdtemp(prefix="mlwatch-load."))
    attach = [word for group in sorted(os.listdir(top)) for word in ("--attach", f"{top}/{group}")]
    daemon = subprocess.Popen([options.mlwatch, "daemon", "--foreground", *attach], env=env, stdout=subprocess.PIPE, text=True, bufsize=1)
    found = {}

    def listen():
        for line in daemon.stdout:
            now = time.monotonic()
            for word in line.split():
                if word[:1] == "r" and word[1:].isdigit() and "nonfinite" in line:
                    found.setdefault(int(word[1:]), now)

    threading.Thread(target=listen, daemon=True).start()
    report, sick = measured(options, daemon.pid, writer)
    delays = [found[i] - sick[i] for i in sick if i in found]
    daemon.terminate()
    daemon.wait()
    stored = 0
    for run in glob.glob(f"{top}/*/*"):
        out = subprocess.run([f"{options.tools}/tool_dump_points", run], env=env, capture_output=True, text=True).stdout
        stored += out.count("\n")
    report = {"what": "mlwatch", **report, "findings": len(delays), "of": len(sick),
              "p50_ms": round(1e3 * percentile(delays, 0.5), 1), "p99_ms": round(1e3 * percentile(delays, 0.99), 1),
              "lost": report["lines"] + options.files - stored}
    shutil.rmtree(env["MLWATCH_HOME"])
    return report


def watch_rsyslog(options, top, writer):
    work = tempfile.mkdtemp(prefix="rsyslog-load.")
    conf = f"""
module(load="imfile" mode="inotify")
global(workDirectory="{work}")
input(type="imfile" File="{top}/*/*/log.jsonl" Tag="t" Ruleset="all")
template(name="raw" type="string" string="%msg%\\n")
ruleset(name="all") {{ action(type="omfile" file="{work}/out" template="raw") }}
"""
    open(f"{work}/conf", "w").write(conf)
    daemon = subprocess.Popen([options.peer, "-n", "-f", f"{work}/conf", "-i", f"{work}/pid"])
    report, _ = measured(options, daemon.pid, writer)
    daemon.terminate()
    daemon.wait()
    stored = sum(1 for _ in open(f"{work}/out", "rb"))
    report = {"what": "rsyslog imfile", **report, "lost": report["lines"] + options.files - stored}
    shutil.rmtree(work)
    return report


def one_round(options, watch):
    """A fresh directory each time: the one must not find what the other one's load left."""
    top = tempfile.mkdtemp(prefix="mlwatch-runs.")
    writer = Writer(options, top)
    report = watch(options, top, writer)
    writer.close()
    shutil.rmtree(top)
    print(json.dumps(report), flush=True)
    return report


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("mlwatch")
    parser.add_argument("tools")
    parser.add_argument("--files", type=int, default=8000)
    parser.add_argument("--rate", type=int, default=50000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--settle", type=float, default=15)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--peer", default="")
    options = parser.parse_args()
    allow_descriptors(8 * options.files)
    pairs = []
    for _ in range(options.rounds):
        ours = one_round(options, watch_mlwatch)
        if options.peer:
            theirs = one_round(options, watch_rsyslog)
            pairs.append(theirs["cpu_percent"] / max(ours["cpu_percent"], 0.1))
    if pairs:
        print(json.dumps({"what": "ratio", "of": "CPU time of rsyslog's imfile to mlwatch's", "median": round(statistics.median(pairs), 2),
                          "least": round(min(pairs), 2), "most": round(max(pairs), 2)}))


if __name__ == "__main__":
    sys.exit(main())
