"""How loops of the split `wider` log: as darknet, Marian, Flair, WeNet, SpeechBrain, PyTorch Geometric and DGL's examples print, a table in Markdown, a
table with tabs, a list in one JSON file, one object a line with the phase as a word, CSV a row an epoch. Same methods as in loggers.py."""

import json
import os

from .lines import Lines, Quiet, rest, stamp


class Darknet(Lines):
    """The loss, its running average, the rate."""

    name, files, average = "darknet", ["train.log", "nohup.out"], None

    def train(self, step, epoch, values):
        loss = values["loss"]
        self.average = loss if self.average is None else 0.9 * self.average + 0.1 * loss
        images = step * self.told.get("batch_size", 1)
        rate = f", {values['lr']:f} rate" if "lr" in values else ""
        self.file.write(f"{step}: {loss:f}, {self.average:f} avg loss{rate}, {self.each(step):f} seconds, {images} images\n")

    def evaluation(self, step, epoch, values):
        self.file.write("valid: " + ", ".join(f"{k} = {v:.5f}" for k, v in rest(values).items()) + "\n")


class Marian(Lines):
    name, files, best = "marian", ["train.log", "marian.out"], float("inf")

    def train(self, step, epoch, values):
        done, _, _ = self.place(step, epoch)
        took, batch = self.took(), self.told.get("batch_size", 1)
        more = f" : gNorm {values['grad_norm']:.4f}" if "grad_norm" in values else ""
        more += f" : L.r. {values['lr']:.4e}" if "lr" in values else ""
        self.file.write(
            f"[{stamp('%Y-%m-%d %H:%M:%S')}] Ep. {done + 1} : Up. {step} : Sen. {step * batch:,} : Cost {values['loss']:.8f}"
            f" : Time {took:.2f}s : {batch / max(took, 1e-6):.2f} words/s{more}\n"
        )

    def evaluation(self, step, epoch, values):
        done, _, _ = self.place(step, epoch)
        for k, v in rest(values).items():
            word = "new best" if v < self.best else "stalled 1 times (last best: {:g})".format(self.best)
            self.best = min(self.best, v) if k == "loss" else self.best
            named = {"loss": "cross-entropy"}.get(k, k)
            self.file.write(f"[{stamp('%Y-%m-%d %H:%M:%S')}] [valid] Ep. {done + 1} : Up. {step} : {named} : {v:.6f} : {word}\n")


class Flair(Lines):
    name, files = "flair", ["training.log"]

    def say(self, text):
        self.file.write(f"{stamp('%Y-%m-%d %H:%M:%S')},417 {text}\n")

    def train(self, step, epoch, values):
        done, at, each = self.place(step, epoch)
        took, batch = self.took(), self.told.get("batch_size", 1)
        more = "".join(f" - {k}: {v:.6f}" for k, v in rest(values, "loss").items())
        self.say(
            f"epoch {done + 1} - iter {at}/{each} - loss {values['loss']:.8f} - time (sec): {took:.2f}"
            f" - samples/sec: {batch / max(took, 1e-6):.2f}{more}"
        )

    def evaluation(self, step, epoch, values):
        more = "".join(f" - {k} {v:.4f}" for k, v in rest(values, "loss").items())
        self.say(f"DEV : loss {values['loss']:.6f}{more}")


class Wenet(Lines):
    name, files = "wenet", ["train.log"]

    def train(self, step, epoch, values):
        done, at, _ = self.place(step, epoch)
        more = "".join(f"{k} {v:.8f} " for k, v in rest(values, "loss").items())
        self.file.write(f"{stamp('%Y-%m-%d %H:%M:%S')},201 DEBUG TRAIN Batch {done}/{at} loss {values['loss']:.6f} {more}rank 0\n")

    def evaluation(self, step, epoch, values):
        done, _, _ = self.place(step, epoch)
        more = "".join(f" cv_{k} {v:.6f}" for k, v in rest(values, "loss").items())
        self.file.write(f"{stamp('%Y-%m-%d %H:%M:%S')},377 INFO Epoch {done} CV info cv_loss {values['loss']:.6f}{more}\n")


class Markdown(Lines):
    """A table as people paste it."""

    name, files, columns = "markdown", ["results.md", "log.md"], None

    def row(self, step, values):
        if self.columns is None:
            self.columns = ["step", "train loss", "val loss", "val accuracy", *[k for k in values if k not in ("train loss", "val loss")]]
            self.file.write("| " + " | ".join(self.columns) + " |\n|" + "---|" * len(self.columns) + "\n")
        told = {"step": step, **{k: f"{v:.5g}" for k, v in values.items()}}
        self.file.write("| " + " | ".join(str(told.get(c, "")) for c in self.columns) + " |\n")

    def train(self, step, epoch, values):
        self.row(step, {("train loss" if k == "loss" else k): v for k, v in rest(values).items()})

    def evaluation(self, step, epoch, values):
        self.row(step, {"val " + k: v for k, v in rest(values).items()})


