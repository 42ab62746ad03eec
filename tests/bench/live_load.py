#!/usr/bin/env python3
"""live_load - what watching costs while many files grow: CPU, memory, delay from a line to its finding, records lost.

    live_load.py MLWATCH DUMP_POINTS [--files 8000] [--rate 50000] [--seconds 60] [--peer rsyslog]

One process appends JSON lines round robin to FILES run directories at RATE lines a second; the daemon watches their parent. From the
middle on one run every 50 ms gets a NaN loss; the delay ends when the alert reaches an attached viewer. Afterwards every stored point is counted.
The peer is rsyslog's imfile on the same load, which finds nothing and writes the lines to one file: the price of tailing alone.
"""
import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time


def cpu_seconds(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(pid):
    for line in open(f"/proc/{pid}/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1000


def open_files(top, files):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    fds = []
    for i in range(files):
        os.makedirs(f"{top}/r{i}")
        fds.append(os.open(f"{top}/r{i}/log.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND))
        os.write(fds[-1], b'{"step": 0, "loss": 1.5}\n')
    return fds


def write(fds, rate, seconds, sick):
    """Append in ticks of 1 ms; returns lines written and the seconds it took. sick[i] = when run i got its NaN."""
    lines, start, n = 0, time.monotonic(), len(fds)
    next_sick, total = start + seconds / 2, int(rate * seconds)
    while lines < total:
        due = min(total, int((time.monotonic() - start) * rate) + 1)
        while lines < due:
            i, step = lines % n, lines // n + 1
            now = time.monotonic()
            if now >= next_sick and i not in sick:
                os.write(fds[i], b'{"step": %d, "loss": NaN}\n' % step)
                sick[i] = now
                next_sick = now + 0.05
            else:
                os.write(fds[i], b'{"step": %d, "loss": 1.5}\n' % step)
            lines += 1
        time.sleep(0.001)
    return lines, time.monotonic() - start


def percentile(values, p):
    return sorted(values)[min(len(values) - 1, int(p * len(values)))] if values else float("nan")


def watch_mlwatch(options, top, fds):
    env = dict(os.environ, MLWATCH_HOME=tempfile.mkdtemp(prefix="mlwatch-load."))
    daemon = subprocess.Popen([options.mlwatch, "daemon", "--foreground", "--attach", top], env=env, stdout=subprocess.PIPE, text=True,
                              bufsize=1)
    found, sick = {}, {}

    def listen():
        for line in daemon.stdout:
            now = time.monotonic()
            for word in line.split():
                if word[:1] == "r" and word[1:].isdigit() and "nonfinite" in line:
                    found.setdefault(int(word[1:]), now)

    threading.Thread(target=listen, daemon=True).start()
    time.sleep(max(10, options.files / 400))
    before = cpu_seconds(daemon.pid)
    lines, took = write(fds, options.rate, options.seconds, sick)
    used = cpu_seconds(daemon.pid) - before
    memory = resident_mb(daemon.pid)
    time.sleep(5)
    delays = [found[i] - sick[i] for i in sick if i in found]
    daemon.terminate()
    daemon.wait()
    stored = 0
    for i in range(options.files):
        out = subprocess.run([options.dump_points, f"{top}/r{i}"], env=env, capture_output=True, text=True).stdout
        stored += out.count("\n")
    print(json.dumps({"what": "mlwatch", "files": options.files, "lines": lines, "lines_per_s": round(lines / took),
                      "cpu_percent": round(100 * used / took, 1), "resident_mb": memory, "findings": len(delays), "of": len(sick),
                      "p50_ms": round(1e3 * percentile(delays, 0.5), 1), "p99_ms": round(1e3 * percentile(delays, 0.99), 1),
                      "lost": lines + options.files - stored}))
    shutil.rmtree(env["MLWATCH_HOME"])


def watch_rsyslog(options, top, fds):
    work = tempfile.mkdtemp(prefix="rsyslog-load.")
    conf = f"""
module(load="imfile" mode="inotify")
global(workDirectory="{work}")
input(type="imfile" File="{top}/*/log.jsonl" Tag="t" Ruleset="all")
template(name="raw" type="string" string="%msg%\\n")
ruleset(name="all") {{ action(type="omfile" file="{work}/out" template="raw") }}
"""
    open(f"{work}/conf", "w").write(conf)
    daemon = subprocess.Popen(["/usr/sbin/rsyslogd", "-n", "-f", f"{work}/conf", "-i", f"{work}/pid"])
    time.sleep(max(10, options.files / 400))
    before = cpu_seconds(daemon.pid)
    lines, took = write(fds, options.rate, options.seconds, {})
    used = cpu_seconds(daemon.pid) - before
    memory = resident_mb(daemon.pid)
    time.sleep(5)
    daemon.terminate()
    daemon.wait()
    stored = sum(1 for _ in open(f"{work}/out", "rb"))
    print(json.dumps({"what": "rsyslog imfile", "files": options.files, "lines": lines, "lines_per_s": round(lines / took),
                      "cpu_percent": round(100 * used / took, 1), "resident_mb": memory, "lost": lines + options.files - stored}))
    shutil.rmtree(work)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("mlwatch")
    parser.add_argument("dump_points")
    parser.add_argument("--files", type=int, default=8000)
    parser.add_argument("--rate", type=int, default=50000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--peer", action="store_true")
    options = parser.parse_args()
    top = tempfile.mkdtemp(prefix="mlwatch-runs.")
    fds = open_files(top, options.files)
    (watch_rsyslog if options.peer else watch_mlwatch)(options, top, fds)
    shutil.rmtree(top)


if __name__ == "__main__":
    sys.exit(main())
