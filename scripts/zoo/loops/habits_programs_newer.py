"""More programs whose way of printing the split `newer` has: OpenCLIP, spaCy, fastText, MATLAB, Paddle's hapi, SageMaker's own algorithms, MLPerf's logging;
an epoch at a time MAE and DeiT, RecBole, Chainer, Flux in Julia, Tensorpack. Same methods as in loggers.py."""

import json
import os
import time

from .habits_free_newer import ByEpoch
from .lines import Lines, rest, stamp


class OpenClip(Lines):
    name, files, sums = "open_clip", ["out.log"], None

    def train(self, step, epoch, values):
        done, at, each = self.place(step, epoch)
        if self.sums is None or self.sums[0] != done:
            self.sums = (done, [])
        self.sums[1].append(values["loss"])
        batch, took = self.told.get("batch_size", 1), self.each(step)
        rate = f" LR: {values['lr']:5f}" if "lr" in values else ""
        more = "".join(f" {k}: {v:.5g}" for k, v in rest(values, "loss", "lr").items())
        self.file.write(
            f"{stamp('%Y-%m-%d,%H:%M:%S')} | INFO | Train Epoch: {done} [{at * batch:>5}/{each * batch} ({100 * at / each:.0f}%)] Data (t): {took / 9:.3f}"
            f" Batch (t): {took:.3f}, {batch / max(took, 1e-6):#g}/s{rate}{more} Loss: {values['loss']:#.5g} ({sum(self.sums[1]) / len(self.sums[1]):#.5g})\n"
        )

    def evaluation(self, step, epoch, values):
        named = {"loss": "clip_val_loss", "accuracy": "imagenet-zeroshot-val-top1"}
        parts = "\t".join(f"{named.get(k, k)}: {v:.4f}" for k, v in rest(values).items())
        self.file.write(f"{stamp('%Y-%m-%d,%H:%M:%S')} | INFO | Eval Epoch: {max(1, round(epoch))} {parts}\n")


class Spacy(Lines):
    """The table of `spacy train`: a row each evaluation, the loss summed since the last."""

    name, files, waiting, bare = "spacy", ["train.log", "spacy.out"], None, True

    def train(self, step, epoch, values):
        self.waiting = (self.waiting or 0.0) + values["loss"]
        if not self.begun:
            self.begun = True
            self.file.write("\x1b[1m\n============================= Training pipeline =============================\x1b[0m\n")
            self.file.write("E    #       LOSS TEXTCAT  CATS_SCORE  SCORE \n---  ------  ------------  ----------  ------\n")

    def evaluation(self, step, epoch, values):
        score = values.get("accuracy", 1 / (1 + values["loss"]))
        self.file.write(f"{int(epoch):>3}  {step:>6}  {self.waiting or 0.0:>12.2f}  {100 * score:>10.2f}  {score:>6.2f}\n")
        self.waiting = None


class FastText(Lines):
    """One line that is written over and over."""

    name, files = "fasttext", ["train.log", "fasttext.out"]

    def train(self, step, epoch, values):
        share = 100 * step / max(1, self.told.get("max_steps", step))
        rate = f" lr: {values['lr']:9.6f}" if "lr" in values else ""
        more = "".join(f" {k}: {v:.4g}" for k, v in rest(values, "loss", "lr").items())
        speed = self.told.get("batch_size", 1) / max(self.each(step), 1e-6)
        self.file.write(f"\rProgress: {share:5.1f}% words/sec/thread: {speed:7.0f}{rate} avg.loss: {values['loss']:9.6f}{more} ETA:   0h 0m 1s")

    def evaluation(self, step, epoch, values):
        self.file.write("\n" + "".join(f"{k}@1\t{v:.4f}\n" for k, v in rest(values).items()))

    def words(self, text):
        self.file.write("\n" + text)


