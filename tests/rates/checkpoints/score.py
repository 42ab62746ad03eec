#!/usr/bin/env python3
"""score - how often the checks of analyzers/checkup are right, on checkpoints of real small trainings (scripts/ckpt-zoo).

    score.py --tool TOOL_CHECKUP SPLIT        table of one split; exit 1 when a measure is below what floors.csv holds

A case is found when one of the kinds an expert would accept is told at warning or above; a healthy one is a false alarm when anything is.
`pair` has the checkpoint before it, `alone` has not: some faults (units that died, weights that stand) cannot be seen alone.
"""
import argparse
import collections
import csv
import gzip
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import measures  # noqa: E402


def cases(split):
    with gzip.open(os.path.join(HERE, f"{split}.jsonl.gz"), "rt", encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def told(tool, split):
    with gzip.open(os.path.join(HERE, f"{split}.jsonl.gz"), "rb") as f:
        run = subprocess.run([tool], input=f.read(), capture_output=True, check=True)
    return {t["case"]: t for t in map(json.loads, run.stdout.decode().splitlines())}


def loud(findings):
    return {f["kind"] for f in findings if f["severity"] != "info"}


def counts(split, tool):
    """measure -> [right, of]; and by fault."""
    all_told, n = told(tool, split), collections.defaultdict(lambda: [0, 0])
    wrong = []
    for c in cases(split):
        for how in ("pair", "alone"):
            kinds, fine = loud(all_told[c["case"]][how]), set(c["kinds"])
            if not c["fault"]:
                row, ok = f"quiet {how}", not kinds
            else:
                row, ok = f"found {how}", bool(kinds & fine)
                if how == "pair":
                    n["only what is wrong"][0] += not kinds - fine
                    n["only what is wrong"][1] += 1
            n[row][0] += ok
            n[row][1] += 1
            n[f"  {how}: {c['fault'] or 'control ' + c['control']}"][0] += ok
            n[f"  {how}: {c['fault'] or 'control ' + c['control']}"][1] += 1
            if not ok and how == "pair":
                wrong.append(f"{c['case']}: {', '.join(sorted(kinds)) or 'nothing'}")
        n["matched"][0] += all_told[c["case"]]["matched"]
        n["matched"][1] += 1
    return n, wrong


def main():
    p = argparse.ArgumentParser(usage=__doc__)
    p.add_argument("--tool", required=True)
    p.add_argument("split")
    a = p.parse_args()
    n, wrong = counts(a.split, a.tool)
    failed = False
    with open(os.path.join(HERE, "floors.csv"), encoding="utf-8") as f:
        held = {r["measure"]: float(r["held"]) for r in csv.DictReader(f) if r["split"] == a.split}
    for measure, (right, of) in sorted(n.items(), key=lambda row: (row[0].startswith(" "), row[0])):
        low, high = measures.wilson(right, of)
        short = right / of < held.get(measure, 0)
        failed |= short
        print(f"{measure:50} {right:3} of {of:3}  {right / of:.3f} [{low:.3f}, {high:.3f}]" + (f"  BELOW {held[measure]}" if short else ""))
    print(*(f"wrong: {w}" for w in wrong), sep="\n")
    return failed


if __name__ == "__main__":
    sys.exit(main())
