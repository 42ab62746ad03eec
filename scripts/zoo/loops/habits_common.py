"""How loops of the split `common` tell what they do: what people usually have. W&B offline, MLflow's files, TensorBoard; tables and lines of JSON under the names
each of them chose; tqdm's bar as a terminal's log keeps it; print and logging as tutorials write them, by step and by epoch. What is drawn for a run - names,
units, digits, whether time, rate or epoch stand there - is drawn once, when its file is opened. Same methods as in loggers.py."""

import csv
import json
import os
import shutil
import time

from .habits_files_unseen import Mlflow
from .habits_other import Epochs
from .lines import Lines, Quiet, rest, stamp

LOSS = ["loss", "loss", "train_loss", "train/loss", "training_loss", "trn_loss", "batch_loss", "Loss/train", "tr_loss"]
HELD = [("val_loss", "val_acc"), ("valid_loss", "valid_accuracy"), ("eval/loss", "eval/accuracy"), ("test_loss", "test_acc"), ("dev_loss", "dev_acc"), ("val/loss", "val/acc")]
STEP = ["step", "global_step", "iter", "iteration", "it", "n_iter"]
RATE = ["lr", "lr", "learning_rate", "train/lr"]
NORM = ["grad_norm", "grad_norm", "gnorm", "train/grad_norm", "total_norm"]


class Words:
    """The words of one run."""

    def __init__(self, rng):
        self.loss, (self.held, self.right), self.step = rng.choice(LOSS), rng.choice(HELD), rng.choice(STEP)
        self.names = {"loss": self.loss, "lr": rng.choice(RATE), "grad_norm": rng.choice(NORM)}
        self.percent, self.clock, self.epoch = rng.random() < 0.25, rng.random() < 0.4, rng.random() < 0.5
        self.keeps_rate = rng.random() < 0.75

    def trained(self, values):
        return {self.names.get(k, k): v for k, v in rest(values).items() if k != "lr" or self.keeps_rate}

    def looked(self, values):
        told = {{"loss": self.held, "accuracy": self.right}.get(k, k): v for k, v in rest(values).items()}
        if self.percent and self.right in told:
            told[self.right] = round(100 * told[self.right], 2)
        return told


class Wandb(Quiet):
    """wandb.init(mode="offline"), and what it leaves behind."""

    name, heavy = "wandb offline", True

    def __init__(self, directory, rng):
        import wandb

        self.directory, self.w, self.api = os.path.abspath(directory), Words(rng), wandb  # its service has a place of its own
        os.environ.update(WANDB_SILENT="true", WANDB_ERROR_REPORTING="false")

    def settings(self, values):
        quiet = self.api.Settings(console="off", x_disable_meta=True, x_disable_stats=True, disable_git=True, host="node7", root_dir=self.directory, silent=True)
        self.run = self.api.init(mode="offline", project="baselines", dir=self.directory, config=values, settings=quiet)

    def train(self, step, epoch, values):
        self.run.log({**self.w.trained(values), **({"epoch": round(epoch, 3)} if self.w.epoch else {})}, step=step)

    def evaluation(self, step, epoch, values):
        self.run.log(self.w.looked(values), step=step)

    def close(self):
        self.run.finish()
        home = os.path.join(self.directory, "wandb")
        for name in os.listdir(home):  # its own diary, and a link to the last run
            path = os.path.join(home, name)
            if not os.path.isdir(path) or os.path.islink(path):
                os.remove(path)
            else:
                for more in ("logs", "tmp", "files/requirements.txt"):
                    where = os.path.join(path, more)
                    shutil.rmtree(where) if os.path.isdir(where) else os.path.exists(where) and os.remove(where)


class MlFiles(Mlflow):
    """mlflow.log_metric into ./mlruns, under the run's own names."""

    name = "mlflow files"

    def __init__(self, directory, rng):
        super().__init__(directory, rng)
        self.w = Words(rng)

    def put(self, step, values, prefix):
        for k, v in (self.w.trained if prefix == "train_" else self.w.looked)(values).items():
            self.client.log_metric(self.id, k, v, step=step)


