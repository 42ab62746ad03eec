"""How loops of the split `newer` print, after training programs that no earlier split has: torchtitan, LitGPT, llm.c, Nanotron, MaxText, OLMo, GPT-NeoX,
Coqui's trainer, NVIDIA's DLLogger, Flax, MXNet. Same methods as in loggers.py; more are in habits_programs_newer.py."""

import datetime
import json
import time

from .lines import Lines, rest, stamp, thousandths


def short(v):
    """1.02K, 3.4M."""
    for size, letter in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        if v >= size:
            return f"{v / size:.3g}{letter}"
    return f"{v:.3g}"


class Titan(Lines):
    """With the colours that a terminal would show."""

    name, files = "torchtitan", ["train.log", "0_stderr.log"]
    colours = ["\x1b[31m", "\x1b[32m", "\x1b[38;2;180;60;0m", "\x1b[34m", "\x1b[36m", "\x1b[35m"]

    def __init__(self, directory, rng):
        super().__init__(directory, rng)
        self.coloured = rng.random() < 0.6

    def say(self, start, parts):
        if self.coloured:
            parts = [self.colours[i % 6] + part for i, part in enumerate(parts)] + ["\x1b[39m"]
        self.file.write(f"[titan] {stamp('%Y-%m-%d %H:%M:%S')},{thousandths()} - root - INFO - {start}" + "  ".join(parts) + "\n")

    def train(self, step, epoch, values):
        took = self.each(step)
        parts = [f"step: {step:2}", f"loss: {values['loss']:8.5f}"] + [f"{k}: {v:7.4g}" for k, v in rest(values, "loss").items()]
        self.say("", parts + ["memory:  0.41GiB(0.52%)", f"tps: {round(self.told.get('batch_size', 1) / max(took, 1e-6)):,}"])

    def evaluation(self, step, epoch, values):
        parts = [f"validate step: {step:2}", f"loss: {values['loss']:7.4f}"] + [f"{k}: {v:7.4f}" for k, v in rest(values, "loss").items()]
        self.say("", parts)


class LitGpt(Lines):
    name, files, held = "litgpt", ["train.log", "pretrain.out"], None

    def train(self, step, epoch, values):
        held = "n/a" if self.held is None else f"{self.held:.3f}"
        more, took = "".join(f" {k}: {v:.4g} |" for k, v in rest(values, "loss").items()), self.each(step)
        left = datetime.timedelta(seconds=int(took * max(0, self.told.get("max_steps", step) - step)))
        self.file.write(
            f"Epoch {int(epoch) + 1} | iter {step} step {step} | loss train: {values['loss']:.3f}, val: {held} |{more}"
            f" iter time: {1000 * took:.2f} ms (step) remaining time: {left}\n"
        )

    def evaluation(self, step, epoch, values):
        self.held = values["loss"]
        more = "".join(f", val {k}: {v:.4f}" for k, v in rest(values, "loss").items())
        self.file.write(f"iter {step}: val loss {values['loss']:.4f}, val time: {1000 * self.took():.2f} ms{more}\n")


class LlmC(Lines):
    """main.log has letters for names; the console says more."""

    name = "llm.c"

    def __init__(self, directory, rng):
        self.short = rng.random() < 0.5
        self.files = ["main.log"] if self.short else ["log.out", "train.log"]
        super().__init__(directory, rng)
        self.where = "nowhere" if self.short and self.where == "printed" else self.where

    def train(self, step, epoch, values):
        more = rest(values, "loss", "lr", "grad_norm")
        if self.short:
            told = f" lr:{values['lr']:.6f}" if "lr" in values else ""
            told += f" norm:{values['grad_norm']:.2f}" if "grad_norm" in values else ""
            self.file.write(f"s:{step - 1} trl:{values['loss']:.4f}{told}" + "".join(f" {k}:{v:.4g}" for k, v in more.items()) + "\n")
            return
        took = self.each(step)
        norm = f"| norm {values['grad_norm']:.4f} (+nanz)" if "grad_norm" in values else ""
        rate = f"| lr {values['lr']:.2e} " if "lr" in values else ""
        told = "".join(f"| {k} {v:.4g} " for k, v in more.items())
        self.file.write(
            f"step {step:4d}/{self.told.get('max_steps', step)} | loss {values['loss']:7.6f} (+nanz){norm} {rate}{told}"
            f"| {1000 * took:.2f} ms | -100.0% bf16 MFU | {self.told.get('batch_size', 1) / max(took, 1e-6):.0f} tok/s\n"
        )

    def evaluation(self, step, epoch, values):
        right = values.get("accuracy")
        if self.short:
            self.file.write(f"s:{step - 1} tel:{values['loss']:.4f}\n" + (f"s:{step - 1} eval:{right:.4f}\n" if right is not None else ""))
        else:
            self.file.write(f"val loss {values['loss']:.6f}\n")


