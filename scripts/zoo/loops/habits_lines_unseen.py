"""How hand-written loops of the split `unseen` print: after nanoGPT, PyTorch's MNIST and ImageNet examples, fairseq, MMEngine, tqdm, loguru,
Accelerate's logger; and one line an epoch. Same methods as in loggers.py."""

import json
import math
import os
import time

from tqdm import tqdm

from .lines import Lines, rest, thousandths


class Iterations(Lines):
    name, files = "print iterations", ["gpt.log", "train.out", "run.log"]

    def train(self, step, epoch, values):
        self.last = values["loss"]
        more = "".join(f", {k} {v:.4g}" for k, v in rest(values, "loss").items())
        self.file.write(f"iter {step}: loss {values['loss']:.4f}, time {1000 * self.took():.2f}ms{more}\n")

    def evaluation(self, step, epoch, values):
        more = "".join(f", val {k} {v:.4f}" for k, v in rest(values, "loss").items())
        self.file.write(f"step {step}: train loss {getattr(self, 'last', math.nan):.4f}, val loss {values['loss']:.4f}{more}\n")


class Examples(Lines):
    name, files = "print examples", ["nohup.out", "mnist.out", "stdout.txt"]

    def train(self, step, epoch, values):
        done, at, each = self.place(step, epoch)
        batch = self.told.get("batch_size", 1)
        more = "".join(f"\t{k}: {v:.6f}" for k, v in rest(values, "loss").items())
        self.file.write(
            f"Train Epoch: {done + 1} [{at * batch}/{each * batch} ({100 * at / each:.0f}%)]\tLoss: {values['loss']:.6f}{more}\n"
        )

    def evaluation(self, step, epoch, values):
        right = f", Accuracy: {round(300 * values['accuracy'])}/300 ({100 * values['accuracy']:.0f}%)" if "accuracy" in values else ""
        more = "".join(f", {k}: {v:.4f}" for k, v in rest(values, "loss", "accuracy").items())
        self.file.write(f"\nTest set: Average loss: {values['loss']:.4f}{right}{more}\n\n")


class Meters(Lines):
    """Each value with its mean so far in the epoch."""

    name, files = "print meters", ["log.txt", "slurm-90211.out"]
    sums = None

    def train(self, step, epoch, values):
        done, at, each = self.place(step, epoch)
        if self.sums is None or self.sums[0] != done:
            self.sums = (done, {})
        parts = []
        for k, v in {"Time": self.took(), "Loss": values["loss"], **rest(values, "loss")}.items():
            n, total = self.sums[1].get(k, (0, 0.0))
            self.sums[1][k] = n + 1, total + v
            parts.append(f"{k} {v:.4e} ({(total + v) / (n + 1):.4e})")
        self.file.write(f"Epoch: [{done}][{at:>{len(str(each))}}/{each}]\t" + "\t".join(parts) + "\n")

    def evaluation(self, step, epoch, values):
        right = f"Acc@1 {100 * values['accuracy']:.3f} " if "accuracy" in values else ""
        more = "".join(f" {k} {v:.4f}" for k, v in rest(values, "loss", "accuracy").items())
        self.file.write(f" * {right}Loss {values['loss']:.4f}{more}\n")


class Updates(Lines):
    """fairseq's: JSON behind bars, numbers as text."""

    name, files = "updates", ["train.log", "fairseq.log"]
    names = {"grad_norm": "gnorm"}

    def write(self, kind, told):
        text = json.dumps({k: f"{v:.5g}" if isinstance(v, float) else v for k, v in told.items()})
        self.file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} | INFO | {kind} | {text}\n")

    def train(self, step, epoch, values):
        more = {self.names.get(k, k): v for k, v in rest(values, "loss").items()}
        self.write("train_inner", {"epoch": int(epoch) + 1, "update": epoch, "loss": values["loss"], "num_updates": str(step), **more})

    def evaluation(self, step, epoch, values):
        self.write("valid", {"epoch": int(epoch) + 1, **{f"valid_{k}": v for k, v in rest(values).items()}, "valid_num_updates": str(step)})


