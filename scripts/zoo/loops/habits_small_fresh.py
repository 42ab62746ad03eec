"""How loops of the split `fresh` print, the smaller ones: PyTorch's quick start, Ignite, modded-nanoGPT, Caffe, TensorFlow 1, Composer, torchtune,
logfmt, pprint, fastai's table. Same methods as in loggers.py."""

import pprint
import time

from .lines import Lines, rest, stamp, thousandths


class QuickStart(Lines):
    """PyTorch's first tutorial."""

    name, files, epoch = "quick start", ["output.txt", "nohup.out"], None

    def train(self, step, epoch, values):
        done, at, each = self.place(step, epoch)
        if self.epoch != done:
            self.epoch = done
            self.file.write(f"Epoch {done + 1}\n-------------------------------\n")
        batch = self.told.get("batch_size", 1)
        more = "".join(f"  {k}: {v:>7g}" for k, v in rest(values, "loss").items())
        self.file.write(f"loss: {values['loss']:>7f}  [{at * batch:>5d}/{each * batch:>5d}]{more}\n")

    def evaluation(self, step, epoch, values):
        right = f"Accuracy: {100 * values['accuracy']:>0.1f}%, " if "accuracy" in values else ""
        more = "".join(f", {k}: {v:>4f}" for k, v in rest(values, "loss", "accuracy").items())
        self.file.write(f"Test Error: \n {right}Avg loss: {values['loss']:>8f}{more} \n\n")


class Ignite(Lines):
    """What pytorch-ignite's examples and its setup_logger() write."""

    name, files = "ignite", ["train.log", "output.log"]

    def say(self, text):
        self.file.write(f"{stamp('%Y-%m-%d %H:%M:%S')},{thousandths()} trainer INFO: {text}\n")

    def train(self, step, epoch, values):
        done, at, each = self.place(step, epoch)
        more = "".join(f" {k}: {v:.5g}" for k, v in rest(values, "loss").items())
        self.say(f"Epoch[{done + 1}] Iteration[{at}/{each}] Loss: {values['loss']:.4f}{more}")

    def evaluation(self, step, epoch, values):
        named = {"accuracy": "Avg accuracy", "loss": "Avg loss"}
        parts = " ".join(f"{named.get(k, k)}: {v:.4f}" for k, v in sorted(rest(values).items()))
        self.say(f"Validation Results - Epoch: {max(1, round(epoch))}  {parts}")


class Modded(Lines):
    """The speed runs of nanoGPT."""

    name, files = "modded", ["logs.txt", "run.log"]

    def say(self, step, text):
        self.total = getattr(self, "total", 0.0) + 1000 * self.took()
        self.file.write(
            f"step:{step}/{self.told.get('max_steps', step)} {text} train_time:{self.total:.0f}ms step_avg:{self.total / max(1, step):.2f}ms\n"
        )

    def train(self, step, epoch, values):
        more = "".join(f" {k}:{v:.4g}" for k, v in rest(values, "loss").items())
        self.say(step, f"train_loss:{values['loss']:.4f}{more}")

    def evaluation(self, step, epoch, values):
        self.say(step, " ".join(f"val_{k}:{v:.4f}" for k, v in rest(values).items()))


class Caffe(Lines):
    name, files = "caffe", ["caffe.INFO.log", "train.log"]

    def say(self, line, text):
        self.file.write(f"I{stamp('%m%d %H:%M:%S')}.{int(time.time() * 1e6) % 1000000:06d}  4711 solver.cpp:{line}] {text}\n")

    def train(self, step, epoch, values):
        took, gone = self.took(), max(1, self.since(step))
        self.say(218, f"Iteration {step} ({gone / max(took, 1e-6):g} iter/s, {took:.3g}s/{gone} iters), loss = {values['loss']:g}")
        for i, (k, v) in enumerate(rest(values, "loss", "lr").items()):
            self.say(237, f"    Train net output #{i}: {k} = {v:g}")
        if "lr" in values:
            self.file.write(
                f"I{stamp('%m%d %H:%M:%S')}.{int(time.time() * 1e6) % 1000000:06d}  4711 sgd_solver.cpp:105] Iteration {step}, lr = {values['lr']:g}\n"
            )

    def evaluation(self, step, epoch, values):
        self.say(330, f"Iteration {step}, Testing net (#0)")
        for i, (k, v) in enumerate(sorted(rest(values).items())):
            self.say(397, f"    Test net output #{i}: {k} = {v:g}" + (f" (* 1 = {v:g} loss)" if k == "loss" else ""))


