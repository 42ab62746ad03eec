"""Logs as they are kept: compressed, and without the paths and the name of the machine they were made on."""

import gzip
import importlib.util
import os
import random
import re
import shutil

import torch

PACK_ABOVE = 4000


def places():
    """Where this machine keeps things, and what a log says instead: tracebacks and warnings name files."""
    home = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    packages = os.path.dirname(os.path.dirname(os.path.realpath(torch.__file__)))
    found = [importlib.util.find_spec(name) for name in ("skorch", "catboost", "mlflow", "ignite")]
    names = {
        **{os.path.dirname(os.path.dirname(f.origin)): "/usr/lib/python3/dist-packages" for f in found if f and f.origin},
        os.path.dirname(os.path.dirname(torch.__file__)): "/usr/lib/python3/dist-packages",
        packages: "/usr/lib/python3/dist-packages",
        home: "/home/user/project",
        os.path.dirname(os.path.abspath(random.__file__)): "/usr/lib/python3.11",
        os.path.expanduser("~"): "/home/user",
    }
    return sorted(names.items(), key=lambda item: -len(item[0]))


def neutral(path, scratch):
    """The file without this machine's paths, under a name without its host."""
    folder, name = os.path.split(path)
    if name.startswith("events.out"):
        new = os.path.join(folder, re.sub(r"(tfevents\.\d+)\..*", r"\1.node7.4711.0", name))
        os.rename(path, new)
        return new
    with open(path, "rb") as f:
        text = f.read()
    for here, there in [(os.path.realpath(scratch), "/home/user/project"), *places()]:
        text = text.replace(here.encode(), there.encode())
    with open(path, "wb") as f:
        f.write(text)
    return path


def pack(directory):
    """Text and tables above 4 kB are kept compressed; event files, W&B's and the folders of MLflow are as they are."""
    for folder, _, files in os.walk(directory):
        for name in files:
            path = neutral(os.path.join(folder, name), directory)
            if os.path.getsize(path) > PACK_ABOVE and not name.startswith("events.out") and not name.endswith((".db", ".wandb")) and "/mlruns/" not in path:
                with open(path, "rb") as f, gzip.GzipFile(path + ".gz", "wb", mtime=0) as g:
                    shutil.copyfileobj(f, g)
                os.remove(path)
