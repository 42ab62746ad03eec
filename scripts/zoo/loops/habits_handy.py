"""How loops of the split `handy` tell what they do: the loggers of habits_common.py with other names, other beginnings of lines and other stamps; epochs as the tutorial of
transfer learning tells them, in two lines below a heading."""

from . import habits_common as c
from . import habits_everyday as e
from .habits_familiar import Dict
from .habits_likely import EpochLine
from .habits_other import Epochs


class Words(c.Words):
    def __init__(self, rng):
        super().__init__(rng)
        held = [("val_loss", "val_acc"), ("val_loss", "val_accuracy"), ("valid/loss", "valid/accuracy"), ("validation_loss", "validation_accuracy"), ("eval_loss", "eval_accuracy"), ("loss/valid", "acc/valid")]
        self.held, self.right = rng.choice(held)
        self.loss = self.names["loss"] = "loss/train" if self.held == "loss/valid" else rng.choice(["loss", "loss", "train_loss", "train/loss", "running_loss", "batch_loss", "training_loss"])
        self.names["lr"] = rng.choice(["lr", "lr", "learning_rate", "train/lr", "current_lr"])
        self.names["grad_norm"], self.step = rng.choice(["grad_norm", "total_norm", "train/grad_norm", "gradnorm"]), rng.choice(["step", "global_step", "iter", "iteration", "batch", "n_iter"])


HEADS = ["{word} {s}/{all}:", "[epoch {e} step {s}]", "[Step {s}]", "Train Epoch: {e} [{s}/{all}]", "{word} {s:6d} |", "({s}/{all})"]


def renamed(kind, **more):
    return e.renamed(kind, Words, **more)


class Blocks(Epochs):
    """A heading, dashes, and a line for each of the two phases; the rate where it is kept, and the time."""

    name, files = "epoch blocks", ["train.log", "nohup.out", "run.log"]

    def __init__(self, directory, rng):
        super().__init__(directory, rng)
        self.w, self.first = Words(rng), rng.choice([0, 1])

    def row(self, epoch, told, held):
        more = {k: v for k, v in told.items() if k != "loss" and isinstance(v, (int, float)) and (k != "lr" or self.w.keeps_rate)}
        tell = lambda values: " ".join(f"{k.replace('accuracy', 'Acc').replace('loss', 'Loss')}: {v:.4g}" if k == "lr" else f"{k.replace('accuracy', 'Acc').replace('loss', 'Loss')}: {v:.4f}" for k, v in values.items())
        self.file.write(f"Epoch {epoch - 1 + self.first}/{self.rows - 1 + self.first}\n----------\ntrain {tell({'loss': told['loss'], **more})}\n" + (f"val {tell(held)}\n" if held else "") + "\n")


FORMS = [("{k}: {v}", " "), ("{k}={v}", " "), ("{k} {v}", "  "), ("{k}: {v}", " | "), ("{k}={v}", ", ")]
STAMPS = ["{:%Y-%m-%d %H:%M:%S} ", "[{:%Y-%m-%d %H:%M:%S}][INFO] ", "{:%H:%M:%S} INFO ", "INFO:__main__:", "{:%m/%d %H:%M:%S} trainer INFO: "]
Said, Logged, Table, Lines = e.headed(renamed(c.Said, forms=FORMS), HEADS), e.headed(renamed(c.Logged, forms=FORMS, stamps=STAMPS), HEADS), renamed(c.Table), renamed(c.JsonLines)
TOLD = [Said, Said, Said, Logged, Logged]
LINES = [Lines, Lines, Table, Table, *TOLD]
BAR, BOARD = renamed(c.Bar), renamed(c.Board)
HANDY = dict(
    all=[*LINES, *LINES, BAR, BAR, BOARD, BOARD, renamed(c.MlFiles), renamed(c.MlFiles)], lines=LINES, epochs=[renamed(c.EpochSaid), renamed(c.EpochTable), EpochLine, Dict, Blocks, Blocks],
    output=[*TOLD, BAR, Lines], console=[*TOLD, BAR], games=[Lines, Table, *TOLD, BOARD],
)  # fmt: skip
c.UNCOUNTED |= {Blocks.name}
