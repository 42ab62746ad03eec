"""What the scripts of the directory above share: a case's directory, a captured console, and the points that a second reader finds.

A script TOOL.py makes tests/fixtures/TOOL/: for each case a directory CASE/ with the files as the tool wrote them, and
    CASE.points.tsv   FILE <tab> SERIES <tab> STEP <tab> VALUE     what must be read from it, in the order of the file
    CASE.facts.tsv    FILE <tab> KEY <tab> VALUE                   settings that must be read from it
An empty FILE is that of the row above. Both open with lines "# ..." that say by which rule the tool's numbers became points. VALUE is Python's repr of the number.

What is taken out of the files, and nothing else: the directory of the run becomes /run, of the packages /packages, of the user /home/user;
the host becomes "host" (what else a tool says of the machine, its script takes out). Names of files are given by the script where the tool's own hold a host, a time or a process.
"""
import contextlib
import csv
import json
import math
import os
import re
import shutil
import socket
import sys

HOST = "host"
OFF_RECORD = ("", "NA", "None", "null")


def quiet_machine():
    """Tools write the host into names and records; before they are loaded, give them one that nobody has."""
    for name in ("HOSTNAME", "LOGNAME", "USER"):
        os.environ.pop(name, None)
    os.environ.update(CUDA_VISIBLE_DEVICES="", TOKENIZERS_PARALLELISM="false", HF_HUB_OFFLINE="1", TF_CPP_MIN_LOG_LEVEL="2",
                      TF_ENABLE_ONEDNN_OPTS="0", PYTHONWARNINGS="ignore", OMP_NUM_THREADS="1", COLUMNS="120")
    real = socket.gethostname()
    socket.gethostname = lambda: HOST
    return real


REAL_HOST = quiet_machine()


def scrub(text):
    """A text without this machine."""
    for folder in sorted((p for p in sys.path if os.path.isabs(p) and os.path.isdir(p) and len(p) > 4), key=len, reverse=True):
        text = text.replace(folder, "/packages")
    for folder, name in ((os.path.realpath(os.getcwd()), "/run"), (os.getcwd(), "/run"), (sys.prefix, "/python"), (sys.base_prefix, "/python"),
                         (os.path.expanduser("~"), "/home/user")):
        if len(folder) > 4:
            text = text.replace(folder, name)
    return text.replace(REAL_HOST, HOST) if len(REAL_HOST) > 3 else text


@contextlib.contextmanager
def console(path, errors=True):
    """Everything that the process and its libraries print goes to the file, as behind `> path 2>&1` (errors) or `> path`."""
    sys.stdout.flush(), sys.stderr.flush()
    kept = os.dup(1), os.dup(2)
    with open(path, "wb") as f:
        os.dup2(f.fileno(), 1)
        if errors:
            os.dup2(f.fileno(), 2)
        try:
            yield
        finally:
            sys.stdout.flush(), sys.stderr.flush()
            os.dup2(kept[0], 1), os.dup2(kept[1], 2)
            os.close(kept[0]), os.close(kept[1])


class Case:
    """One case of a tool: `with Case(OUT, "healthy", rule) as c`. Inside, the working directory is the case's own."""

    def __init__(self, out, name, *rules):
        self.out, self.name, self.rules = os.path.abspath(out), name, rules
        self.folder = os.path.join(self.out, name)
        self.points, self.facts = [], []

    def __enter__(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        self.before = os.getcwd()
        os.chdir(self.folder)
        return self

    def __exit__(self, failed, *_):
        if not failed:
            self.finish()
        os.chdir(self.before)

    def finish(self):
        for name in files():
            raw = open(name, "rb").read()
            if b"\0" not in raw:
                clean = scrub(raw.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
                if clean != raw:
                    open(name, "wb").write(clean)
        order = list(dict.fromkeys(row[0] for row in self.points))             # one file after the other
        self.table("points", sorted(self.points, key=lambda row: order.index(row[0])))
        if self.facts:
            self.table("facts", self.facts)

    def table(self, kind, rows):
        with open(f"{self.folder}.{kind}.tsv", "w", encoding="utf-8", newline="\n") as f:
            f.writelines(f"# {rule}\n" for rule in self.rules)
            for above, row in zip([("",), *rows], rows):
                f.write("\t".join(map(str, ("" if row[0] == above[0] else row[0], *row[1:]))) + "\n")

    def keep(self, *wanted):
        """Of the files of the case only these (and what is below a folder of these) stay."""
        for name in files():
            if not any(name == w or name.startswith(w.rstrip("/") + "/") for w in wanted):
                os.remove(name)
        for folder, _, _ in os.walk(".", topdown=False):
            if folder != "." and not os.listdir(folder):
                os.rmdir(folder)

    def point(self, file, series, step, value):
        self.points.append((file, series, int(step), repr(float(value)) if isinstance(value, float) else repr(value)))

    def fact(self, file, key, value):
        self.facts.append((file, key, value))

    def record(self, file, step, numbers, skip=()):
        """One record: its numbers at one step."""
        for name, value in numbers.items():
            if name not in skip and isinstance(value, (int, float)):
                self.point(file, name, step, value)


def files():
    """Every file below the working directory, by its path from there."""
    return sorted(os.path.relpath(os.path.join(d, n), ".") for d, _, names in os.walk(".") for n in names)


def number(text):
    """A cell as a number, or None for one that is missing or a word."""
    text = text.strip()
    if text in OFF_RECORD:
        return None
    try:
        return float(text)
    except ValueError:
        return None


def csv_rows(path, skip_lines=0, delimiter=","):
    """The csv module's reading: one dict a row, with the numbers alone."""
    with open(path, newline="", encoding="utf-8") as f:
        for _ in range(skip_lines):
            f.readline()
        for row in csv.DictReader(f, delimiter=delimiter):
            cells = {k.strip(): number(v) for k, v in row.items() if k and v is not None}
            yield {k: v for k, v in cells.items() if v is not None}


def json_lines(path):
    """The json module's reading of JSON lines, bare NaN and Infinity included."""
    with open(path, encoding="utf-8") as f:
        for line in f:
            if line.strip():
                yield json.loads(line)


def flat(value, name=""):
    """Nested keys joined with '/': the numbers alone."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from flat(inner, f"{name}/{key}" if name else key)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield name, value


ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07]*\x07|\x08")


def console_lines(path):
    """The lines of a console as a reader sees them: cut at line feeds and carriage returns, without colours and backspaces."""
    text = open(path, encoding="utf-8", newline="").read()
    return [ESCAPES.sub("", line) for line in re.split(r"[\r\n]+", text)]


def finite(value):
    return isinstance(value, (int, float)) and math.isfinite(value)