class Estimator(Lines):
    """TensorFlow 1's estimators."""

    name, files = "estimator", ["train.log", "stderr.log"]

    def train(self, step, epoch, values):
        took, gone = self.took(), max(1, self.since(step))
        more = "".join(f", {k} = {v:.6g}" for k, v in rest(values, "loss").items())
        self.file.write(
            f"INFO:tensorflow:global_step/sec: {gone / max(took, 1e-6):g}\nINFO:tensorflow:loss = {values['loss']:.6g}, step = {step}{more} ({took:.3f} sec)\n"
        )

    def evaluation(self, step, epoch, values):
        parts = ", ".join(f"{k} = {v:.6g}" for k, v in sorted({**rest(values), "global_step": step}.items()))
        self.file.write(f"INFO:tensorflow:Saving dict for global step {step}: {parts}\n")


class Composer(Lines):
    """A block of lines a batch."""

    name, files = "composer", ["console.log", "log.txt"]
    named = {"loss": "loss/train/total", "lr": "lr-AdamW/group0", "grad_norm": "l2_norm/grad/global"}

    def block(self, kind, step, named):
        self.file.write(
            f"[{kind}={step}/{self.told.get('max_steps', step)}]:\n"
            + "".join(f"\t {k}: {v:.4f}\n" if abs(v) >= 1e-2 else f"\t {k}: {v:.4e}\n" for k, v in named.items())
        )

    def train(self, step, epoch, values):
        self.block("batch", step, {"Train time/batch": step - 1, **{"Train " + self.named.get(k, k): v for k, v in rest(values).items()}})

    def evaluation(self, step, epoch, values):
        named = {"loss": "metrics/eval/LanguageCrossEntropy", "accuracy": "metrics/eval/MulticlassAccuracy"}
        self.block("eval batch", step, {"Eval " + named.get(k, "metrics/eval/" + k): v for k, v in rest(values).items()})


class TorchTune(Lines):
    """A disk logger: one line a step, all numbers behind a bar."""

    name, files = "torchtune", ["log_1772445672.txt"]

    def train(self, step, epoch, values):
        self.file.write(f"Step {step} | " + " ".join(f"{k}:{v}" for k, v in rest(values).items()) + " \n")

    def evaluation(self, step, epoch, values):
        self.file.write(f"Step {step} | " + " ".join(f"val_{k}:{v}" for k, v in rest(values).items()) + " \n")


class LogFmt(Lines):
    name, files = "logfmt", ["app.log", "train.log"]

    def say(self, text):
        self.file.write(f"ts={stamp('%Y-%m-%dT%H:%M:%S')}.{thousandths()}Z level=info logger=trainer {text}\n")

    def settings(self, values):
        super().settings(values)
        self.say('msg="training started"')

    def train(self, step, epoch, values):
        self.say(f'msg="train" step={step} epoch={epoch:.2f} ' + " ".join(f"{k}={v:.6g}" for k, v in rest(values).items()))

    def evaluation(self, step, epoch, values):
        self.say(f'msg="eval" step={step} epoch={epoch:.2f} ' + " ".join(f"val_{k}={v:.6g}" for k, v in rest(values).items()))


class PPrint(Lines):
    """pprint(metrics): over several lines where it is long."""

    name, files = "pprint", ["nohup.out", "out.txt"]

    def show(self, values):
        self.file.write(pprint.pformat(values, width=60) + "\n")

    def train(self, step, epoch, values):
        self.show({"step": step, "epoch": round(epoch, 3), **{f"train_{k}" if k == "loss" else k: v for k, v in rest(values).items()}})

    def evaluation(self, step, epoch, values):
        self.show({"step": step, **{f"valid_{k}": v for k, v in rest(values).items()}})


class Fastai(Lines):
    """The table of fastai's learners, as it looks in a text."""

    name, files, row = "fastai table", ["train.out", "log.txt"], None

    def train(self, step, epoch, values):
        self.flush()
        self.row = [round(epoch) - 1, {"train_loss": values["loss"], **rest(values, "loss")}, self.took()]

    def evaluation(self, step, epoch, values):
        if self.row:
            self.row[1].update({"valid_loss" if k == "loss" else k: v for k, v in rest(values).items()})

    def flush(self):
        if not self.row:
            return
        epoch, values, took = self.row
        if not self.begun:
            self.begun = True
            self.file.write("epoch     " + "".join(f"{k:<12}" for k in values) + "time    \n")
        self.file.write(f"{epoch:<10}" + "".join(f"{v:<12.6f}" for v in values.values()) + f"{int(took) // 60:02d}:{int(took) % 60:02d}\n")
        self.row = None

    def words(self, text):
        self.flush()
        super().words(text)

    def close(self):
        self.flush()
        super().close()