class Board(Quiet):
    """writer.add_scalar, with or without a file of settings."""

    name, heavy = "tensorboard writer", True

    def __init__(self, directory, rng):
        from torch.utils.tensorboard import SummaryWriter

        self.directory, self.w, self.where = directory, Words(rng), rng.choice(["file", "nowhere"])
        self.writer = SummaryWriter(directory)
        if self.w.loss == "Loss/train":
            self.w.held, self.w.right = "Loss/val", "Accuracy/val"

    def put(self, step, values):
        for k, v in values.items():
            self.writer.add_scalar(k, v, step)

    def train(self, step, epoch, values):
        self.put(step, self.w.trained(values))

    def evaluation(self, step, epoch, values):
        self.put(step, self.w.looked(values))

    def close(self):
        self.writer.close()


class JsonLines(Quiet):
    """json.dumps in a loop, flat or with the phase beside the numbers."""

    name, files, aside = "own jsonl", ["metrics.jsonl", "train_log.jsonl", "log.json", "stats.jsonl"], "stderr.log"

    def __init__(self, directory, rng):
        super().__init__(directory, rng)
        self.w, self.phase, self.start = Words(rng), rng.choice(["", "", "phase", "split", "mode"]), time.time()
        if self.phase:
            self.w.names["loss"], self.w.held, self.w.right = "loss", "loss", "accuracy"
        self.digits = rng.choice([None, 4, 6])

    def write(self, step, epoch, values, phase):
        head = {self.w.step: step, **({"epoch": round(epoch, 2)} if self.w.epoch else {}), **({self.phase: phase} if self.phase else {})}
        clock = {"time": round(time.time() - self.start, 2)} if self.w.clock else {}
        short = lambda v: round(v, self.digits) if self.digits and isinstance(v, float) and abs(v) > 1e-3 else v
        self.file.write(json.dumps({**head, **{k: short(v) for k, v in values.items()}, **clock}) + "\n")

    def train(self, step, epoch, values):
        self.write(step, epoch, self.w.trained(values), "train")

    def evaluation(self, step, epoch, values):
        self.write(step, epoch, self.w.looked(values), "val")


class Table(Quiet):
    """csv.writer, a row a log; held-out numbers in the row of their step, blank elsewhere."""

    name, files, aside = "own csv", ["metrics.csv", "log.csv", "training_log.csv", "results.csv"], "stderr.log"

    def __init__(self, directory, rng):
        super().__init__(directory, rng)
        self.w, self.head, self.row, self.start = Words(rng), None, None, time.time()

    def train(self, step, epoch, values):
        self.flush()
        clock = {"elapsed": round(time.time() - self.start, 3)} if self.w.clock else {}
        self.row = {self.w.step: step, **({"epoch": int(epoch)} if self.w.epoch else {}), **self.w.trained(values), **clock}

    def evaluation(self, step, epoch, values):
        self.row = {**(self.row or {self.w.step: step}), **self.w.looked(values)}

    def flush(self):
        if self.row is None:
            return
        if self.head is None:
            self.head = list(self.row) + [k for k in (self.w.held, self.w.right) if k not in self.row]
            self.out = csv.DictWriter(self.file, self.head, extrasaction="ignore", lineterminator="\n")
            self.out.writeheader()
        self.out.writerow({k: f"{v:.6g}" if isinstance(v, float) else v for k, v in self.row.items()})
        self.row = None

    def close(self):
        self.flush()
        super().close()


