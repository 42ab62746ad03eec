#!/usr/bin/env python3
"""formats - bytes a second of the formats' readers, and how many times that of other libraries on the same file.

    formats.py BENCH_FORMAT LOGS [ROUNDS] [NAME=PROGRAM ...]

Every program reads one file that lies in its memory with one thread and prints the CPU seconds it took. They take turns on each file, ROUNDS
times: a ratio is that of one turn, so what the machine does meanwhile meets both. Printed are medians with the least and the most.
"""
import os
import statistics
import subprocess
import sys


def seconds(program, path):
    """(seconds, bytes, points) as the program prints them."""
    words = subprocess.run([program, path], check=True, capture_output=True, text=True).stdout.split()
    return float(words[0]), int(words[1]), int(words[2])


def spread(values, digits):
    values = sorted(values)
    return f"{statistics.median(values):.{digits}f} ({values[0]:.{digits}f} to {values[-1]:.{digits}f})"


def compare(ours, peers, path, rounds):
    own, other, points = [], {name: [] for name in peers}, 0
    for _ in range(rounds):
        took, size, points = seconds(ours, path)
        own.append((took, size))
        for name, program in peers.items():
            other[name].append(seconds(program, path)[0] / took)
    print(f"{os.path.basename(path):12} {spread([size / took / 1e9 for took, size in own], 2)} GB/s, "
          f"{spread([took / points * 1e9 for took, _ in own], 1)} ns a point")
    for name, ratios in other.items():
        print(f"{'':12} {spread(ratios, 2)} times {name}")


def main():
    ours, logs = sys.argv[1:3]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 7
    peers = dict(word.split("=", 1) for word in sys.argv[4:])
    for name in sorted(os.listdir(logs)):
        path = os.path.join(logs, name)
        compare(ours, peers if name.endswith(".jsonl") else {}, path, rounds)


main()
