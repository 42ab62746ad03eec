#!/usr/bin/env python3
"""memory_texts - sentences that people wrote, one JSON string a line: from docstrings and comments of Python packages.

    memory_texts.py N DIRECTORY...

Distinct sentences of 6 to 40 words that are mostly letters, in the order of their files' names, shuffled from a seed, the first N."""
import ast
import json
import os
import random
import re
import sys

WITH_DOCSTRING = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def files(directory):
    for at, folders, names in os.walk(directory):
        folders.sort()
        yield from (os.path.join(at, name) for name in sorted(names) if name.endswith(".py"))


def paragraphs(source):
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, WITH_DOCSTRING):
            yield from re.split(r"\n\s*\n", ast.get_docstring(node) or "")
    block = []
    for line in source.splitlines() + [""]:
        line = line.strip()
        if line.startswith("# "):
            block.append(line[2:])
        elif block:
            yield " ".join(block)
            block = []


def sentences(paragraph):
    for s in re.split(r"(?<=[.!?])\s+(?=[A-Z`])", " ".join(paragraph.split())):
        letters = sum(c.isalpha() or c == " " for c in s)
        if 6 <= len(s.split()) <= 40 and len(s) < 400 and letters > .8 * len(s):
            yield s


def main():
    n, seen = int(sys.argv[1]), {}
    for directory in sys.argv[2:]:
        for path in files(directory):
            try:
                with open(path, encoding="utf-8", errors="replace") as f:
                    for paragraph in paragraphs(f.read()):
                        for s in sentences(paragraph):
                            seen.setdefault(s.lower(), s)
            except (SyntaxError, ValueError, RecursionError):
                continue
    all_of_them = list(seen.values())
    random.Random(1).shuffle(all_of_them)
    if len(all_of_them) < n:
        sys.exit(f"memory_texts: only {len(all_of_them)} sentences, not {n}")
    for s in all_of_them[:n]:
        print(json.dumps(s))


main()
