#!/usr/bin/env python3
"""hostile - `mlwatch inspect` over a corpus of hostile files with known verdicts: each right, within time and memory, nothing touched.

    hostile.py MLWATCH CORPUS [--factor F]

CORPUS/index.csv has path, format, expected (a|b: either will do), must_name (; all, | either). F stretches the 2 s for slow builds.
"""
import argparse
import csv
import json
import os
import subprocess
import sys
import time

SECONDS, KIB = 2.0, 256 * 1024
# Words of the corpus in ours: (field, value).
MEANING = {"clean": ("safety", "safe"), "malformed": ("state", "corrupt"), "truncated": ("state", "incomplete"), "limit": ("either", "unverified"),
           "unverified": ("safety", "unverified"), "malicious": ("safety", "malicious"), "suspicious": ("safety", "suspicious")}


def look(program, path):
    """(what was said, seconds, KiB resident of the program and of its reader)."""
    began = time.monotonic()
    process = subprocess.Popen([program, "inspect", "--json", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    text = process.stdout.read()
    complaint = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    try:
        said = json.loads(text)
    except ValueError:
        said = {"state": "(none)", "safety": "(none)", "reasons": [complaint.decode(errors="replace")], "code": process.returncode}
    return said, time.monotonic() - began, usage.ru_maxrss


def means(word, said):
    field, value = MEANING[word]
    if field == "either":
        return value in (said["state"], said["safety"])
    if word == "clean":
        return said["safety"] == "safe" and said["state"] == "whole"
    return said[field] == value


def named(must, reasons):
    """must_name: a;b all of them, a|b one of them."""
    text = " ".join(reasons)
    return all(any(word in text for word in group.split("|")) for group in must.split(";")) if must else True


def judge(row, said, seconds, kib, factor):
    """What is wrong, a sentence each."""
    if not any(means(word, said) for word in row["expected"].split("|")):
        yield f"expected {row['expected']}, is {said['state']} and {said['safety']}"
    looked_inside = said["safety"] != "unverified" or "unverified" not in row["expected"]
    if looked_inside and not named(row["must_name"], said["reasons"]):
        yield f"no reason names {row['must_name']}"
    if seconds > SECONDS * factor:
        yield f"took {seconds:.2f} s"
    if kib > KIB and factor == 1:
        yield f"took {kib // 1024} MiB"


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("program")
    arguments.add_argument("corpus")
    arguments.add_argument("--factor", type=float, default=1)
    a = arguments.parse_args()
    wrong = looked = 0
    slowest, largest = (0, ""), (0, "")
    for row in csv.DictReader(open(os.path.join(a.corpus, "index.csv"), newline="")):
        if not all(word in MEANING for word in row["expected"].split("|")):
            continue  # accept, reject, either: documents for a parser of logs
        looked += 1
        said, seconds, kib = look(a.program, os.path.join(a.corpus, row["path"]))
        slowest, largest = max(slowest, (seconds, row["path"])), max(largest, (kib, row["path"]))
        failures = list(judge(row, said, seconds, kib, a.factor))
        wrong += bool(failures)
        for failure in failures:
            print(f"{row['path']}: {failure} ({row['attack']}): {'; '.join(said['reasons'][:3])}")
    print(f"{looked} files, {wrong} judged wrong; slowest {slowest[0]:.2f} s ({slowest[1]}), largest {largest[0] // 1024} MiB ({largest[1]})")
    return 1 if wrong or not looked else 0


sys.exit(main())
