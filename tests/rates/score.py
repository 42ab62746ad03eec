#!/usr/bin/env python3
"""score.py - how often mlwatch is right, measured on labelled runs. Standard library only.

    score.py [options] LABELS.csv            the runs lie beside the labels, or in --runs
      --program FILE      the mlwatch to run            --results FILE   lines already printed by `check --format json` instead
      --tool FILE         tool_follow: also asks when a slow divergence was told, and what the published rules say
      --split NAME        only runs of this part of the zoo: calibration, development or report
      --words FILE        a table label,kinds,causes for labels given as words
      --floors FILE       exit 1 when a measure is below what is held, and say which goals are not reached
      --rows all|wrong|none    a line for each run (default: wrong ones)
      --no-rules          without the published rules

Definitions stand in measures.py, the published rules in rules.py, what labels mean in runs.py.
"""

import argparse
import csv
import json
import os
import sys

import measures
import rules
import runs


def arguments():
    a = argparse.ArgumentParser(usage=__doc__)
    for name in ("--program", "--results", "--tool", "--split", "--words", "--floors", "--runs", "--save"):
        a.add_argument(name)
    a.add_argument("--rows", choices=["all", "wrong", "none"], default="wrong")
    a.add_argument("--no-rules", action="store_true")
    a.add_argument("labels")
    return a.parse_args()


def read_results(path, labels):
    found = {}
    with open(path, encoding="utf-8") as f:
        for line in f:
            result = json.loads(line)
            found.setdefault(runs.slug_of(result["run"], labels), []).append(result)
    return {slug: runs.merge(r) for slug, r in found.items() if slug}


def print_rows(labels, results, which):
    for slug, label in sorted(labels.items(), key=lambda item: (item[1]["fault"], item[0])):
        said = measures.loud(results.get(slug, {}))
        words = " ".join(f["severity"][0] + ":" + f["kind"] for f in said) or "nothing"
        best = " ".join(f"{c['id']}({c['confidence']:.2f})" for c in results.get(slug, {}).get("causes", [])[:3])
        wrong = bool(said) if label["healthy"] else not measures.is_found(results.get(slug, {}), label)
        cause = not label["healthy"] and label["causes"] and not measures.hits(results.get(slug, {}), label["causes"], 1)
        word = "false alarm" if wrong and label["healthy"] else "missed" if wrong else "other cause" if cause else "right"
        if which == "all" or (which == "wrong" and word != "right"):
            print(f"  {word:11} {slug:40} {words} | {best}")


def print_table(title, tallied):
    print(f"\n{title}")
    for name, (k, n) in tallied["shares"].items():
        low, high = measures.wilson(k, n)
        if n:
            print(f"  {name:40} {k:4}/{n:<4} {k / n:6.3f}   {low:.3f}-{high:.3f}")
    for name, (value, note) in tallied["numbers"].items():
        print(f"  {name:40} {'':9} {value:6.3f}   {note}")


def print_by(labels, results, column):
    print(f"\nfound, cause first and in the best three, by {column}")
    for value in sorted({l[column] for l in labels.values() if not l["healthy"]}):
        some = {s: l for s, l in labels.items() if l[column] == value and not l["healthy"]}
        shares = measures.tally(some, results)["shares"]
        print(f"  {value:34} " + "   ".join(f"{shares[m][0]:3}/{shares[m][1]:<3}" for m in ("found", "cause@1", "cause@3")))


def print_rates(labels, results):
    healthy = sum(l["healthy"] for l in labels.values())
    print(f"\nfiring rate of each kind (healthy runs: {healthy})\n  {'kind':28} healthy loud     1 in   info   faulty right   else")
    for kind, (bad, info, right, other) in sorted(measures.firing_rates(labels, results).items(), key=lambda r: (-r[1][0], r[0])):
        often = f"{healthy / bad:6.0f}" if bad else "     -"
        mark = "   more often than 1 in 50" if bad * 50 > healthy else ""
        print(f"  {kind:28} {bad:12} {often:>8} {info:6} {right:14} {other:6}{mark}")


def print_rules(labels, followed):
    """What published rules find in the same logs, read by the same readers."""
    healthy = [s for s, l in labels.items() if l["healthy"]]
    faulty = [s for s, l in labels.items() if not l["healthy"]]
    print(f"\npublished rules at their defaults, on the same logs\n  {'rule set':34} faulty flagged   named right   healthy flagged")
    for name, judge in rules.SETS.items():
        said = {s: judge(rules.Curves(followed[s]["series"])) if s in followed else set() for s in labels}
        right = sum(bool(said[s] & labels[s]["kinds"]) for s in faulty)
        print(
            f"  {name:34} {sum(map(bool, (said[s] for s in faulty))):9}/{len(faulty):<4} {right:8}/{len(faulty):<4} "
            f"{sum(map(bool, (said[s] for s in healthy))):10}/{len(healthy)}"
        )


def below(floors, split, tallied):
    """The rows of FLOORS.csv (split, measure, least or most, held, goal) for this split: 1 when what is held is not."""
    broken = 0
    values = {name: k / n if n else 0.0 for name, (k, n) in tallied["shares"].items()}
    values.update({name: value for name, (value, _) in tallied["numbers"].items()})
    with open(floors, newline="", encoding="utf-8") as f:
        rows = [r for r in csv.DictReader(f) if r["split"] == split]
    for r in rows:
        value, held, goal = values.get(r["measure"], float("nan")), float(r["held"]), float(r["goal"])
        ok = lambda limit: value >= limit if r["bound"] == "least" else value <= limit
        word = "ok" if ok(goal) else "goal not reached" if ok(held) else "BROKEN"
        broken += word == "BROKEN"
        print(f"  {word:16} {r['measure']:40} {value:7.3f}   at {r['bound']} {held:g}, goal {goal:g}")
    return broken


def main():
    o = arguments()
    labels = runs.load(o.labels, runs.accepted_words(o.words) if o.words else None)
    labels = {s: l for s, l in labels.items() if not o.split or l["split"] == o.split}
    where = o.runs or os.path.join(os.path.dirname(os.path.abspath(o.labels)), "runs")
    results = read_results(o.results, labels) if o.results else runs.check(o.program, where, labels)
    if not results:
        sys.exit("no results: give --program and the directory of the runs, or --results")
    slow = {s: l for s, l in labels.items() if l["doubles"] is not None}
    told = runs.follow(o.tool, where, slow, told_only=True) if o.tool else None
    tallied = measures.tally(labels, results, told)
    print_rows(labels, results, o.rows)
    if any(l["fault"] for l in labels.values()):
        print_by(labels, results, "fault")
        print_by(labels, results, "framework")
    print_rates(labels, results)
    if o.tool and not o.no_rules:
        print_rules(labels, runs.follow(o.tool, where, labels))
    print_table(f"{len(labels)} runs, {len(labels) - len(results)} without an answer", tallied)
    if o.save:
        with open(o.save, "w", encoding="utf-8") as f:
            f.writelines(json.dumps(dict(r, run=s)) + "\n" for s, r in results.items())
    if o.floors:
        print("\nfloors")
        silent = sorted(set(labels) - set(results))
        if silent:
            print(f"  BROKEN           no answer for {', '.join(silent[:5])}")
        sys.exit(1 if below(o.floors, o.split or "shared", tallied) or silent else 0)


if __name__ == "__main__":
    main()
