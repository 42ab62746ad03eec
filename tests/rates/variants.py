#!/usr/bin/env python3
"""variants.py - the same runs, logged in another way: what is found then. Standard library only.

    variants.py --tool FILE [options] LABELS.csv     the runs lie beside the labels, or in --runs
      --tool FILE      tool_variants; what it does to a log stands in variants/
      --split NAME     only runs of this part of the zoo; the report split is left out unless it is named
      --of N --nth K   only each Nth run, the Kth of them (seeded by nothing: by its place in the labels)
      --way NAME       only this one
      --save FILE      every answer, a line a run and way;  --results FILE  read such a file instead
      --kinds          a table for each kind and way beside the first
      --rows           a line for each run that changed
      --floors FILE    exit 1 when the share of findings kept, or of false alarms made, is beyond what is held (split `variants`)

A variant is a log of the same run that a good engineer would judge as before: sampled, rounded, without a companion, under other step
numbers, a part of it. Of the faulty runs that are found as they are, as many are counted as still can be: those that have an accepted kind
which this log can still show, and whose fault can be seen in it (variants_show.py).
"""

import argparse
import collections
import csv
import json
import os
import subprocess
import sys

import measures
import runs
from variants_show import alarms, counted, tellable

PLAIN = "as it is"


def arguments():
    a = argparse.ArgumentParser(usage=__doc__)
    for name in ("--tool", "--split", "--way", "--save", "--results", "--runs", "--floors"):
        a.add_argument(name)
    a.add_argument("--of", type=int, default=1)
    a.add_argument("--nth", type=int, default=0)
    a.add_argument("--kinds", action="store_true")
    a.add_argument("--rows", action="store_true")
    a.add_argument("labels")
    return a.parse_args()


def read_answers(lines, labels, out):
    """slug -> way -> dict(findings=[dict(severity, kind)], causes=[dict(id)]), as `check` has them. Of several runs below one directory
    those that a way does not change say what they said."""
    several, here, one = {}, {}, None
    for line in lines:
        word = line.rstrip("\n").split("\t")
        if word[0] == "run":
            here = {}
            several.setdefault(runs.slug_of(word[1], labels), []).append(here)
        elif word[0] == "way":
            one = here.setdefault(word[1], dict(findings=[], causes=[]))
        elif word[0] == "found":
            one["findings"].append(dict(severity=word[1], kind=word[2]))
        elif word[0] == "cause":
            one["causes"].append(dict(id=word[1]))
    for slug, all_of_it in several.items():
        out[slug] = {}
        for way in dict.fromkeys(way for run in all_of_it for way in run):
            said = [run.get(way, run[PLAIN]) for run in all_of_it]
            out[slug][way] = {what: [x for one in said for x in one[what]] for what in ("findings", "causes")}


def ask(tool, where, labels, way):
    out = {}
    for batch in runs.batches(runs.directories(where, labels), 50):
        command = [tool] + (["--way", way] if way else []) + batch
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        read_answers(done.stdout.decode("utf-8", "replace").splitlines(), labels, out)
    return out


def compare(labels, answers):
    """way -> dict(n, kept, lost=[slug], healthy, before=[slug], after=[(slug, kinds)])"""
    table = {}
    for slug, ways in answers.items():
        label, plain = labels[slug], ways.get(PLAIN, dict(findings=[], causes=[]))
        for way, answer in ways.items():
            row = table.setdefault(way, dict(n=0, kept=0, lost=[], healthy=0, before=0, made=[]))
            if label["healthy"]:
                row["healthy"] += 1
                row["before"] += bool(measures.loud(plain))
                if alarms(answer, way) - alarms(plain, way) and not measures.loud(plain):
                    row["made"].append((slug, alarms(answer, way)))
            elif label["kinds"] and counted(label, plain, way):
                row["n"] += 1
                if measures.is_found(answer, label):
                    row["kept"] += 1
                else:
                    row["lost"].append(slug)
    return table


