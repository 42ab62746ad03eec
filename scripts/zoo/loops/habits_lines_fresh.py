"""How loops of the split `fresh` print, after the great training programs: Megatron-LM, OpenNMT-py, ESPnet, PaddleSeg, timm, Detectron2. Same methods as
in loggers.py; smaller ones are in habits_small_fresh.py."""

import json
import math
import time

from .lines import Lines, rest, stamp, thousandths


class Megatron(Lines):
    name, files = "megatron", ["train.log", "slurm-118822.out"]
    known = {"lr": "learning rate", "loss": "lm loss", "grad_norm": "grad norm", "loss_scale": "loss scale"}

    def train(self, step, epoch, values):
        batch, total = self.told.get("batch_size", 1), self.told.get("max_steps", step)
        took = 1000 * self.each(step)
        parts = [
            f" iteration {step:8d}/{total:8d}",
            f" consumed samples: {step * batch:12d}",
            f" elapsed time per iteration (ms): {took:.1f}",
        ]
        parts += [f" {self.known.get(k, k.replace('_', ' '))}: {v:.6E}" for k, v in rest(values).items()]
        self.file.write(f" [{stamp('%Y-%m-%d %H:%M:%S')}]" + " |".join([*parts, f" global batch size: {batch:5d}"]) + " |\n")

    def evaluation(self, step, epoch, values):
        loss = values["loss"]
        more = "".join(f" lm {k}: {v:.6E} |" for k, v in rest(values, "loss").items())
        text = f" validation loss at iteration {step} | lm loss value: {loss:.6E} | lm loss PPL: {math.exp(min(20, loss)):.6E} |{more}"
        self.file.write("-" * len(text) + "\n" + text + "\n" + "-" * len(text) + "\n")


class OpenNmt(Lines):
    name, files = "opennmt", ["train.log", "onmt.out"]

    def say(self, text):
        self.file.write(f"[{stamp('%Y-%m-%d %H:%M:%S')},{thousandths()} INFO] {text}\n")

    def train(self, step, epoch, values):
        loss, took = values["loss"], self.took()
        more = "".join(f" {k}: {v:.5g};" for k, v in rest(values, "loss", "lr").items())
        rate = f" lr: {values['lr']:7.5f};" if "lr" in values else ""
        self.total = getattr(self, "total", 0.0) + took
        self.say(
            f"Step {step}/{self.told.get('max_steps', 0):5d}; ppl: {math.exp(min(50, loss)):5.2f}; xent: {loss:4.4f};{more}{rate}"
            f" {self.told.get('batch_size', 1) / max(took, 1e-6):3.0f} ex/s; {self.total:6.0f} sec"
        )

    def evaluation(self, step, epoch, values):
        self.say(f"Validation perplexity: {math.exp(min(50, values['loss'])):g}")
        self.say(f"Validation loss: {values['loss']:g}")
        for k, v in rest(values, "loss").items():
            self.say(f"Validation {k}: {100 * v if k == 'accuracy' else v:g}")


class EspNet(Lines):
    name, files = "espnet", ["train.log"]

    def say(self, text):
        self.file.write(f"[node7] {stamp('%Y-%m-%d %H:%M:%S')},{thousandths()} (trainer:762) INFO: {text}\n")

    def train(self, step, epoch, values):
        done, at, each = self.place(step, epoch)
        first = max(1, at - self.since(step) + 1)
        named = {"optim0_lr0" if k == "lr" else k: v for k, v in rest(values).items()}
        parts = ", ".join(f"{k}={v:.3e}" if abs(v) < 1e-2 or abs(v) > 1e4 else f"{k}={v:.3f}" for k, v in named.items())
        self.say(f"{done + 1}epoch:train:{first}-{at}batch: {parts}, train_time={self.took():.3e}")

    def evaluation(self, step, epoch, values):
        parts = ", ".join(f"{'acc' if k == 'accuracy' else k}={v:.3f}" for k, v in rest(values).items())
        self.say(f"{max(1, round(epoch))}epoch results: [valid] {parts}, total_count={step}")


