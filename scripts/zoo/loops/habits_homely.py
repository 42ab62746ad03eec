"""How loops of the split `homely` tell what they do: the loggers of habits_common.py with other names, other beginnings of lines and other stamps; epochs as PyTorch's examples of
auto-encoders and of digits tell them."""

from . import habits_common as c
from . import habits_everyday as e
from .habits_familiar import Dict
from .habits_likely import EpochLine
from .habits_other import Epochs


class Words(c.Words):
    def __init__(self, rng):
        super().__init__(rng)
        held = [("val_loss", "val_acc"), ("val_loss", "val_accuracy"), ("val/loss", "val/acc"), ("eval_loss", "eval_acc"), ("test_loss", "test_acc"), ("valid_loss", "valid_acc"), ("validation/loss", "validation/accuracy")]
        self.held, self.right = rng.choice(held)
        self.loss = self.names["loss"] = rng.choice(["loss", "loss", "loss", "train_loss", "train_loss", "train/loss", "training_loss", "avg_loss"])
        self.names["lr"] = rng.choice(["lr", "lr", "lr", "learning_rate", "train/learning_rate"])
        self.names["grad_norm"], self.step = rng.choice(["grad_norm", "grad_norm", "train/grad_norm", "gradient_norm", "gnorm"]), rng.choice(["step", "step", "iter", "iteration", "global_step", "steps", "batch"])


HEADS = ["Step {s}:", "step {s}/{all} |", "iter {s:5d}:", "Epoch {e}, step {s}:", "[{s:>5}/{all}]", "Epoch: {e} Iter: {s}", "{word} {s}:"]


def renamed(kind, **more):
    return e.renamed(kind, Words, **more)


class Arrows(Epochs):
    """An arrow, the epoch and its mean; another for what was held out, or the words of the example for digits."""

    name, files = "epoch arrows", ["train.log", "nohup.out", "output.txt"]

    def __init__(self, directory, rng):
        super().__init__(directory, rng)
        self.w, self.digits = Words(rng), rng.random() < 0.5

    def row(self, epoch, told, held):
        more = "".join(f" {k}: {v:.3e}" if k == "lr" else f" {k}: {v:.4f}" for k, v in told.items() if k != "loss" and isinstance(v, (int, float)) and (k != "lr" or self.w.keeps_rate))
        self.file.write(f"====> Epoch: {epoch} Average loss: {told['loss']:.4f}{more}\n")
        right = f", Accuracy: {100 * held['accuracy']:.2f}%" if "accuracy" in held else ""
        rest = "".join(f", {k}: {v:.4f}" for k, v in held.items() if k not in ("loss", "accuracy"))
        if held:
            self.file.write((f"Test set: Average loss: {held['loss']:.4f}" if self.digits else f"====> Test set loss: {held['loss']:.4f}") + right + rest + "\n")


FORMS = [("{k}: {v}", ", "), ("{k}={v}", " "), ("{k} {v}", ", "), ("{k}: {v}", "  "), ("{k}: {v}", " | "), ("{k}={v}", " | ")]
STAMPS = ["{:%Y-%m-%d %H:%M:%S} | INFO | ", "[{:%Y-%m-%d %H:%M:%S}] ", "{:%Y-%m-%d %H:%M:%S} - train - INFO - ", "INFO:train:", "{:%H:%M:%S} | "]
Said, Logged, Table, Lines = e.headed(renamed(c.Said, forms=FORMS), HEADS), e.headed(renamed(c.Logged, forms=FORMS, stamps=STAMPS), HEADS), renamed(c.Table), renamed(c.JsonLines)
TOLD = [Said, Said, Said, Logged, Logged]
LINES = [Lines, Lines, Table, Table, *TOLD]
BAR, BOARD = renamed(c.Bar), renamed(c.Board)
HOMELY = dict(
    all=[*LINES, *LINES, BAR, BAR, BOARD, BOARD, BOARD, renamed(c.MlFiles)], lines=LINES, epochs=[renamed(c.EpochSaid), renamed(c.EpochTable), renamed(c.EpochTable), EpochLine, Dict, Arrows, Arrows],
    output=[*TOLD, BAR, Lines], console=[*TOLD, BAR], games=[Lines, Table, *TOLD, BOARD],
)  # fmt: skip
c.UNCOUNTED |= {Arrows.name}
