"""How loops of the split `everyday` tell what they do: the loggers of habits_common.py with other names, other lines and other stamps, and epochs in columns."""

from . import habits_common as c
from .habits_other import Epochs
from .lines import rest


class Words(c.Words):
    def __init__(self, rng):
        super().__init__(rng)
        held = [("val_loss", "val_accuracy"), ("eval_loss", "eval_accuracy"), ("validation_loss", "validation_accuracy"), ("val/loss", "val/accuracy"), ("test/loss", "test/acc")]
        self.held, self.right = rng.choice(held)
        self.loss = self.names["loss"] = rng.choice(["loss", "train_loss", "train/loss", "training_loss", "train/batch_loss", "running_loss"])
        self.names["grad_norm"], self.step = rng.choice(["grad_norm", "gradient_norm", "train/grad_norm"]), rng.choice(["step", "step", "iteration", "global_step", "batch"])


def renamed(kind, words=Words, **more):
    """The same logger, in which the words are drawn from other lists."""

    def init(self, directory, rng):
        kind.__init__(self, directory, rng)
        if not getattr(self, "phase", ""):
            self.w = words(rng)

    return type(kind.__name__, (kind,), dict(__init__=init, **more))


def headed(kind, heads):
    """The same lines with other beginnings."""

    def init(self, directory, rng):
        kind.__init__(self, directory, rng)
        self.head = rng.choice(heads)

    return type(kind.__name__, (kind,), dict(__init__=init))


class Columns(Epochs):
    """A head and a row an epoch, in columns."""

    name, files = "epoch columns", ["train.log", "log.txt"]

    def row(self, epoch, told, held):
        cells = {"epoch": epoch, "train_loss": told["loss"], "val_loss": held.get("loss"), "val_acc": held.get("accuracy"), **rest(told, "loss")}
        cells = {k: v for k, v in cells.items() if v is not None}
        if epoch == 1:
            self.file.write("".join(f"{k:>12}" for k in cells) + "\n")
        self.file.write("".join(f"{v:>12d}" if k == "epoch" else f"{v:>12.3e}" if k == "lr" else f"{v:>12.5f}" for k, v in cells.items()) + "\n")


FORMS = [("{k}: {v}", " | "), ("{k}={v}", ", "), ("{k} {v}", "  "), ("{k}: {v}", "  ")]
STAMPS = ["[{:%Y-%m-%d %H:%M:%S}] ", "{:%H:%M:%S} INFO: ", "INFO:__main__:", "{:%Y-%m-%d %H:%M:%S},{ms} [INFO] "]
Said, Logged, Table, Lines = renamed(c.Said, forms=FORMS), renamed(c.Logged, forms=FORMS, stamps=STAMPS), renamed(c.Table), renamed(c.JsonLines)
TOLD = [Said, Said, Logged, Logged]
LINES = [Lines, Lines, Table, Table, *TOLD]
BAR, BOARD = renamed(c.Bar), renamed(c.Board)
EVERYDAY = dict(
    all=[*LINES, BAR, BAR, BOARD, BOARD, renamed(c.Wandb)], lines=LINES, epochs=[renamed(c.EpochSaid), renamed(c.EpochTable), Columns], output=[*TOLD, BAR, Lines],
    console=[*TOLD, BAR], games=[Lines, Table, *TOLD, BOARD],
)  # fmt: skip
c.UNCOUNTED.add(Columns.name)