class Said(Lines):
    """print with an f-string."""

    name, files = "own print", ["train.log", "nohup.out", "output.txt", "slurm-118842.out"]
    forms = [("{k}: {v}", ", "), ("{k} {v}", " | "), ("{k}={v}", " "), ("{k}: {v}", " - "), ("{k} = {v}", ", ")]

    def __init__(self, directory, rng):
        super().__init__(directory, rng)
        self.w, (self.form, self.between), self.digits = Words(rng), rng.choice(self.forms), rng.choice(["{:.4f}", "{:.4f}", "{:.3f}", "{:.5g}", "{:.6f}"])
        self.head = rng.choice(["step {s}", "Step [{s}/{all}]", "iter {s}:", "[{s:>6}]", "{word} {s}/{all}", "Epoch {e} Step {s}"])

    def number(self, name, value):
        small = name in ("lr", "learning_rate") or (value and abs(value) < 1e-3) or abs(value) > 1e6
        return f"{value:.2e}" if small else self.digits.format(value)

    def line(self, step, epoch, values, front=""):
        head = self.head.format(s=step, e=int(epoch) + 1, all=self.told.get("max_steps", step), word=self.w.step)
        names = {k: k.split("/")[-1] if self.form == "{k} {v}" else k for k in values}
        parts = self.between.join(self.form.format(k=names[k], v=self.number(k, v)) for k, v in values.items())
        return f"{front}{head} {parts}" + (f"{self.between}{self.each(step) * 1000:.1f} ms/step" if self.w.clock else "")

    def train(self, step, epoch, values):
        self.file.write(self.line(step, epoch, self.w.trained(values)) + "\n")

    def evaluation(self, step, epoch, values):
        parts = self.between.join(self.form.format(k=k, v=self.number(k, v)) for k, v in self.w.looked(values).items())
        head = self.head.format(s=step, e=int(epoch) + 1, all=self.told.get("max_steps", step), word=self.w.step)
        self.file.write(f"{head} {parts}\n")


class Logged(Said):
    """logging.basicConfig, in one of the formats that are copied most."""

    name, files = "own logging", ["train.log", "run.log", "experiment.log"]
    stamps = ["{:%Y-%m-%d %H:%M:%S},{ms} - INFO - ", "{:%Y-%m-%d %H:%M:%S},{ms} - __main__ - INFO - ", "INFO:root:", "[{:%H:%M:%S}] INFO ", "{:%m/%d/%Y %H:%M:%S} - INFO - trainer -   "]

    def __init__(self, directory, rng):
        super().__init__(directory, rng)
        self.stamped = rng.choice(self.stamps)

    def front(self):
        t = time.time()
        form = self.stamped.replace("{ms}", f"{int(t * 1000) % 1000:03d}")
        a, b = form.find("{:"), form.find("}")
        return form if a < 0 else form[:a] + time.strftime(form[a + 2 : b], time.localtime(t)) + form[b + 1 :]

    def settings(self, values):
        self.where = "file" if self.where == "printed" else self.where
        super().settings(values)

    def train(self, step, epoch, values):
        self.file.write(self.front() + self.line(step, epoch, self.w.trained(values)) + "\n")

    def evaluation(self, step, epoch, values):
        self.file.write(self.front() + "Validation " + self.line(step, epoch, self.w.looked(values)) + "\n")


class Bar(Lines):
    """tqdm over the batches of an epoch, told more by set_postfix; held-out numbers by tqdm.write."""

    name, files = "tqdm bar", ["train.log", "stderr.txt", "nohup.out"]

    def __init__(self, directory, rng):
        super().__init__(directory, rng)
        self.bar, self.at, self.w, self.from_one = None, None, Words(rng), rng.random() < 0.5

    def train(self, step, epoch, values):
        from tqdm import tqdm

        done, at, each = self.place(step, epoch)
        if self.at != done:
            self.shut()
            self.at, name = done, f"Epoch {done + self.from_one}"
            self.bar = tqdm(total=each, desc=name, file=self.file, mininterval=0, ncols=110, ascii=True)
        self.bar.update(at - self.bar.n)
        self.bar.set_postfix({k.split("/")[-1]: f"{v:.2e}" if k == "lr" else f"{v:.4f}" for k, v in self.w.trained(values).items()})

    def shut(self):
        if self.bar is not None:
            self.bar.close()

    def evaluation(self, step, epoch, values):
        self.file.write("\n" + ", ".join(f"{k}: {v:.4f}" for k, v in self.w.looked(values).items()) + "\n")

    def words(self, text):
        self.shut()
        self.bar = None
        self.file.write(text)

    def close(self):
        self.shut()
        self.file.close()