class Nanotron(Lines):
    name, files = "nanotron", ["train.log", "log_rank0.txt"]

    def train(self, step, epoch, values):
        batch, took = self.told.get("batch_size", 1), self.each(step)
        named = {"loss": "lm_loss"}
        parts = [f"iteration: {step} / {self.told.get('max_steps', step)}", f"consumed_tokens: {short(step * batch)}"]
        parts += [f"elapsed_time_per_iteration_ms: {short(1000 * took)}", f"tokens_per_sec: {short(batch / max(took, 1e-6))}"]
        parts += [f"global_batch_size: {short(batch)}"] + [f"{named.get(k, k)}: {v:.3g}" for k, v in rest(values).items()]
        self.file.write(f"{stamp('%m/%d/%Y %H:%M:%S')} [INFO|DP=0|PP=0|TP=0]: {' | '.join(parts)} \n")

    def evaluation(self, step, epoch, values):
        parts = [f"iteration: {step} / {self.told.get('max_steps', step)}"] + [f"validation_{k}: {v:.3g}" for k, v in rest(values).items()]
        self.file.write(f"{stamp('%m/%d/%Y %H:%M:%S')} [INFO|DP=0|PP=0|TP=0]: {' | '.join(parts)} \n")


class MaxText(Lines):
    name, files = "maxtext", ["worker0.log", "train.log"]

    def train(self, step, epoch, values):
        took, batch = self.each(step), self.told.get("batch_size", 1)
        more = "".join(f", {k}: {v:.4g}" for k, v in rest(values, "loss").items())
        self.file.write(
            f"completed step: {step}, seconds: {took:.3f}, TFLOP/s/device: {0.2 / max(took, 1e-6) / 1e3:.3f}, "
            f"Tokens/s/device: {batch / max(took, 1e-6):.3f}, total_weights: {batch}, loss: {values['loss']:.3f}{more}\n"
        )

    def evaluation(self, step, epoch, values):
        parts = ", ".join(f"eval_{k}={v:.4f}" for k, v in rest(values).items())
        self.file.write(f"eval metrics after step: {step}, {parts}, total_weights=300.0\n")


class Olmo(Lines):
    """A block a step, a tool's names, commas in large numbers."""

    name, files = "olmo", ["train.log", "console.log"]
    named = {"loss": "train/CrossEntropyLoss", "lr": "optim/learning_rate_group0", "grad_norm": "optim/total_grad_norm", "accuracy": "eval/accuracy"}

    def block(self, step, named):
        tell = lambda v: f"{v:,.0f}" if abs(v) >= 1e4 else f"{v:.4f}" if abs(v) >= 1e-4 else f"{v:.4g}"
        start = f"{stamp('%Y-%m-%d %H:%M:%S')}.{thousandths()}\tnode7:0\tolmo.train:987\tINFO\t[step={step}/{self.told.get('max_steps', step)}]\n"
        self.file.write(start + "".join(f"    {k}={tell(v)}\n" for k, v in named.items()))

    def train(self, step, epoch, values):
        took = self.each(step)
        self.block(step, {**{self.named.get(k, k): v for k, v in rest(values).items()}, "throughput/device/batches_per_second": 1 / max(took, 1e-6)})

    def evaluation(self, step, epoch, values):
        self.block(step, {{"loss": "eval/validation/CrossEntropyLoss"}.get(k, "eval/validation/" + k): v for k, v in rest(values).items()})


class Neox(Lines):
    """DeepSpeed's line of a step, and Megatron's as GPT-NeoX has it."""

    name, files = "gpt-neox", ["stdout.log", "train.log"]

    def train(self, step, epoch, values):
        took = self.each(step)
        rate = self.told.get("batch_size", 1) / max(took, 1e-6)
        self.file.write(f"steps: {step} loss: {values['loss']:0.4f} iter time (s): {took:0.3f} samples/sec: {rate:0.3f}\n")
        named = {"lr": "learning rate", "loss": "lm_loss", "grad_norm": "grad_norm"}
        parts = [f" samples/sec: {rate:.3f}", f"iteration {step:8d}/{self.told.get('max_steps', step):8d}"]
        parts += [f"elapsed time per iteration (ms): {1000 * took:.1f}"] + [f"{named.get(k, k)}: {v:.6E}" for k, v in rest(values).items()]
        self.file.write(" | ".join(parts) + " | number of skipped iterations:   0 | number of nan iterations:   0 |\n")

    def evaluation(self, step, epoch, values):
        parts = " | ".join(f"lm_{k} value: {v:.6E}" for k, v in rest(values).items())
        text = f" validation results at iteration {step} | {parts} | "
        self.file.write("-" * len(text) + "\n" + text + "\n" + "-" * len(text) + "\n")