class Paddle(Lines):
    name, files = "paddleseg", ["train.log", "workerlog.0"]

    def say(self, text):
        self.file.write(f"{stamp('%Y-%m-%d %H:%M:%S')} [INFO]\t{text}\n")

    def train(self, step, epoch, values):
        done, _, _ = self.place(step, epoch)
        took, total = self.each(step), self.told.get("max_steps", step)
        rate = f", lr: {values['lr']:.6f}" if "lr" in values else ""
        more = "".join(f", {k}: {v:.4f}" for k, v in rest(values, "loss", "lr").items())
        left = time.strftime("%H:%M:%S", time.gmtime(max(0, total - step) * took))
        self.say(
            f"[TRAIN] epoch: {done + 1}, iter: {step}/{total}, loss: {values['loss']:.4f}{rate}{more}, batch_cost: {took:.4f}, "
            f"reader_cost: {took / 20:.5f}, ips: {self.told.get('batch_size', 1) / max(took, 1e-6):.4f} samples/sec | ETA {left}"
        )

    def evaluation(self, step, epoch, values):
        named = {"accuracy": "Acc", "loss": "Loss"}
        self.say("[EVAL] #Images: 300 " + " ".join(f"{named.get(k, k)}: {v:.4f}" for k, v in rest(values).items()))


class Timm(Lines):
    """train.py of pytorch-image-models: the last value and the mean of the epoch in brackets."""

    name, files = "timm", ["train.log", "nohup.out"]
    mean = None

    def train(self, step, epoch, values):
        done, at, each = self.place(step, epoch)
        if self.mean is None or self.mean[0] != done:
            self.mean = (done, [])
        self.mean[1].append(values["loss"])
        took, batch = self.each(step), self.told.get("batch_size", 1)
        more = "".join(f"  {k}: {v:.4g}" for k, v in rest(values, "loss", "lr").items())
        rate = f"  LR: {values['lr']:.3e}" if "lr" in values else ""
        self.file.write(
            f"Train: {done} [{at - 1:>4d}/{each} ({100.0 * (at - 1) / max(1, each - 1):>3.0f}%)]  "
            f"Loss: {values['loss']:#.3g} ({sum(self.mean[1]) / len(self.mean[1]):#.3g})  Time: {took:.3f}s, {batch / max(took, 1e-6):>7.2f}/s{rate}{more}\n"
        )

    def evaluation(self, step, epoch, values):
        right = f"  Acc@1: {100 * values['accuracy']:>7.3f} ({100 * values['accuracy']:>7.3f})" if "accuracy" in values else ""
        more = "".join(f"  {k}: {v:.4f}" for k, v in rest(values, "loss", "accuracy").items())
        self.file.write(
            f"Test: [   0/0]  Time: {self.took():.3f} (0.010)  Loss: {values['loss']:>7.3f} ({values['loss']:>6.3f}){right}{more}\n"
        )


class Detectron(Lines):
    """metrics.json has a line of JSON every so often; log.txt says the same for people."""

    name, files = "detectron2", ["log.txt"]
    named = {"loss": "total_loss"}
    waiting = None

    def settings(self, values):
        super().settings(values)
        self.scalars = open(self.path.replace("log.txt", "metrics.json"), "a", encoding="utf-8")

    def flush(self):
        if self.waiting:
            self.scalars.write(json.dumps(dict(sorted(self.waiting.items()))) + "\n")
        self.waiting = None

    def train(self, step, epoch, values):
        self.flush()
        took = self.each(step)
        self.waiting = {
            "iteration": step - 1,
            "time": took,
            **{self.named.get(k, k): v for k, v in rest(values).items()},
        }
        parts = "".join(f"  {self.named.get(k, k)}: {v:.4g}" for k, v in rest(values, "lr").items())
        rate = f"  lr: {values['lr']:.5g}" if "lr" in values else ""
        left = int(max(0, self.told.get("max_steps", step) - step) * took)
        self.file.write(
            f"[{stamp('%m/%d %H:%M:%S')} d2.utils.events]:  eta: 0:{left // 60:02d}:{left % 60:02d}  iter: {step - 1}{parts}  time: {took:.4f}{rate}\n"
        )

    def evaluation(self, step, epoch, values):
        named = {"loss": "validation_loss", "accuracy": "accuracy"}
        self.waiting = {**(self.waiting or {"iteration": step - 1}), **{named.get(k, k): v for k, v in rest(values).items()}}

    def close(self):
        self.flush()
        self.scalars.close()
        super().close()