def print_table(table):
    print(f"  {'way':24} {'found as it is':>14} {'still':>6} {'lost':>5}   {'':6} {'healthy':>8} {'warned':>7} {'more':>5}")
    for way, r in table.items():
        share = r["kept"] / r["n"] if r["n"] else 1.0
        print(f"  {way:24} {r['n']:14} {r['kept']:6} {len(r['lost']):5}   {share:6.3f} {r['healthy']:8} {r['before']:7} {len(r['made']):5}")
    some = [r for way, r in table.items() if way != PLAIN]
    n, kept, made, healthy = (sum(x) for x in zip(*((r["n"], r["kept"], len(r["made"]), r["healthy"]) for r in some)))
    print(f"  {'all':24} {n:14} {kept:6} {n - kept:5}   {kept / max(n, 1):6.4f} {healthy:8} {'':7} {made:5}   {made / max(healthy, 1):.4f}")
    return kept / max(n, 1), made / max(healthy, 1)


def print_kinds(labels, answers, table):
    """Which accepted kind was said before, and which is said too much."""
    lost, made = collections.Counter(), collections.Counter()
    for way, r in table.items():
        for slug in r["lost"]:
            for kind in {f["kind"] for f in measures.loud(answers[slug][PLAIN])} & tellable(labels[slug], way):
                lost[kind, way] += 1
        for _, kinds in r["made"]:
            for kind in kinds:
                made[kind, way] += 1
    for title, counts in (("lost", lost), ("said of healthy runs", made)):
        print(f"\n{title}, by kind")
        total = collections.Counter()
        for (kind, _), k in counts.items():
            total[kind] += k
        for kind, k in total.most_common():
            ways = ", ".join(f"{w} {c}" for (x, w), c in counts.most_common() if x == kind)
            print(f"  {kind:24} {k:5}   {ways}")


def print_rows(labels, answers, table):
    print()
    for way, r in table.items():
        for slug in r["lost"]:
            said = " ".join(sorted({f["kind"] for f in measures.loud(answers[slug][PLAIN])} & tellable(labels[slug], way)))
            now = " ".join(sorted({f["kind"] for f in measures.loud(answers[slug][way])}))
            print(f"  lost   {way:22} {slug:36} {said} -> {now or 'nothing'}")
        for slug, kinds in r["made"]:
            print(f"  alarm  {way:22} {slug:36} {' '.join(sorted(kinds))}")


def below(path, kept, made):
    values, broken = {"kept": kept, "false alarms made": made}, 0
    with open(path, newline="", encoding="utf-8") as f:
        for r in csv.DictReader(f):
            if r["split"] != "variants":
                continue
            value, held = values[r["measure"]], float(r["held"])
            ok = value >= held if r["bound"] == "least" else value <= held
            broken += not ok
            print(f"  {'ok' if ok else 'BROKEN':8} {r['measure']:24} {value:7.4f}   at {r['bound']} {held:g}")
    return broken


def main():
    o = arguments()
    labels = runs.load(o.labels)
    labels = {s: l for s, l in labels.items() if (l["split"] == o.split if o.split else l["split"] != "report")}
    labels = {s: l for i, (s, l) in enumerate(labels.items()) if i % o.of == o.nth}
    where = o.runs or os.path.join(os.path.dirname(os.path.abspath(o.labels)), "runs")
    if o.results:
        with open(o.results, encoding="utf-8") as f:
            answers = {s: w for s, w in map(json.loads, f) if s in labels}
    else:
        answers = ask(o.tool, where, labels, o.way)
    if not answers:
        sys.exit("no answers: give --tool and the directory of the runs, or --results")
    if o.save:
        with open(o.save, "w", encoding="utf-8") as f:
            f.writelines(json.dumps(item) + "\n" for item in answers.items())
    table = compare(labels, answers)
    kept, made = print_table(table)
    if o.kinds:
        print_kinds(labels, answers, table)
    if o.rows:
        print_rows(labels, answers, table)
    if o.floors:
        sys.exit(1 if below(o.floors, kept, made) else 0)


if __name__ == "__main__":
    main()
