"""A training that takes Hugging Face's Trainer a second or two, and the reading of what it leaves; for the scripts that use the Trainer."""
import ast
import json
import os
import re

from fixture import HOST, console, console_lines, files

import torch
import transformers
from torch import nn
from transformers import Trainer, TrainingArguments

SUMMARY = "train_runtime"                               # the record that has it sums the run up: facts
OUT_OF_POINTS = ("step",)                               # the step is the step


class Pairs(torch.utils.data.Dataset):
    """A linear map with noise; from one example on the input is not a number, as broken data has it."""

    def __init__(self, n, nan_from=None):
        g = torch.Generator().manual_seed(7)
        self.x = torch.randn(n, 8, generator=g)
        self.y = self.x @ torch.randn(8, 4, generator=g) + 0.1 * torch.randn(n, 4, generator=g)
        if nan_from is not None:
            self.x[nan_from:] = float("nan")

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        return {"x": self.x[i], "labels": self.y[i]}


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4))

    def forward(self, x, labels=None):
        out = self.body(x)
        return {"loss": nn.functional.mse_loss(out, labels), "logits": out}


def trainer(steps=60, nan_from=None, callbacks=(), **more):
    """A Trainer in the working directory: 60 steps of 8, a line each 5, an evaluation each 20."""
    transformers.set_seed(11)
    given = dict(output_dir="out", max_steps=steps, per_device_train_batch_size=8, logging_steps=5, eval_strategy="steps", eval_steps=20,
                 save_steps=30, learning_rate=1e-2, warmup_steps=6, seed=11, report_to=["tensorboard"], use_cpu=True,
                 dataloader_num_workers=0, weight_decay=0.01)
    given.update(more)
    made = Trainer(model=Net(), args=TrainingArguments(**given), train_dataset=Pairs(240, nan_from), eval_dataset=Pairs(32),
                   callbacks=list(callbacks))
    if nan_from is not None:                            # broken data comes when it comes, not in the first batch by chance
        made._get_train_sampler = lambda *_: torch.utils.data.SequentialSampler(made.train_dataset)
    return made


def run(made, resume=None, errors=True, log="console.log"):
    """What the examples of the library do after training: metrics to the console and into files, and the state."""
    with console(log, errors):
        result = made.train(resume_from_checkpoint=resume)
        made.log_metrics("train", result.metrics)
        made.save_metrics("train", result.metrics)
        metrics = made.evaluate()
        made.log_metrics("eval", metrics)
        made.save_metrics("eval", metrics)
        made.save_state()


def tidy():
    """The files of a run that are small, under names without a host."""
    for name in files():
        base = os.path.basename(name)
        if ".tfevents." in base:
            os.rename(name, f"events.out.tfevents.1700000000.{HOST}.1.{len([f for f in os.listdir('.') if 'tfevents' in f])}")
        elif name in ("out/trainer_state.json", "out/all_results.json", "out/train_results.json", "out/eval_results.json"):
            os.rename(name, base)


def history(path="trainer_state.json"):
    with open(path, encoding="utf-8") as f:
        return json.load(f)["log_history"]


def state_points(case, path="trainer_state.json"):
    """trainer_state.json by the json module."""
    for entry in history(path):
        if SUMMARY not in entry:
            case.record(path, entry["step"], entry, skip=OUT_OF_POINTS)


def literal(line):
    """The dict at the end of a console line, or None; a NaN of Python is written without quotes, which is no literal."""
    found = re.search(r"\{'.*\}", line)
    if not found:
        return None
    entry = ast.literal_eval(re.sub(r": (-?)(nan|inf)\b", r": '\1\2'", found.group()))
    return {k: float(v) for k, v in entry.items() if v is not None and not isinstance(v, bool)}


NO_METRIC = ("epoch", "eval_runtime")                    # a console's counter and clock


def console_points(case, path, entries):
    """The dicts of a console, each at its true step: entries are those of the library's own history, in the same order."""
    said = [e for e in map(literal, console_lines(path)) if e and "epoch" in e]
    if len(said) != len(entries):
        raise SystemExit(f"{path}: {len(said)} dicts on the console, {len(entries)} in the history")
    for values, entry in zip(said, entries):
        if values.keys() - {"step"} != entry.keys() - {"step", "total_flos"} - {k for k, v in entry.items() if v is None}:
            raise SystemExit(f"{path}: {values} is not {entry}")
        if SUMMARY not in values:
            case.record(path, entry["step"], values, skip=NO_METRIC)
    for line in console_lines(path):
        after = re.fullmatch(r"  eval_loss +=  +(\S+)", line)
        if after:
            case.point(path, "eval_loss", entries[-1]["step"], float(after.group(1)))


def state_facts(case, path="trainer_state.json"):
    with open(path, encoding="utf-8") as f:
        state = json.load(f)
    for key in ("max_steps", "num_train_epochs", "logging_steps", "train_batch_size", "global_step"):
        case.fact(path, key, state[key])


RULES = ("trainer_state.json by json.load: each entry of log_history at its \"step\"; the entry with train_runtime sums up: facts.",
         "consoles: each dict by ast.literal_eval, at the step that log_history has for it; epoch and eval_runtime are no metrics there.",
         "The block \"***** eval metrics *****\" is of the evaluation after the training: its eval_loss is a point at the last step.",
         "The block \"***** train metrics *****\" sums up: no points.")
