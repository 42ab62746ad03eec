#!/usr/bin/env python3
"""score - how well search finds the cause behind a question in people's words.

    score.py QUESTIONS_PROGRAM [FILE.jsonl] [--floors FILE] [--misses]

A line of FILE is {"question": "...", "causes": ["id", ...]}: any of the causes is right; none means that the question is off topic
and should be refused. Printed: recall@1/3/5 and mean reciprocal rank by words alone (BM25), by meaning alone, by both (order), and by
both as they are answered (fused), so that a question refused counts as not found. Words refuse nothing: the difference of the order to
theirs is bootstrapped over questions, in pairs, and that of the answers is told beside it.
--floors holds the numbers of that file ({"model": {"measure": least}}) and exits 1 below one, 77 when the model is not installed.
"""
import argparse
import json
import pathlib
import random
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
WAYS = ("words", "meaning", "order", "fused")


def ask(program, questions):
    text = "".join(q["question"].replace("\n", " ") + "\n" for q in questions)
    out = subprocess.run([program], input=text, capture_output=True, text=True, check=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def rank(found, causes):
    return next((n for n, cause in enumerate(found, 1) if cause in causes), None)


def measures(ranks):
    n = len(ranks) or 1
    return {"recall@1": sum(r == 1 for r in ranks if r) / n, "recall@3": sum(r <= 3 for r in ranks if r) / n,
            "recall@5": sum(r <= 5 for r in ranks if r) / n, "mrr": sum(1 / r for r in ranks if r) / n}


def bootstrap(ours, theirs, rounds=5000, seed=1):
    """The 2.5 and 97.5 percentiles of the mean difference of reciprocal ranks."""
    chance = random.Random(seed)
    gains = [(1 / a if a else 0) - (1 / b if b else 0) for a, b in zip(ours, theirs)]
    means = sorted(sum(chance.choices(gains, k=len(gains))) / len(gains) for _ in range(rounds))
    return sum(gains) / len(gains), means[int(0.025 * rounds)], means[int(0.975 * rounds)]


def held(found, floors):
    low = [f"{name} is {found[name]:.3f}, held is {least}" for name, least in floors.items() if found[name] < least]
    for line in low:
        print("FAIL:", line)
    return not low


def main():
    cli = argparse.ArgumentParser(usage=__doc__)
    cli.add_argument("program")
    cli.add_argument("file", nargs="?", default=HERE / "development.jsonl")
    cli.add_argument("--floors")
    cli.add_argument("--misses", action="store_true")
    args = cli.parse_args()
    questions = [json.loads(line) for line in open(args.file, encoding="utf-8") if line.strip()]
    answers = ask(args.program, questions)
    model = answers[0]["model"]
    real = [(q, a) for q, a in zip(questions, answers) if q["causes"]]
    off = [(q, a) for q, a in zip(questions, answers) if not q["causes"]]
    print(f"{len(real)} questions, {len(off)} off topic, model {model}")
    ranks = {way: [rank(a[way], q["causes"]) for q, a in real] for way in WAYS}
    found = {}
    for way in WAYS:
        m = measures(ranks[way])
        found.update({f"{way} {k}": v for k, v in m.items()})
        print(f"{way:8}", "  ".join(f"{k} {v:.3f}" for k, v in m.items()))
    if real:
        for way in ("fused", "order"):
            mean, low, high = bootstrap(ranks[way], ranks["words"])
            found["gain"] = low
            print(f"{way} - words, reciprocal rank: {mean:+.3f}, 95 % [{low:+.3f}, {high:+.3f}]")
        found["answered"] = sum(not a["refused"] for _, a in real) / len(real)
        print(f"answered {found['answered']:.3f} of the real questions")
    if off:
        found["refused"] = sum(a["refused"] for _, a in off) / len(off)
        print(f"refused {found['refused']:.3f} of the off-topic ones")
    if args.misses:
        for q, a in zip(questions, answers):
            r = rank(a["fused"], q["causes"])
            if not q["causes"] and a["refused"] or r and r <= 3:
                continue
            print(f"{a['evidence']:.2f} {'refused' if a['refused'] else r}: {q['question']} {q['causes']} {a['fused'][:3]}")
    if args.floors:
        floors = json.load(open(args.floors, encoding="utf-8"))
        if not held(found, floors.get(model, {})):
            sys.exit(1)
        if model == "hashing-1":
            print("skipped: the embedding model is not installed (scripts/model install), so meaning was not measured")
            sys.exit(77)


if __name__ == "__main__":
    main()