class Tabs(Quiet):
    """A row a step, tabs between, a header that begins with #; held-out numbers in a file of their own."""

    name, files, other = "tsv", ["train.tsv", "loss.tsv"], None

    def row(self, file, values):
        if file.tell() == 0:
            file.write("#" + "\t".join(values) + "\n")
        file.write("\t".join(f"{v:.6g}" if isinstance(v, float) else str(v) for v in values.values()) + "\n")

    def train(self, step, epoch, values):
        self.row(self.file, {"step": step, **rest(values)})

    def evaluation(self, step, epoch, values):
        self.other = self.other or open(os.path.join(self.directory, "valid.tsv"), "a", encoding="utf-8")
        self.row(self.other, {"step": step, **rest(values)})

    def close(self):
        super().close()
        if self.other:
            self.other.close()


class Phases(Quiet):
    """One object a line, which says whose numbers it has."""

    name, files = "phase jsonl", ["metrics.jsonl", "log.json"]

    def put(self, phase, step, epoch, values):
        self.file.write(json.dumps({"phase": phase, "step": step, "epoch": round(epoch, 3), **rest(values)}) + "\n")

    def train(self, step, epoch, values):
        self.put("train", step, epoch, values)

    def evaluation(self, step, epoch, values):
        self.put("val", step, epoch, values)


class Listed(Quiet):
    """A list of objects in one file, written when all is over."""

    name, files = "json list", ["history.json", "metrics.json"]

    def __init__(self, directory, rng):
        super().__init__(directory, rng)
        self.rows = []

    def train(self, step, epoch, values):
        self.rows.append({"step": step, **{("train_loss" if k == "loss" else k): v for k, v in rest(values).items()}})

    def evaluation(self, step, epoch, values):
        self.rows.append({"step": step, **{"val_" + k: v for k, v in rest(values).items()}})

    def close(self):
        json.dump(self.rows, self.file)
        super().close()


class Bracket(Lines):
    """[120/600] loss: 0.41, and a line that begins with val."""

    name, files = "bracket", ["train.log", "stdout.txt"]

    def train(self, step, epoch, values):
        parts = ", ".join(f"{k}: {v:.4g}" for k, v in rest(values).items())
        self.file.write(f"[{step}/{self.told.get('max_steps', step)}] {parts}\n")

    def evaluation(self, step, epoch, values):
        parts = ", ".join(f"val_{k}: {v:.4g}" for k, v in rest(values).items())
        self.file.write(f"[{step}/{self.told.get('max_steps', step)}] ==> {parts}\n")


class Held(Lines):
    """Loops that tell a line an epoch: the training numbers wait for the evaluation's."""

    files, waiting = ["train.log", "output.txt"], {}

    def train(self, step, epoch, values):
        if self.waiting:
            self.epoch_line(round(epoch) - 1, self.waiting, {})
        self.waiting = rest(values)

    def evaluation(self, step, epoch, values):
        self.epoch_line(round(epoch), self.waiting, rest(values))
        self.waiting = {}


class SpeechBrain(Held):
    name = "speechbrain"

    def epoch_line(self, epoch, train, held):
        rate = f", lr: {train['lr']:.2e}" if "lr" in train else ""
        more = "".join(f", train {k}: {v:.2e}" for k, v in rest(train, "loss", "lr").items())
        valid = ", ".join(f"valid {k}: {v:.2e}" for k, v in held.items())
        self.file.write(f"epoch: {epoch}{rate} - train loss: {train.get('loss', 0):.2e}{more}{' - ' + valid if valid else ''}\n")


class Geometric(Held):
    name = "pyg"

    def epoch_line(self, epoch, train, held):
        more = "".join(f", {k}: {v:.4f}" for k, v in rest(train, "loss").items())
        valid = "".join(f", Val {k}: {v:.4f}" for k, v in held.items())
        self.file.write(f"Epoch: {epoch:03d}, Loss: {train.get('loss', 0):.4f}{more}{valid}\n")


class Dgl(Held):
    name = "dgl"

    def epoch_line(self, epoch, train, held):
        valid = "".join(f" | Val {k.capitalize()} {v:.4f}" for k, v in held.items())
        more = "".join(f" | {k} {v:.5g}" for k, v in rest(train, "loss").items())
        self.file.write(f"Epoch {epoch:05d} | Loss {train.get('loss', 0):.4f}{valid}{more}\n")


class EpochCsv(Held):
    """epoch,train_loss,val_loss,... and nothing else."""

    name, files, columns = "epoch csv", ["log.csv", "results.csv"], None

    def settings(self, values):
        self.where = "nowhere"
        super().settings(values)

    def epoch_line(self, epoch, train, held):
        row = {"epoch": epoch, **{("train_loss" if k == "loss" else k): v for k, v in train.items()}}
        row.update({"val_" + k: v for k, v in held.items()})
        if self.columns is None:
            self.columns = list(row)
            self.file.write(",".join(self.columns) + "\n")
        self.file.write(",".join(f"{row[c]:.5g}" if c in row else "" for c in self.columns) + "\n")

    def words(self, text):
        with open(os.path.join(self.directory, "stderr.log"), "a", encoding="utf-8") as f:
            f.write(text)


CONSOLE = [Darknet, Marian, Flair, Wenet, Bracket]
LINES = [*CONSOLE, Tabs, Phases, Phases]
WIDER = dict(
    all=[*LINES, Listed, Markdown],
    lines=LINES,
    epochs=[SpeechBrain, Geometric, Dgl, EpochCsv, EpochCsv, Phases],
    output=[*CONSOLE, Phases],
    console=CONSOLE,
    games=[Tabs, Phases, Bracket, Listed],
)
