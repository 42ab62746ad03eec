"""Labelled runs: what is known to be wrong in each, and what the program says about them.

LABELS.csv has a line a run. Columns (those behind `causes` may be absent):
  slug      its directory below the labels' own
  kinds     finding kinds that count as right, separated by spaces; empty for a healthy run
  causes    cause ids that count as right
  labels    instead of the two: words of a table LABEL,KINDS,CAUSES, separated by ';' ('unsure': the run is left out)
  fault     what was put into it, '' for a control; two faults are joined by '+'
  groups    with two faults: the causes of each, as "a b|c d"
  onset     step (as logged) at which the fault set in;  length  the run's last step;  doubles  step of a doubled loss
  framework, logger, family, data, split    what ran, and in which split of the zoo
"""

import csv
import json
import os
import subprocess

ORDER = ["critical", "warning", "info", "clean", "unreadable"]


def accepted_words(path):
    """The table LABEL -> (kinds, causes) of label words."""
    with open(path, newline="", encoding="utf-8") as f:
        return {r["label"]: (set(r["kinds"].split()), set(r["causes"].split())) for r in csv.DictReader(f)}


def number(text):
    return float(text) if text not in (None, "") else None


def label(row, words):
    """One row of LABELS.csv as the scorer wants it; None for a run that nobody is sure of."""
    kinds, causes = set((row.get("kinds") or "").split()), set((row.get("causes") or "").split())
    for word in (row.get("labels") or "").split(";"):
        if word.strip() == "unsure":
            return None
        more = words.get(word.strip(), (set(), set()))
        kinds, causes = kinds | more[0], causes | more[1]
    groups = [set(g.split()) for g in (row.get("groups") or "").split("|") if g]
    numbers = {k: number(row.get(k)) for k in ("onset", "length", "doubles")}
    texts = {k: row.get(k) or "" for k in ("fault", "framework", "logger", "family", "data", "split")}
    return dict(
        slug=row.get("slug") or row["id"], kinds=kinds, causes=causes, groups=groups, healthy=not kinds and not causes, **numbers, **texts
    )


def load(path, words=None):
    """slug -> label, in the file's order."""
    with open(path, newline="", encoding="utf-8") as f:
        labels = [label(row, words or {}) for row in csv.DictReader(f)]
    return {one["slug"]: one for one in labels if one}


def merge(results):
    """A labelled directory may hold several runs: their findings together, causes by confidence."""
    worst = min(results, key=lambda r: ORDER.index(r.get("verdict", "unreadable")))
    causes = sorted((c for r in results for c in r.get("causes", [])), key=lambda c: -c.get("confidence", 0))
    return dict(worst, findings=[f for r in results for f in r.get("findings", [])], causes=causes)


def slug_of(run, labels):
    return next((part for part in reversed(run.split("/")) if part in labels), None)


def batches(items, size):
    return [items[i : i + size] for i in range(0, len(items), size)]


def directories(where, labels):
    return [path for path in (os.path.join(where, slug) for slug in labels) if os.path.isdir(path)]


def check(program, where, labels, arguments=()):
    """slug -> what `check --format json` says; a run without an answer is absent."""
    found = {}
    for batch in batches(directories(where, labels), 50):
        done = subprocess.run([program, "check", "--format", "json", *arguments, *batch], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        for line in done.stdout.decode("utf-8", "replace").splitlines():
            result = json.loads(line)
            found.setdefault(slug_of(result["run"], labels), []).append(result)
    return {slug: merge(results) for slug, results in found.items() if slug}


def follow(tool, where, labels, told_only=False):
    """slug -> dict(series=[dict(role, axis, name, points=[(step, value)])], told=[(step or None, severity, kind)])."""
    out = {}
    for batch in batches(directories(where, labels), 50):
        command = [tool] + (["--told"] if told_only else []) + batch
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        read_followed(done.stdout.decode("utf-8", "replace").splitlines(), labels, out)
    return out


def read_followed(lines, labels, out):
    one, table = None, {}
    for line in lines:
        word = line.split("\t")
        if word[0] == "run":
            one, table = out.setdefault(slug_of(word[1], labels), dict(series=[], told=[])), {}
        elif word[0] == "series":
            table[word[1]] = dict(role=word[2], axis=word[3], name=word[4], points=[])
            one["series"].append(table[word[1]])
        elif word[0] == "point":
            table[word[1]]["points"].append((int(word[2]), float(word[3])))
        elif word[0] == "told":
            one["told"].append((None if word[1] == "end" else int(word[1]), word[2], word[3]))