class EpochSaid(Epochs):
    """A line an epoch, in one of the ways that tutorials have it."""

    name, files = "epoch print", ["train.log", "nohup.out", "output.log"]

    def __init__(self, directory, rng):
        super().__init__(directory, rng)
        self.how, self.w = rng.randrange(4), Words(rng)

    def row(self, epoch, told, held):
        right, seen, took = held.get("accuracy"), held.get("loss"), self.took()
        rate = f"{told['lr']:.2e}" if "lr" in told and self.w.keeps_rate else ""
        more = rest(told, "loss", "lr")
        if self.how == 0:
            self.file.write(f"Epoch: {epoch:02} | Epoch Time: 0m {int(took)}s\n\tTrain Loss: {told['loss']:.3f}\n")
            if held:
                self.file.write(f"\t Val. Loss: {seen:.3f}" + (f" |  Val. Acc: {100 * right:.2f}%" if right is not None else "") + "\n")
            self.file.writelines(f"\t {k}: {v:.4g}\n" for k, v in more.items())
            return
        parts = {"train loss": f"{told['loss']:.4f}", **({"val loss": f"{seen:.4f}"} if held else {})}
        parts.update({"val acc": f"{right:.4f}"} if right is not None else {})
        parts.update({k: f"{v:.4g}" for k, v in more.items()})
        parts.update({"lr": rate} if rate else {})
        if self.how == 1:
            self.file.write(f"Epoch [{epoch}/{self.rows}], " + ", ".join(f"{k.title()}: {v}" for k, v in parts.items()) + "\n")
        if self.how == 2:
            self.file.write(f"{stamp('%Y-%m-%d %H:%M:%S')} INFO epoch {epoch} " + " ".join(f"{k.replace(' ', '_')}={v}" for k, v in parts.items()) + f" time={took:.2f}s\n")
        if self.how == 3:
            self.file.write(f"[{epoch:>3}] " + "  ".join(f"{k} {v}" for k, v in parts.items()) + "\n")


class EpochTable(Epochs):
    """pd.DataFrame(history).to_csv, with its index or without; or a dict of lists as JSON."""

    name, files = "epoch history", ["history.csv"]
    words, aside = Quiet.words, "stderr.log"

    def __init__(self, directory, rng):
        super().__init__(directory, rng)
        self.w, self.lists, self.json, self.index = Words(rng), {}, rng.random() < 0.3, rng.random() < 0.5
        self.where = "file" if self.where == "printed" else self.where

    def row(self, epoch, told, held):
        values = {**({} if self.index else {"epoch": epoch}), **self.w.trained(told), **self.w.looked(held)}
        for k, v in values.items():
            self.lists.setdefault(k, [float("nan")] * (epoch - 1)).append(v)
        for v in self.lists.values():
            v += [float("nan")] * (epoch - len(v))

    def close(self):
        self.flush()
        self.file.close()
        if self.json:
            os.remove(self.path)
            with open(os.path.join(self.directory, "history.json"), "w", encoding="utf-8") as f:
                json.dump({k: v for k, v in self.lists.items() if k != "epoch"}, f)
            return
        import pandas

        pandas.DataFrame(self.lists).to_csv(self.path, index=self.index)


BY_EPOCH = [EpochSaid, EpochSaid, EpochTable]
TOLD = [Said, Said, Logged, Logged]
LINES = [JsonLines, JsonLines, Table, Table, *TOLD]
COMMON = dict(
    all=[*LINES, Bar, Bar, Board, Board, Wandb, Wandb, MlFiles], lines=LINES, epochs=BY_EPOCH, output=[*TOLD, Bar, JsonLines], console=[*TOLD, Bar], games=[JsonLines, JsonLines, *TOLD, Board, Wandb]
)
UNCOUNTED = {"epoch print", "epoch history", "tqdm bar"}  # what they count is no step of the run