class Engine(Lines):
    """MMEngine's: a text log, and the same numbers as lines of JSON in vis_data."""

    name, files = "engine", ["20260302_101112.log"]

    def settings(self, values):
        super().settings(values)
        os.makedirs(os.path.join(self.directory, "vis_data"), exist_ok=True)
        self.scalars = open(os.path.join(self.directory, "vis_data", "scalars.json"), "a", encoding="utf-8")

    def write(self, kind, place, values, step):
        parts = "  ".join(f"{k}: {v:.4f}" if abs(v) > 1e-2 else f"{k}: {v:.4e}" for k, v in values.items())
        self.file.write(f"{time.strftime('%Y/%m/%d %H:%M:%S')} - mmengine - INFO - Epoch({kind})  {place}  {parts}\n")
        self.scalars.write(json.dumps({**values, "step": step}) + "\n")

    def train(self, step, epoch, values):
        done, at, each = self.place(step, epoch)
        lr = {"lr": values["lr"]} if "lr" in values else {}
        self.write("train", f"[{done + 1}][{at:3d}/{each}]", {**lr, "time": self.took(), **rest(values, "lr")}, step)

    def evaluation(self, step, epoch, values):
        named = {
            {"accuracy": "accuracy/top1", "loss": "val/loss"}.get(k, k): v * (100 if k == "accuracy" else 1)
            for k, v in rest(values).items()
        }
        self.write("val", f"[{max(1, int(epoch))}][5/5]", named, step)

    def close(self):
        super().close()
        self.scalars.close()


class Bar(Lines):
    """tqdm with a postfix, drawn anew with every log line; what is evaluated is written between."""

    name, files = "tqdm", ["nohup.out", "stderr.txt"]
    bar = None

    def train(self, step, epoch, values):
        if self.bar is None:
            total = self.told.get("max_steps")
            self.bar = tqdm(total=total, initial=step - 1, file=self.file, mininterval=0, miniters=1, desc="training")
            self.at = step - 1
        self.bar.set_postfix({k: f"{v:.4g}" for k, v in rest(values).items()}, refresh=False)
        self.bar.update(step - self.at)
        self.at = step

    def evaluation(self, step, epoch, values):
        text = " ".join(f"val_{k}={v:.4f}" for k, v in rest(values).items())
        tqdm.write(f"step {step}: {text}", file=self.file)

    def close(self):
        if self.bar is not None:
            self.bar.close()
        self.file.close()


class Loguru(Lines):
    name, files = "loguru", ["train.log", "2026-03-02.log"]
    style = "{t} | INFO     | __main__:{f}:{n} - {text}\n"

    def write(self, function, line, text):
        now = time.strftime("%Y-%m-%d %H:%M:%S") + f".{thousandths()}"
        self.file.write(self.style.format(t=now, f=function, n=line, text=text))

    def train(self, step, epoch, values):
        parts = ", ".join(f"{k}: {v:.5g}" for k, v in rest(values).items())
        self.write("train", 88, f"[{step}/{self.told.get('max_steps', '?')}] {parts}")

    def evaluation(self, step, epoch, values):
        self.write("validate", 121, f"[{step}] " + ", ".join(f"valid {k}: {v:.5g}" for k, v in rest(values).items()))


class Dicts(Loguru):
    """Python's own words for a dict, behind what Accelerate's scripts put in front."""

    name, files = "dicts", ["accelerate.log", "train.log"]

    def write(self, function, line, text):
        self.file.write(f"{time.strftime('%m/%d/%Y %H:%M:%S')} - INFO - __main__ - {text}\n")

    def train(self, step, epoch, values):
        self.write(
            "",
            0,
            str({"step": step, "epoch": round(epoch, 2), **{("train_loss" if k == "loss" else k): v for k, v in rest(values).items()}}),
        )

    def evaluation(self, step, epoch, values):
        self.write("", 0, str({"step": step, **{f"eval_{k}": v for k, v in rest(values).items()}}))


class EpochLine(Lines):
    """One line an epoch, when it was evaluated."""

    name, files, waiting = "epoch line", ["train.out", "log.txt"], None

    def flush(self, more=""):
        if self.waiting:
            self.file.write(self.waiting + more + "\n")
        self.waiting = None

    def train(self, step, epoch, values):
        self.flush()
        parts = "".join(f" | {k} {v:.5g}" for k, v in rest(values, "loss").items())
        self.waiting = f"Epoch {round(epoch):3d} | train loss {values['loss']:.4f}{parts}"

    def evaluation(self, step, epoch, values):
        self.flush("".join(f" | valid {k} {v:.4f}" for k, v in rest(values).items()))

    def close(self):
        self.flush()
        super().close()


class Dcgan(Lines):
    """PyTorch's DCGAN example: epoch and batch in brackets, tabs between."""

    name, files = "print dcgan", ["dcgan.log", "nohup.out"]

    def train(self, step, epoch, values):
        parts = "\t".join(f"{k}: {v:.4f}" for k, v in rest(values).items())
        self.file.write(f"[{step // 100}/{self.told.get('epochs', 25)}][{step % 100}/100]\t{parts}\n")
