#!/usr/bin/env python3
"""embed_against - texts to vectors: bench_embed beside other programs, on one core, text by text in turn.

    embed_against.py --ours BENCH_EMBED --model DIRECTORY [--packages DIRS] [--rounds N] [--texts N] [--made DIR] FILE...

Prints milliseconds of a text of 22 tokens and of one of 137 (best and median of the rounds), then the sum over mixed texts, each
taken once by each, one by one; then how long reading the model takes, and a whole cold process. Without --packages only ours.
Mixed texts are windows of the files given, of 4 to 160 words, log-uniform, from a seed."""
import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import time

SENTENCE = "the loss became nan after a few thousand steps when warmup ended and lr was too high for"


class Ours:
    def __init__(self, program, model, simd):
        self.process = subprocess.Popen([program, model] + ([simd] if simd else []), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        first = self.process.stdout.readline().split()
        if len(first) != 2:
            sys.exit("embed_against: bench_embed could not begin")
        self.name = "ours, " + first[0]

    def seconds(self, text):
        self.process.stdin.write(json.dumps(text) + "\n")
        self.process.stdin.flush()
        seconds, self.tokens = self.process.stdout.readline().split()
        return float(seconds)


def simds_here(program, model):
    return [s for s in ("avx512", "avx2", "portable") if subprocess.run([program, model, s], input="", capture_output=True, text=True).returncode == 0]


def mixed(files, n):
    rng, words = random.Random(1), " ".join(open(f, encoding="utf-8").read() for f in files).split()
    texts = []
    for _ in range(n):
        length = round(4 * 40 ** rng.random())
        at = rng.randrange(max(1, len(words) - length))
        texts.append(" ".join(words[at:at + length]))
    return texts


def one_text(programs, text, rounds):
    took = {p.name: [] for p in programs}
    for _ in range(rounds):
        for p in programs:
            took[p.name].append(p.seconds(text))
    return {name: (min(t), statistics.median(t)) for name, t in took.items()}


def show(title, rows, reference):
    print(title)
    for name, values in rows.items():
        ratio = f"  {rows[reference][-1] / values[-1]:5.2f} x" if reference in rows else ""
        print(f"  {name:50s}" + "".join(f" {1e3 * v:10.2f} ms" for v in values) + ratio)


def cold(o, simd, times):
    """A process of its own for one text, the model's pages in the page cache: reading the model, and start to end."""
    read, whole = [], []
    for _ in range(times):
        began = time.perf_counter()
        ran = subprocess.run([o.ours, o.model, simd], input=json.dumps(SENTENCE) + "\n", capture_output=True, text=True, check=True)
        whole.append(time.perf_counter() - began)
        read.append(float(ran.stdout.split()[1]))
    print(f"ours, {simd}: reading the model {1e3 * min(read):.0f} ms, median {1e3 * statistics.median(read):.0f}; "
          f"a process with one text, start to end, {1e3 * min(whole):.0f} ms, median {1e3 * statistics.median(whole):.0f}")


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--ours", required=True)
    a.add_argument("--model", required=True)
    a.add_argument("--packages")
    a.add_argument("--rounds", type=int, default=60)
    a.add_argument("--texts", type=int, default=1000)
    a.add_argument("--made", default=".", help="where what the peers need may be made")
    a.add_argument("files", nargs="+")
    o = a.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    programs, reference = [Ours(o.ours, o.model, s) for s in simds_here(o.ours, o.model)], None
    if o.packages:
        sys.path[:0] = o.packages.split(os.pathsep) + [os.path.join(os.path.dirname(os.path.realpath(__file__)), "peers")]
        import embed_peers
        programs += embed_peers.all_of(o.made)
        reference = "sentence-transformers"
    else:
        print("SKIP: sentence-transformers, onnxruntime, OpenVINO (not installed)")
    long = " ".join([SENTENCE] * 8)
    for text in (SENTENCE, " ".join(long.split()[:121])):
        for p in programs:
            p.seconds(text)
        rows = one_text(programs, text, o.rounds)
        show(f"{programs[0].tokens} tokens, best and median of {o.rounds}, in turn", rows, reference)
    texts, total = mixed(o.files, o.texts), {p.name: 0.0 for p in programs}
    for text in texts:
        for p in programs:
            total[p.name] += p.seconds(text)
    show(f"{len(texts)} mixed texts one by one, sum", {n: (t,) for n, t in total.items()}, reference)
    for simd in simds_here(o.ours, o.model):
        cold(o, simd, 9)


main()