class Coqui(Lines):
    """A heading a look, a line a number with its mean of the epoch in brackets."""

    name, files, epoch, sums = "coqui", ["trainer_0_log.txt", "train.log"], None, None

    def train(self, step, epoch, values):
        done, at, each = self.place(step, epoch)
        if self.epoch != done:
            self.epoch, self.sums = done, {}
            most = max(1, self.told.get("max_steps", step) // each)
            self.file.write(f"\n > EPOCH: {done}/{most}\n --> ./run-November-22-2026\n\n > TRAINING ({stamp('%Y-%m-%d %H:%M:%S')}) \n")
        lines = [f"\n   --> TIME: {stamp('%Y-%m-%d %H:%M:%S')} -- STEP: {at}/{each} -- GLOBAL_STEP: {step}\n"]
        for k, v in {**rest(values, "lr"), **({"current_lr": values["lr"]} if "lr" in values else {}), "step_time": self.each(step)}.items():
            n, total = self.sums.get(k, (0, 0.0))
            self.sums[k] = n + 1, total + v
            lines.append(f"     | > {k}: {v:.5g}  ({(total + v) / (n + 1):.5g})\n")
        self.file.write("".join(lines))

    def evaluation(self, step, epoch, values):
        parts = "".join(f"     | > avg_{k}: {v:.5f} \x1b[92m(+0.00000)\x1b[0m\n" for k, v in rest(values).items())
        self.file.write(f"\n > EVALUATION \n\n  --> EVAL PERFORMANCE\n{parts}\n")


class DlLogger(Lines):
    """NVIDIA's examples: lines of JSON with four letters before them; the console has words."""

    name, files = "dllogger", ["log.json", "dllogger.json"]

    def __init__(self, directory, rng):
        super().__init__(directory, rng)
        self.where, self.start = "nowhere", time.time()

    def put(self, kind, step, data):
        now = time.time()
        row = {"timestamp": f"{now:.6f}", "datetime": f"{stamp('%Y-%m-%d %H:%M:%S')}.{thousandths()}000", "elapsedtime": f"{now - self.start:.6f}"}
        self.file.write("DLLL " + json.dumps({**row, "type": kind, "step": step, "data": data}) + "\n")

    def settings(self, values):
        super().settings(values)
        self.put("LOG", "PARAMETER", values)

    def train(self, step, epoch, values):
        done, _, _ = self.place(step, epoch)
        self.put("LOG", [done, step], {"train." + k: v for k, v in rest(values).items()})

    def evaluation(self, step, epoch, values):
        done, _, _ = self.place(step, epoch)
        self.put("LOG", [done, step], {"val." + k: v for k, v in rest(values).items()})


class Flax(Lines):
    """absl's start of a line and CLU's writer."""

    name, files = "flax", ["train.log", "main.INFO"]

    def say(self, step, parts):
        self.file.write(f"I{stamp('%m%d %H:%M:%S')}.{thousandths()}417 139812 logging_writer.py:48] [{step}] {', '.join(parts)}\n")

    def train(self, step, epoch, values):
        took, known = self.each(step), {"lr": "learning_rate"}
        self.say(step, [f"steps_per_sec={1 / max(took, 1e-6):.6g}"] + [f"train_{known.get(k, k)}={v:.6g}" for k, v in rest(values).items()])

    def evaluation(self, step, epoch, values):
        self.say(step, [f"eval_{k}={v:.6g}" for k, v in rest(values).items()])


class Mxnet(Lines):
    """Speedometer's lines, and those at the end of an epoch."""

    name, files = "mxnet", ["train.log", "stderr.log"]

    def train(self, step, epoch, values):
        done, at, each = self.place(step, epoch)
        named = {"loss": "cross-entropy"}
        more = "\t".join(f"{named.get(k, k)}={v:f}" for k, v in rest(values).items())
        speed = self.told.get("batch_size", 1) / max(self.each(step), 1e-6)
        self.file.write(f"INFO:root:Epoch[{done}] Batch [{at}]\tSpeed: {speed:.2f} samples/sec\t{more}\n")

    def evaluation(self, step, epoch, values):
        done, at, each = self.place(step, epoch)
        named = {"loss": "cross-entropy"}
        for k, v in rest(values).items():
            self.file.write(f"INFO:root:Epoch[{done}] Validation-{named.get(k, k)}={v:f}\n")