class Matlab(Lines):
    """The table of trainNetwork: an iteration each so often, held-out numbers beside it when there are some."""

    name, files, row, bare = "matlab", ["trainlog.txt", "matlab.out"], None, True
    heads = ["Epoch", "Iteration", "Time Elapsed", "Mini-batch Loss", "Validation Loss", "Validation Accuracy", "Base Learning Rate"]

    def line(self, cells):
        self.file.write("|" + "|".join(f"  {c:>{len(h)}}  " for c, h in zip(cells, self.heads)) + "|\n")

    def flush(self):
        if not self.begun:
            self.begun = True
            self.file.write("Training on single CPU.\n" + "|" + "=" * (sum(len(h) + 5 for h in self.heads) - 1) + "|\n")
            self.line(self.heads)
            self.file.write("|" + "=" * (sum(len(h) + 5 for h in self.heads) - 1) + "|\n")
        if self.row:
            self.line([self.row.get(h, "") for h in self.heads])
        self.row = None

    def train(self, step, epoch, values):
        self.flush()
        rate = {"Base Learning Rate": f"{values['lr']:.4e}"} if "lr" in values else {}
        gone = time.strftime("%H:%M:%S", time.gmtime(step // 10))
        self.row = {"Epoch": int(epoch) + 1, "Iteration": step, "Time Elapsed": gone, "Mini-batch Loss": f"{values['loss']:.4f}", **rate}

    def evaluation(self, step, epoch, values):
        self.row = self.row or {"Epoch": int(epoch) + 1, "Iteration": step}
        right = {"Validation Accuracy": f"{100 * values['accuracy']:.2f}%"} if "accuracy" in values else {}
        self.row.update({"Validation Loss": f"{values['loss']:.4f}", **right})

    def words(self, text):
        self.flush()
        self.file.write(text)

    def close(self):
        self.flush()
        super().close()


class Hapi(Lines):
    """Paddle's Model.fit()."""

    name, files, epoch = "paddle hapi", ["train.log", "workerlog.0"], None

    def train(self, step, epoch, values):
        done, at, each = self.place(step, epoch)
        if self.epoch != done:
            self.epoch = done
            self.file.write(f"Epoch {done + 1}/{max(1, round(self.told.get('max_steps', step) / each))}\n")
        more = "".join(f" - {k}: {v:.4g}" for k, v in rest(values, "loss").items())
        self.file.write(f"step {at:>4d}/{each} - loss: {values['loss']:.4f}{more} - {1000 * self.each(step):.0f}ms/step\n")

    def evaluation(self, step, epoch, values):
        named = {"accuracy": "acc"}
        parts = "".join(f" - {named.get(k, k)}: {v:.4f}" for k, v in rest(values).items())
        self.file.write(f"Eval begin...\nstep 3/3{parts} - 2ms/step\nEval samples: 300\n")


class SageMaker(ByEpoch):
    """#quality_metric lines of the built-in algorithms."""

    name, files = "sagemaker", ["algo-1.log", "cloudwatch.log"]

    def row(self, epoch, told, held):
        start = f"[{stamp('%m/%d/%Y %H:%M:%S')} INFO 139"
        for k, v in rest(told).items():
            self.file.write(f"{start}] #quality_metric: host=algo-1, epoch={epoch - 1}, train {k} <{'loss' if k == 'loss' else 'value'}>={v}\n")
        for k, v in held.items():
            self.file.write(f"{start}] #quality_metric: host=algo-1, epoch={epoch - 1}, validation {k} <{'loss' if k == 'loss' else 'score'}>={v}\n")
        self.file.write(f"{start}] #progress_metric: host=algo-1, completed {100 * epoch // max(1, self.rows)} % of epochs\n")


class MlPerf(Lines):
    name, files = "mlperf", ["result_0.txt", "mlperf.log"]

    def __init__(self, directory, rng):
        super().__init__(directory, rng)
        self.where = "nowhere"

    def put(self, key, value, event="POINT_IN_TIME", **where):
        row = {"namespace": "", "time_ms": int(time.time() * 1000), "event_type": event, "key": key, "value": value}
        self.file.write(":::MLLOG " + json.dumps({**row, "metadata": {"file": "train.py", "lineno": 88, **where}}) + "\n")

    def settings(self, values):
        super().settings(values)
        self.put("opt_base_learning_rate", values.get("lr"))
        self.put("global_batch_size", values.get("batch_size"))
        self.put("run_start", None, "INTERVAL_START")

    def train(self, step, epoch, values):
        for k, v in rest(values).items():
            self.put({"loss": "train_loss", "lr": "learning_rate"}.get(k, k), v, step_num=step)

    def evaluation(self, step, epoch, values):
        for k, v in rest(values).items():
            self.put("eval_" + k, v, step_num=step)


class Mae(ByEpoch):
    """log.txt of MAE, DeiT and their heirs: a line of JSON an epoch; the console has their meters."""

    name, files = "mae", ["log.txt"]

    def settings(self, values):
        self.where = "nowhere"
        super().settings(values)
        self.console = open(os.path.join(self.directory, "train.out"), "a", encoding="utf-8")

    def row(self, epoch, told, held):
        named = {"train_" + k: v for k, v in rest(told).items()}
        tested = {("test_acc1" if k == "accuracy" else "test_" + k): (100 * v if k == "accuracy" else v) for k, v in held.items()}
        self.file.write(json.dumps({**named, **tested, "epoch": epoch - 1, "n_parameters": 4711}) + "\n")
        n, meters = self.each_epoch, "".join(f"  {k}: {v:.4f} ({v:.4f})" for k, v in rest(told, "lr").items())
        rate = f"  lr: {told['lr']:.6f}" if "lr" in told else ""
        self.console.write(f"Epoch: [{epoch - 1}]  [{n - 1}/{n}]  eta: 0:00:00{rate}{meters}  time: {self.took() / n:.4f}  data: 0.0002\n")
        self.console.write(f"Averaged stats:{rate}{meters}\n")

    def words(self, text):
        self.flush()
        self.console.write(text)

    def close(self):
        super().close()
        self.console.close()


class RecBole(ByEpoch):
    name, files = "recbole", ["train-Nov-22-2026_10-02-11.log", "recbole.log"]

    def row(self, epoch, told, held):
        now = stamp("%a %d %b %Y %H:%M:%S")
        more = "".join(f", {k}: {v:.6g}" for k, v in rest(told, "loss").items())
        self.file.write(f"{now} INFO  epoch {epoch - 1} training [time: {self.took():.2f}s, train loss: {told['loss']:.4f}{more}]\n")
        if held:
            score = held.get("accuracy", -held["loss"])
            self.file.write(f"{now} INFO  epoch {epoch - 1} evaluating [time: 0.01s, valid_score: {score:f}]\n{now} INFO  valid result: \n")
            self.file.write("    ".join(f"{k} : {v:.4f}" for k, v in held.items()) + "\n")


class Chainer(ByEpoch):
    """PrintReport's columns."""

    name, files, columns, total = "chainer", ["train.out", "log.txt"], None, 0.0

    def row(self, epoch, told, held):
        self.total += self.took()
        row = {"epoch": epoch, "iteration": epoch * self.each_epoch, "main/loss": told.get("loss"), "validation/main/loss": held.get("loss")}
        row.update({**rest(told, "loss"), **{f"validation/main/{k}": v for k, v in held.items() if k != "loss"}}, elapsed_time=self.total)
        if self.columns is None:
            self.columns = list(row)
            self.file.write("  ".join(f"{k:<10}" for k in self.columns) + "\n")
        cell = lambda k: f"{'' if row.get(k) is None else format(row[k], '.6g'):<{max(10, len(k))}}"
        self.file.write("  ".join(cell(k) for k in self.columns) + "\n")


class Flux(ByEpoch):
    """@info of Julia."""

    name, files = "flux", ["train.log", "julia.out"]

    def row(self, epoch, told, held):
        told = {"train_loss": told["loss"], **{("test_acc" if k == "accuracy" else "test_" + k): v for k, v in held.items()}, **rest(told, "loss")}
        tell = lambda v: {"nan": "NaN", "inf": "Inf", "-inf": "-Inf"}.get(f"{v}", f"{v:.6g}") + ("f0" if abs(v) < 1e30 and "e" not in f"{v:.6g}" else "")
        lines = [f"{k} = {tell(v)}" for k, v in told.items()]
        self.file.write(f"┌ Info: Epoch {epoch}\n" + "".join(f"│   {line}\n" for line in lines[:-1]) + f"└   {lines[-1]}\n")


class Tensorpack(ByEpoch):
    name, files = "tensorpack", ["log.log"]

    def row(self, epoch, told, held):
        now = stamp("[%m%d %H:%M:%S")
        took = self.took()
        ended = f"Epoch {epoch} (global_step {epoch * self.each_epoch}) finished, time:{took:.3g} seconds."
        self.file.write(f"{now} @base.py:275] Start Epoch {epoch} ...\n{now} @base.py:285] {ended}\n")
        named = {"loss": "train-cost", "lr": "learning_rate"}
        for k, v in {**{named.get(k, k): v for k, v in rest(told).items()}, **{"val-" + k: v for k, v in held.items()}}.items():
            self.file.write(f"{now} @monitor.py:467] {k}: {v:.5g}\n")
