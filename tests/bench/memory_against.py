#!/usr/bin/env python3
"""memory_against - the nearest vectors: bench_scan beside sqlite-vec, usearch and FAISS, on one core, question by question in turn.

    memory_against.py --ours BENCH_SCAN --vectors FILE --folder DIR [--packages DIR] [--questions N] [--asked N] [--slow N] [--hnsw]

FILE holds rows of 384 floats, of which the last N are questions. Prints for each program best and median milliseconds of a question,
recall of the ten nearest against comparing all exactly, and how many times as fast as it ours is (of medians over the questions both were
asked; sqlite-vec is asked --slow of them). --hnsw adds usearch's graph, which takes minutes to make. Without --packages only ours."""
import argparse
import os
import statistics
import subprocess
import sys
import time

DIMS, K = 384, 10


class Ours:
    def __init__(self, program, o, kernel=None):
        made = os.path.join(o.folder, "scan.file")
        self.process = subprocess.Popen([program, o.vectors, str(DIMS), str(o.questions), made] + ([kernel] if kernel else []),
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        first = self.process.stdout.readline().split()
        if len(first) != 4:
            sys.exit("memory_against: bench_scan could not begin")
        self.name, self.made, self.opened = "ours, " + first[0], float(first[2]), float(first[3])

    def ask(self, i):
        self.process.stdin.write(f"{i} {K}\n")
        self.process.stdin.flush()
        seconds, *rows = self.process.stdout.readline().split()
        return float(seconds), [int(r) for r in rows]


class Peer:
    """A search that is a function of a question: timed here, around the library's own call."""

    def __init__(self, name, search, questions):
        self.name, self.search, self.questions = name, search, questions

    def ask(self, i):
        q = self.questions[i]
        began = time.perf_counter()
        rows = self.search(q)
        return time.perf_counter() - began, [int(r) for r in rows]


def faiss_flat(rows, questions):
    import faiss
    faiss.omp_set_num_threads(1)
    index = faiss.IndexFlatIP(DIMS)
    index.add(rows)
    return Peer("FAISS " + faiss.__version__ + " IndexFlatIP", lambda q: index.search(q[None], K)[1][0], questions)


def faiss_rabitq(rows, questions):
    import faiss
    if not hasattr(faiss, "IndexRaBitQ"):
        return None
    index = faiss.IndexRefineFlat(faiss.IndexRaBitQ(DIMS, faiss.METRIC_INNER_PRODUCT))
    index.train(rows)
    index.add(rows)
    index.k_factor = 16
    return Peer("FAISS RaBitQ (1 bit), 160 refined", lambda q: index.search(q[None], K)[1][0], questions)


def usearch_exact(rows, questions):
    import usearch
    from usearch.index import search, MetricKind
    return Peer("usearch " + usearch.__version__ + " exact", lambda q: search(rows, q, K, MetricKind.IP, exact=True, threads=1).keys, questions)


def usearch_hnsw(rows, questions):
    import numpy as np
    from usearch.index import Index
    index = Index(ndim=DIMS, metric="ip", dtype="f32", expansion_search=256)
    began = time.perf_counter()
    index.add(np.arange(len(rows)), rows, threads=1)
    return Peer(f"usearch HNSW, ef 256, made in {time.perf_counter() - began:.0f} s", lambda q: index.search(q, K, threads=1).keys, questions)


def sqlite_vec(rows, questions):
    import sqlite3
    import sqlite_vec as v
    db = sqlite3.connect(":memory:")
    db.enable_load_extension(True)
    v.load(db)
    db.execute(f"CREATE VIRTUAL TABLE vectors USING vec0(v float[{DIMS}])")
    with db:
        db.executemany("INSERT INTO vectors(rowid, v) VALUES(?, ?)", ((i, row.tobytes()) for i, row in enumerate(rows)))
    peer = Peer("sqlite-vec " + v.__version__, lambda q: [r[0] for r in db.execute(
        f"SELECT rowid FROM vectors WHERE v MATCH ? AND k = {K} ORDER BY distance", (q.tobytes(),))], questions)
    peer.slow = True
    return peer


def peers_of(o):
    sys.path.insert(0, o.packages)
    import numpy as np
    rows = np.fromfile(o.vectors, dtype=np.float32).reshape(-1, DIMS)
    rows, questions = np.ascontiguousarray(rows[:-o.questions]), np.ascontiguousarray(rows[-o.questions:])
    truth = []
    for i in range(0, o.asked, 100):
        truth += [set(t.tolist()) for t in np.argpartition(-(questions[i:i + 100] @ rows.T), K, axis=1)[:, :K]]
    peers = []
    for make in (faiss_flat, faiss_rabitq, usearch_exact, sqlite_vec) + ((usearch_hnsw,) if o.hnsw else ()):
        try:
            peers.append(make(rows, questions))
        except Exception as e:  # a library that is not there, or another version of it
            print(f"SKIP: {make.__name__} ({type(e).__name__}: {e})")
    return [p for p in peers if p], truth


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--ours", required=True)
    a.add_argument("--vectors", required=True)
    a.add_argument("--folder", required=True)
    a.add_argument("--packages")
    a.add_argument("--questions", type=int, default=1000)
    a.add_argument("--asked", type=int, default=300, help="of the questions, the first so many")
    a.add_argument("--hnsw", action="store_true")
    a.add_argument("--slow", type=int, default=30)
    o = a.parse_args()
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
    os.makedirs(o.folder, exist_ok=True)
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    programs, truth = [Ours(o.ours, o)], None
    print(f"{os.path.getsize(o.vectors) // DIMS // 4 - o.questions} vectors of {DIMS} numbers; the file made in {programs[0].made:.2f} s, opened and checked "
          f"in {1e3 * programs[0].opened:.1f} ms; load {os.getloadavg()[0]:.1f}")
    for kernel in ("popcnt", "portable"):
        programs.append(Ours(o.ours, o, kernel))
    if o.packages:
        peers, truth = peers_of(o)
        programs += peers
    took, found = {p.name: {} for p in programs}, {p.name: [] for p in programs}
    for i in range(min(o.asked, o.questions)):
        for p in programs:
            if getattr(p, "slow", False) and i >= o.slow:
                continue
            took[p.name][i], rows = p.ask(i)
            if truth:
                found[p.name].append(len(truth[i].intersection(rows)) / K)
    ours = took[programs[0].name]
    for name, t in took.items():
        both = [i for i in t if i in ours]
        ratio = statistics.median(t[i] for i in both) / statistics.median(ours[i] for i in both)
        recall = f"recall@10 {statistics.mean(found[name]):.4f}" if truth else ""
        print(f"  {name:44s} best {1e3 * min(t.values()):7.2f} ms  median {1e3 * statistics.median(t.values()):7.2f} ms  {recall}  {ratio:6.1f} x ours")


main()
