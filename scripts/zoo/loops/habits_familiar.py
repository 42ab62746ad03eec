"""How loops of the split `familiar` tell what they do: the loggers of habits_common.py with other names, other lines and other stamps; epochs as lines of a dict,
as columns padded with blanks (as YOLO's results.csv has them), and between bars."""

import json

from . import habits_common as c
from . import habits_everyday as e
from .habits_likely import EpochLine
from .habits_other import Epochs
from .lines import rest


class Words(c.Words):
    def __init__(self, rng):
        super().__init__(rng)
        held = [("val_loss", "val_acc"), ("val/loss", "val/acc"), ("eval/loss", "eval/accuracy"), ("valid_loss", "valid_acc"), ("test_loss", "test_acc"), ("loss/val", "acc/val")]
        self.held, self.right = rng.choice(held)
        self.loss = self.names["loss"] = "loss/train" if self.held == "loss/val" else rng.choice(["loss", "loss", "train_loss", "train/loss", "tr_loss", "mean_loss", "loss_train"])
        self.names["lr"] = rng.choice(["lr", "lr", "learning_rate", "optim/lr", "lr-0"])
        self.names["grad_norm"], self.step = rng.choice(["grad_norm", "gnorm", "optim/grad_norm", "grad"]), rng.choice(["step", "iter", "global_step", "update", "num_updates"])


HEADS = ["step {s}:", "iter {s} |", "[{s}/{all}]", "Epoch {e} | Step {s} |", "{word}={s}", "Iteration {s}/{all}:", "| epoch {e:3d} | {s:5d}/{all:5d} batches |"]


def renamed(kind, **more):
    return e.renamed(kind, Words, **more)


def of_epoch(told, held, words):
    """What an epoch came to, under the run's names."""
    return {**words.trained(told), **words.looked(held)}


class Dict(Epochs):
    """print(stats), or json.dumps of it, once an epoch."""

    name, files = "epoch dicts", ["train.log", "stdout.log", "log.txt"]

    def __init__(self, directory, rng):
        super().__init__(directory, rng)
        self.w, self.json = Words(rng), rng.random() < 0.4

    def row(self, epoch, told, held):
        values = {"epoch": epoch, **{k: round(v, 5) if abs(v) > 1e-3 else v for k, v in of_epoch(told, held, self.w).items()}}
        self.file.write((json.dumps(values) if self.json else str(values)) + "\n")


class Padded(Epochs):
    """As many blanks as each column needs, a comma behind them."""

    name, files = "epoch padded csv", ["results.csv"]

    def __init__(self, directory, rng):
        super().__init__(directory, rng)
        self.head, self.where = None, "file" if self.where == "printed" else self.where

    def row(self, epoch, told, held):
        named = {"train/loss": told["loss"], **{{"loss": "val/loss", "accuracy": "metrics/accuracy_top1"}.get(k, "metrics/" + k): v for k, v in held.items()}}
        named.update({"lr/pg0" if k == "lr" else k: v for k, v in rest(told, "loss").items()})
        if self.head is None:
            self.head = list(named)
            self.file.write(",".join(f"{k:>22}" for k in ["epoch", *self.head]) + "\n")
        self.file.write(",".join([f"{epoch:>22}", *(f"{named[k]:>22.5g}" if k in named else " " * 22 for k in self.head)]) + "\n")


FORMS = [("{k}: {v}", ", "), ("{k} {v}", " | "), ("{k}: {v}", "  "), ("{k}={v}", ", "), ("{k} = {v}", "; ")]
STAMPS = ["{:%Y-%m-%d %H:%M:%S},{ms} INFO ", "{:%Y-%m-%d %H:%M:%S} | INFO | train | ", "INFO:train:", "[{:%m-%d %H:%M:%S}] ", "{:%H:%M:%S} - "]
Said, Logged, Table, Lines = e.headed(renamed(c.Said, forms=FORMS), HEADS), e.headed(renamed(c.Logged, forms=FORMS, stamps=STAMPS), HEADS), renamed(c.Table), renamed(c.JsonLines)
TOLD = [Said, Said, Said, Logged, Logged]
LINES = [Lines, Lines, Table, Table, *TOLD]
BAR, BOARD = renamed(c.Bar), renamed(c.Board)
FAMILIAR = dict(
    all=[*LINES, BAR, BAR, BOARD, BOARD, renamed(c.Wandb), renamed(c.MlFiles)], lines=LINES, epochs=[renamed(c.EpochSaid), renamed(c.EpochTable), EpochLine, Dict, Dict, Padded],
    output=[*TOLD, BAR, Lines], console=[*TOLD, BAR], games=[Lines, Table, *TOLD, BOARD],
)  # fmt: skip
c.UNCOUNTED |= {Dict.name, Padded.name}
