"""How loops of the split `likely` tell what they do: the loggers of habits_common.py with other names, other lines and other stamps, and epochs as
PyTorch's examples of language models and as people in Keras' manner tell them."""

from . import habits_common as c
from . import habits_everyday as e
from .habits_other import Epochs


class Words(c.Words):
    def __init__(self, rng):
        super().__init__(rng)
        held = [("val_loss", "val_acc"), ("validation/loss", "validation/acc"), ("valid/loss", "valid/acc"), ("eval_loss", "eval_acc"), ("test_loss", "test_accuracy")]
        self.held, self.right = rng.choice(held)
        self.loss = self.names["loss"] = rng.choice(["loss", "loss", "train_loss", "train/loss", "avg_loss", "train/loss_step", "total_loss"])
        self.names["lr"] = rng.choice(["lr", "learning_rate", "train/learning_rate", "lr"])
        self.names["grad_norm"], self.step = rng.choice(["grad_norm", "train/grad_norm", "grad/norm"]), rng.choice(["step", "global_step", "steps", "iter", "batch_idx"])


def renamed(kind, **more):
    return e.renamed(kind, Words, **more)


class EpochLine(Epochs):
    """A line an epoch between dashes or bars."""

    name, files = "epoch lines", ["train.log", "nohup.out", "log.txt"]

    def __init__(self, directory, rng):
        super().__init__(directory, rng)
        self.barred, self.keeps_rate = rng.random() < 0.5, rng.random() < 0.5

    def number(self, name, value):
        return f"{value:.3e}" if name == "lr" else f"{value:.4f}"

    def row(self, epoch, told, held):
        took = self.took()
        more = {k: v for k, v in told.items() if k != "loss" and isinstance(v, (int, float)) and (k != "lr" or self.keeps_rate)}
        if self.barred:
            parts = [f"end of epoch {epoch:3d}", f"time: {took:5.2f}s", f"train loss {told['loss']:5.4f}"]
            parts += [f"valid {k.replace('accuracy', 'acc')} {v:5.4f}" for k, v in held.items() if k in ("loss", "accuracy")]
            parts += [f"{k} {self.number(k, v)}" for k, v in more.items()] + [f"valid {k} {v:.4f}" for k, v in held.items() if k not in ("loss", "accuracy")]
            self.file.write("-" * 89 + "\n| " + " | ".join(parts) + "\n" + "-" * 89 + "\n")
            return
        parts = {"loss": told["loss"], **more, **{f"val_{k}": v for k, v in held.items()}}
        self.file.write(f"Epoch {epoch}/{self.rows} - {took:.1f}s - " + " - ".join(f"{k}: {self.number(k, v)}" for k, v in parts.items()) + "\n")


FORMS = [("{k}: {v}", ", "), ("{k} = {v}", " | "), ("{k}={v}", " "), ("{k} {v}", ", ")]
STAMPS = ["{:%Y-%m-%d %H:%M:%S} INFO ", "{:%Y-%m-%d %H:%M:%S},{ms} INFO train: ", "[INFO] ", "{:%d/%m/%Y %H:%M:%S} - INFO - "]
Said, Logged, Table, Lines = renamed(c.Said, forms=FORMS), renamed(c.Logged, forms=FORMS, stamps=STAMPS), renamed(c.Table), renamed(c.JsonLines)
TOLD = [Said, Said, Logged, Logged]
LINES = [Lines, Lines, Table, Table, *TOLD]
BAR, BOARD = renamed(c.Bar), renamed(c.Board)
LIKELY = dict(
    all=[*LINES, BAR, BAR, BOARD, BOARD, renamed(c.Wandb), renamed(c.MlFiles)], lines=LINES, epochs=[renamed(c.EpochSaid), renamed(c.EpochTable), EpochLine, EpochLine],
    output=[*TOLD, BAR, Lines], console=[*TOLD, BAR], games=[Lines, Table, *TOLD, BOARD],
)  # fmt: skip
c.UNCOUNTED.add(EpochLine.name)
