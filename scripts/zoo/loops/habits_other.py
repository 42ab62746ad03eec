"""How people who write their loop themselves keep its numbers, for the split `other`: one line an epoch, five to thirty of them; counters that begin anew
in each epoch; held-out numbers alone; a dict of lists; their own names for the loss. Same methods as in loggers.py."""

import json
import os

from .lines import Lines, Quiet, rest, stamp

NAMES = ["loss", "ce", "cost", "objective", "train_err", "running_loss"]


class Epochs(Lines):
    """The run is told as a few epochs: the mean of what was trained, the last of what was evaluated."""

    files = ["train.log", "out.txt", "log.txt"]

    def __init__(self, directory, rng):
        super().__init__(directory, rng)
        self.rows, self.done, self.sums, self.held, self.clock = rng.choice([5, 8, 12, 20, 30]), 0, {}, {}, 0.0

    def settings(self, values):
        self.each_epoch = max(1, values["max_steps"] // self.rows)
        self.rows = values["max_steps"] // self.each_epoch
        super().settings(values)

    def train(self, step, epoch, values):
        if step > (self.done + 1) * self.each_epoch:
            self.flush()
        for k, v in rest(values).items():
            self.sums.setdefault(k, []).append(v)

    def evaluation(self, step, epoch, values):
        self.held = rest(values)

    def flush(self):
        if self.sums:
            self.done += 1
            means = {k: (v[-1] if k == "lr" else sum(v) / len(v)) for k, v in self.sums.items()}
            self.row(self.done, means, self.held)
        self.sums, self.held = {}, {}

    def close(self):
        self.flush()
        super().close()

    def words(self, text):
        self.flush()
        self.file.write(text)


class Dashes(Epochs):
    name = "own dashes"

    def row(self, epoch, told, held):
        more = "".join(f" - {k}: {v:.4f}" for k, v in rest(told, "loss", "lr").items())
        held = "".join(f" - val_{k.replace('accuracy', 'acc')}: {v:.4f}" for k, v in held.items())
        self.file.write(f"Epoch {epoch}/{self.rows} - train_loss: {told['loss']:.4f}{more}{held}\n")


class Paragraphs(Epochs):
    name = "own paragraphs"

    def row(self, epoch, told, held):
        self.file.write(f"\nEpoch {epoch}\n----------\n  Train Loss: {told['loss']:.6f}\n")
        if held:
            right = f"  Val Acc: {100 * held['accuracy']:.2f}%" if "accuracy" in held else ""
            self.file.write(f"  Val Loss: {held['loss']:.6f}{right}\n")
        for k, v in rest(told, "loss").items():
            self.file.write(f"  {k.replace('_', ' ').title()}: {v:.6g}\n")


class Short(Epochs):
    name = "own short"

    def row(self, epoch, told, held):
        rate = f" lr {told['lr']:.1e}" if "lr" in told else ""
        right = f" acc {held['accuracy']:.3f}" if "accuracy" in held else ""
        more = "".join(f" {k} {v:.4g}" for k, v in rest(told, "loss", "lr").items())
        seen = f" va {held['loss']:.4f}" if held else ""
        self.file.write(f"ep {epoch:03d} tr {told['loss']:.4f}{seen}{right}{more}{rate} ({self.took():.1f}s)\n")


class Columns(Epochs):
    """A header, and numbers below it."""

    name, head = "own columns", None

    def row(self, epoch, told, held):
        values = {"epoch": epoch, "train loss": told["loss"], **({"valid loss": held["loss"]} if held else {})}
        values.update({"valid acc": held["accuracy"]} if "accuracy" in held else {})
        values.update(rest(told, "loss"))
        if self.head is None:
            self.head = list(values)
            self.file.write(" | ".join(f"{k:>12}" for k in self.head) + "\n" + "-" * (15 * len(self.head)) + "\n")
        tell = lambda k: f"{values[k]:12.5f}" if isinstance(values.get(k), float) else f"{values.get(k, ''):>12}"
        self.file.write(" | ".join(tell(k) for k in self.head) + "\n")


class EpochTable(Epochs):
    """csv.writer, a row an epoch."""

    name, files, head = "own epoch csv", ["history.csv", "results.csv", "losses.csv"], None

    def settings(self, values):
        self.where = "file" if self.where == "printed" else self.where
        super().settings(values)

    def row(self, epoch, told, held):
        values = {"epoch": epoch, "train_loss": told["loss"], **{"valid_" + k: v for k, v in held.items()}, **rest(told, "loss")}
        if self.head is None:
            self.head = list(values) + [k for k in ("valid_loss",) if k not in values]
            self.file.write(",".join(self.head) + "\n")
        self.file.write(",".join(f"{values[k]:.6g}" if k in values else "" for k in self.head) + "\n")

    words = Quiet.words
    aside = "err.log"


class Lists(EpochTable):
    """json.dump(history): a list a name, when all is over."""

    name, files = "own lists", ["history.json", "train_history.json"]

    def __init__(self, directory, rng):
        super().__init__(directory, rng)
        self.lists = {}

    def row(self, epoch, told, held):
        for k, v in {"train_loss": told["loss"], **{"val_" + k: v for k, v in held.items()}, **rest(told, "loss")}.items():
            self.lists.setdefault(k, []).append(v)

    def close(self):
        self.flush()
        json.dump(self.lists, self.file)
        self.file.close()


class Anew(Lines):
    """The batch is counted from the start of each epoch, and nobody says how many there are."""

    name, files = "own batches", ["train.log", "stdout.log"]

    def __init__(self, directory, rng):
        super().__init__(directory, rng)
        self.word, self.form = rng.choice(NAMES), rng.choice(["Epoch: {} Batch: {} {}", "epoch {} | iter {} | {}", "[{}][{}] {}"])

    def train(self, step, epoch, values):
        done, at, _ = self.place(step, epoch)
        parts = [f"{self.word}: {values['loss']:.5f}"] + [f"{k}: {v:.4g}" for k, v in rest(values, "loss").items()]
        self.file.write(self.form.format(done + 1, at, ", ".join(parts)) + "\n")

    def evaluation(self, step, epoch, values):
        done, _, _ = self.place(step, epoch)
        right = f", accuracy: {100 * values['accuracy']:.2f}%" if "accuracy" in values else ""
        self.file.write(f"Validation after epoch {done + 1}: loss: {values['loss']:.5f}{right}\n")


class Tutorial(Anew):
    """[2,   200] loss: 1.204"""

    name = "own tutorial"

    def train(self, step, epoch, values):
        done, at, _ = self.place(step, epoch)
        more = "".join(f" {k}: {v:.4g}" for k, v in rest(values, "loss").items())
        self.file.write(f"[{done + 1}, {at:5d}] loss: {values['loss']:.3f}{more}\n")


class BatchTable(Quiet):
    """epoch,batch,loss: the batch begins anew with each epoch; held-out numbers in another table."""

    name, files, head, other = "own batch csv", ["train.csv", "batches.csv"], None, None

    def train(self, step, epoch, values):
        done, at, _ = self.place(step, epoch)
        values = {"epoch": done, "batch": at, **rest(values)}
        if self.head is None:
            self.head = list(values)
            self.file.write(",".join(self.head) + "\n")
        self.file.write(",".join(f"{values.get(k, float('nan')):.6g}" for k in self.head) + "\n")

    def evaluation(self, step, epoch, values):
        done, _, _ = self.place(step, epoch)
        if self.other is None:
            self.other = open(os.path.join(self.directory, "valid.csv"), "a", encoding="utf-8")
            self.other.write("epoch," + ",".join(rest(values)) + "\n")
        self.other.write(f"{done}," + ",".join(f"{v:.6g}" for v in rest(values).values()) + "\n")

    def close(self):
        super().close()
        if self.other:
            self.other.close()


class Underscored(Quiet):
    """What wandb keeps of each call: _step, _runtime, _timestamp beside the numbers."""

    name, files = "own underscored", ["history.jsonl", "wandb-history.jsonl"]

    def put(self, step, values):
        self.file.write(
            json.dumps({**values, "_step": step, "_runtime": round(step * 0.031, 3), "_timestamp": 1760000000 + step * 0.031}) + "\n"
        )

    def train(self, step, epoch, values):
        self.put(step, {("train/loss" if k == "loss" else k): v for k, v in rest(values).items()} | {"train/epoch": round(epoch, 3)})

    def evaluation(self, step, epoch, values):
        self.put(step, {"validation/" + k: v for k, v in rest(values).items()})


class HeldOut(Lines):
    """Nobody looks at what is trained on: only evaluations are told."""

    name, files = "own held out", ["eval.log", "out.txt"]

    def __init__(self, directory, rng):
        super().__init__(directory, rng)
        self.form = rng.choice(["Evaluating at iteration {}: ", "iter {}: ", "step={} "])

    def train(self, step, epoch, values):
        pass

    def evaluation(self, step, epoch, values):
        self.file.write(self.form.format(step) + ", ".join(f"val_{k}={v:.5f}" for k, v in rest(values).items()) + "\n")


class Module(Lines):
    """logging.basicConfig(level=INFO) and nothing more."""

    name, files = "own basic", ["run.log"]

    def __init__(self, directory, rng):
        super().__init__(directory, rng)
        self.word = rng.choice(NAMES)

    def train(self, step, epoch, values):
        parts = " ".join(f"{k}={v:.5g}" for k, v in rest(values, "loss").items())
        self.file.write(f"INFO:__main__:it={step} {self.word}={values['loss']:.5g} {parts}\n")

    def evaluation(self, step, epoch, values):
        self.file.write(f"INFO:__main__:it={step} dev: " + " ".join(f"{k}={v:.5g}" for k, v in rest(values).items()) + "\n")


class Player(Quiet):
    """What a game prints every few updates."""

    name, files = "own game", ["progress.txt", "train.log"]

    def train(self, step, epoch, values):
        self.file.write(f"{stamp('%H:%M:%S')} iteration {step}: " + ", ".join(f"{k} = {v:.5g}" for k, v in rest(values).items()) + "\n")

    evaluation = train


BY_EPOCH = [Dashes, Paragraphs, Short, Columns, EpochTable, Lists]
BY_STEP = [Anew, Anew, Tutorial, BatchTable, Underscored, Module]
TOLD = [Anew, Tutorial, Module]
OTHER = dict(all=BY_STEP, lines=[Underscored, Module], epochs=BY_EPOCH, output=TOLD, console=TOLD, games=[Player, Underscored])
