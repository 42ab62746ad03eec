"""What hand-written PyTorch loops log with: JSON lines, csv.DictWriter, the logging module, print, TensorBoard's SummaryWriter.

Each is a class with settings(dict), train(step, epoch, dict) and evaluation(step, epoch, dict), words(text) and close().
"""

import csv
import json
import logging
import os


class Jsonl:
    """wandb.log into a file: one object a step, settings in config.json."""

    name = "jsonl"

    def __init__(self, directory, rng):
        self.directory = directory
        self.file = open(os.path.join(directory, rng.choice(["metrics.jsonl", "log.jsonl", "history.jsonl"])), "a", encoding="utf-8")
        self.prefix = rng.choice([("train/", "val/"), ("train_", "val_"), ("", "eval_")])

    def settings(self, values):
        with open(os.path.join(self.directory, "config.json"), "w", encoding="utf-8") as f:
            json.dump(values, f, indent=1)

    def write(self, step, epoch, values, prefix):
        named = {(prefix + k if k in ("loss", "accuracy") else k): v for k, v in values.items()}
        self.file.write(json.dumps({"step": step, "epoch": round(epoch, 4), **named}) + "\n")

    def train(self, step, epoch, values):
        self.write(step, epoch, values, self.prefix[0])

    def evaluation(self, step, epoch, values):
        self.write(step, epoch, values, self.prefix[1])

    def words(self, text):
        with open(os.path.join(self.directory, "stderr.log"), "a", encoding="utf-8") as f:
            f.write(text)

    def close(self):
        self.file.close()


class Csv(Jsonl):
    """csv.DictWriter over the columns of the first row; evaluations are in the row of their step, as most home-made loggers have it."""

    name = "csv"

    def __init__(self, directory, rng):
        self.directory, self.writer, self.waiting = directory, None, None
        self.file = open(
            os.path.join(directory, rng.choice(["log.csv", "train_log.csv", "progress.csv"])), "a", newline="", encoding="utf-8"
        )
        self.has_eval = None

    def train(self, step, epoch, values):
        self.flush()
        self.waiting = {"step": step, "epoch": round(epoch, 3), **{("train_loss" if k == "loss" else k): v for k, v in values.items()}}

    def evaluation(self, step, epoch, values):
        if self.waiting is None:
            self.waiting = {"step": step, "epoch": round(epoch, 3)}
        self.waiting.update({"val_" + k: v for k, v in values.items()})

    def flush(self):
        if self.waiting is None:
            return
        if self.writer is None:
            names = list(self.waiting) + [n for n in ("val_loss", "val_accuracy") if n not in self.waiting]
            self.writer = csv.DictWriter(self.file, names, extrasaction="ignore")
            if self.file.tell() == 0:
                self.writer.writeheader()
        self.writer.writerow({k: f"{v:.6g}" if isinstance(v, float) else v for k, v in self.waiting.items()})
        self.waiting = None

    def close(self):
        self.flush()
        self.file.close()


class Logging(Jsonl):
    """The logging module with its usual format, in train.log; a traceback goes to the same file."""

    name = "logging"

    def __init__(self, directory, rng):
        self.path = os.path.join(directory, "train.log")
        self.log = logging.getLogger(directory)
        self.log.handlers, self.log.propagate = [logging.FileHandler(self.path, encoding="utf-8")], False
        self.log.setLevel(logging.INFO)
        self.log.handlers[0].setFormatter(logging.Formatter("%(asctime)s - %(levelname)s - %(message)s"))

    def settings(self, values):
        self.log.info("args: %s", values)

    def write(self, kind, step, epoch, values):
        parts = " ".join(f"{k}={v:.5g}" if isinstance(v, float) else f"{k}={v}" for k, v in values.items())
        self.log.info("%s epoch=%.2f step=%d %s", kind, epoch, step, parts)

    def train(self, step, epoch, values):
        self.write("train", step, epoch, values)

    def evaluation(self, step, epoch, values):
        self.write("eval", step, epoch, {f"val_{k}": v for k, v in values.items()})

    def words(self, text):
        with open(self.path, "a", encoding="utf-8") as f:
            f.write(text)

    def close(self):
        self.log.handlers[0].close()


class Printing(Logging):
    """print() into nohup.out."""

    name = "print"

    def __init__(self, directory, rng):
        self.path = os.path.join(directory, rng.choice(["nohup.out", "output.log", "slurm-48213.out"]))
        self.file = open(self.path, "a", encoding="utf-8")

    def settings(self, values):
        self.file.write("Namespace(" + ", ".join(f"{k}={v!r}" for k, v in values.items()) + ")\n")

    def write(self, kind, step, epoch, values):
        parts = " | ".join(f"{k.replace('_', ' ')} {v:.4g}" if isinstance(v, float) else f"{k} {v}" for k, v in values.items())
        self.file.write(f"step {step:5d} | {parts}\n")

    def train(self, step, epoch, values):
        self.write("train", step, epoch, values)

    def words(self, text):
        self.file.write(text)

    def close(self):
        self.file.close()


class TensorBoard(Jsonl):
    """torch.utils.tensorboard; the settings as hparams.yaml beside the events."""

    name = "tensorboard"

    def __init__(self, directory, rng):
        from torch.utils.tensorboard import SummaryWriter

        self.directory, self.writer = directory, SummaryWriter(directory)

    def settings(self, values):
        with open(os.path.join(self.directory, "hparams.yaml"), "w", encoding="utf-8") as f:
            f.writelines(f"{k}: {v}\n" for k, v in values.items())

    def write(self, step, epoch, values, prefix):
        for k, v in values.items():
            if isinstance(v, (int, float)):
                self.writer.add_scalar((prefix + k) if k in ("loss", "accuracy") else k, v, step)

    def train(self, step, epoch, values):
        self.write(step, epoch, values, "train/")

    def evaluation(self, step, epoch, values):
        self.write(step, epoch, values, "val/")

    def close(self):
        self.writer.close()


USUAL = dict(
    all=[Jsonl, Csv, Logging, Printing, TensorBoard],
    lines=[Jsonl, Csv, Logging, Printing],  # those that can be read while they grow, line by line
    epochs=[Jsonl, Csv, Logging],
    output=[Logging, Printing, Jsonl],  # where a traceback stays
    console=[Logging, Printing],
    games=[Jsonl, Csv, Logging, TensorBoard],  # those that need no loss
)


def choose(plan, what):
    """A logger for this plan: what is a key of USUAL."""
    from .habits import OF_SPLIT
    from .habits_newer import OWN

    if getattr(plan, "own", False):
        return plan.rng.choice(OWN[what])
    return plan.rng.choice(OF_SPLIT.get(plan.split, USUAL)[what])
