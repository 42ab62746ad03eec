"""Hugging Face Trainer with its own logs: trainer_state.json, the console's dicts between progress bars or without them, TensorBoard; with a callback
that writes lines of JSON (ms-swift's too), its history as a table of pandas, and the table that a notebook shows."""

import contextlib
import json
import os
import time
import traceback

import psutil
import torch
from transformers import Seq2SeqTrainer, Seq2SeqTrainingArguments, Trainer, TrainerCallback, TrainingArguments

from tasks.plan import USUAL


class Rows(torch.utils.data.Dataset):
    def __init__(self, X, Y):
        self.X, self.Y = X, Y

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        return {"x": self.X[i], "labels": self.Y[i]}


class Evaluations(TrainerCallback):
    """Keeps what was measured for the verification; the Trainer logs its own."""

    def __init__(self, plan):
        self.plan = plan

    def on_evaluate(self, args, state, control, metrics=None, **_):
        self.plan.history.evals.append((state.global_step, metrics["eval_loss"], metrics.get("eval_accuracy")))


class JsonLines(TrainerCallback):
    """As many have it in their training script: on_log appends to a file."""

    def __init__(self, path):
        self.path = path

    def on_log(self, args, state, control, logs=None, **_):
        with open(self.path, "a", encoding="utf-8") as f:
            f.write(json.dumps({"step": state.global_step, **logs}) + "\n")


class Table(TrainerCallback):
    """csv.writer in on_log: a row a log, what is missing is left blank."""

    def __init__(self, path):
        self.path, self.names = path, ["step", "epoch", "loss", "grad_norm", "learning_rate", "eval_loss", "eval_accuracy"]
        with open(path, "w", encoding="utf-8") as f:
            f.write(",".join(self.names) + "\n")

    def on_log(self, args, state, control, logs=None, **_):
        row = {"step": state.global_step, **logs}
        if "loss" in logs or "eval_loss" in logs:
            with open(self.path, "a", encoding="utf-8") as f:
                f.write(",".join(str(row.get(name, "")) for name in self.names) + "\n")


def lived(directory):
    """DVCLive's callback, as report_to=["dvclive"] makes it."""
    import logging

    from dvclive import Live
    from transformers.integrations import DVCLiveCallback

    logging.getLogger("dvclive").setLevel(logging.ERROR)
    return DVCLiveCallback(live=Live(os.path.join(directory, "dvclive"), dvcyaml=None, save_dvc_exp=False, report=None))


def table(trainer, path):
    """pd.DataFrame(trainer.state.log_history).to_csv(): blanks where a line has not all columns."""
    import pandas

    pandas.DataFrame(trainer.state.log_history).to_csv(path, index=False)


class Swift(JsonLines):
    """As ms-swift keeps it: the step stands in a text, beside what the machine does."""

    def on_log(self, args, state, control, logs=None, **_):
        short = {k: round(v, 8) if isinstance(v, float) else v for k, v in logs.items()}
        self.begun = getattr(self, "begun", None) or time.time()
        gone, held = time.time() - self.begun, psutil.Process().memory_info().rss / 2**30
        place = {"global_step/max_steps": f"{state.global_step}/{state.max_steps}", "percentage": f"{100 * state.global_step / state.max_steps:.2f}%"}
        machine = {"elapsed_time": f"{int(gone)}s", "memory(GiB)": round(held, 2), "train_speed(s/it)": round(gone / max(1, state.global_step), 6)}
        with open(self.path, "a", encoding="utf-8") as f:
            f.write(json.dumps({**short, **place, **machine}) + "\n")


def shown_in_notebook(trainer, path):
    """Step, Training Loss, Validation Loss, Accuracy: a row an evaluation, or each log where nothing is evaluated."""
    rows, last = [], "No log"
    for one in trainer.state.log_history:
        last = f"{one['loss']:.6f}" if "loss" in one else last
        if "eval_loss" in one:
            right = [f"{one['eval_accuracy']:.6f}"] if "eval_accuracy" in one else []
            rows.append([str(one["step"]), last, f"{one['eval_loss']:.6f}", *right])
    names = ["Step", "Training Loss", "Validation Loss", "Accuracy"]
    if not rows:
        rows = [[str(one["step"]), f"{one['loss']:.6f}"] for one in trainer.state.log_history if "loss" in one]
    with open(path, "w", encoding="utf-8") as f:
        f.writelines("\t".join(row) + "\n" for row in [names[: len(rows[0])], *rows] if rows)


HOW = dict(homely=["state", "state", "state", "checkpoint", "console", "console", "console", "dicts", "dicts", "tensorboard", "lines", "csv"], handy=["state", "state", "state", "checkpoint", "console", "console", "dicts", "dicts", "tensorboard", "lines", "csv", "table"], familiar=["state", "state", "state", "checkpoint", "console", "console", "dicts", "dicts", "tensorboard", "tensorboard", "wandb", "lines", "csv", "table"], likely=["state", "state", "checkpoint", "console", "console", "dicts", "tensorboard", "tensorboard", "wandb", "lines", "csv"], everyday=["state", "state", "checkpoint", "console", "console", "tensorboard", "tensorboard", "wandb", "lines", "table"], common=["state", "checkpoint", "console", "console", "tensorboard", "tensorboard", "wandb", "lines"], genuine=["printer", "printer", "dvclive", "dvclive", "csv", "seq2seq", "state", "tensorboard"], newer=["state", "console", "tensorboard", "dicts", "lines", "swift", "swift", "notebook"], fresh=["lines", "lines", "table", "dicts"], wider=["state", "dicts", "lines", "tensorboard"], other=["state", "dicts", "dicts", "table"])


OF_STATE = dict(loss="loss", grad_norm="grad_norm", learning_rate="lr", eval_loss="held", eval_accuracy="score")


def accuracy(given):
    return {"accuracy": float((given.predictions.argmax(-1) == given.label_ids).mean())}


def arguments(plan, out, report, kind=TrainingArguments):
    every = max(plan.log_every, 5)
    if plan.split in USUAL and report in (["tensorboard"], ["wandb"]):  # kept as they are, so with few points
        every = max(every, plan.steps // 45)
    evals = plan.eval_every // every * every if plan.eval_every else 0
    return kind(
        output_dir=out,
        max_steps=plan.steps,
        per_device_train_batch_size=plan.batch,
        logging_steps=every,
        eval_strategy="steps" if evals else "no",
        eval_steps=evals or None,
        save_strategy="no",
        learning_rate=plan.rate,
        weight_decay=plan.options.get("weight_decay", 0.0),
        max_grad_norm=plan.clip,
        seed=plan.seed % 10000,
        report_to=report,
        use_cpu=True,
        disable_tqdm=report == ["none"],
        per_device_eval_batch_size=300,
        label_names=["labels"],
        dataloader_pin_memory=False,
        gradient_accumulation_steps=plan.accumulate,
        logging_dir=os.path.join(out, "runs"),
    )


def train(plan, directory, logger=None):
    model, how = plan.ready(), logger or plan.rng.choice(HOW.get(plan.split, ["state", "console", "tensorboard"]))
    how = "dicts" if how == "console" and plan.split in ("fresh", "wider", "other") else "printer" if how == "console" and plan.split == "genuine" else how
    how = "state" if how == "notebook" and not plan.coarse else how  # what happens between two looks is not in a notebook's table
    plan.logger = "hf " + how
    optimizer = plan.build_optimizer(plan.history.notes.get("weights") or list(model.parameters()))
    plan.optimizer_now = optimizer
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, plan.schedule)
    console, kept = os.path.join(directory, "train.log"), None
    if how == "wandb":  # wandb.init before the Trainer, whose callback goes on with that run
        from .habits_common import Wandb

        kept = Wandb(directory, plan.rng)
        kept.settings(plan.settings)
    with open(console, "w", encoding="utf-8") as words, contextlib.redirect_stdout(words), contextlib.redirect_stderr(words):
        more = [Table(os.path.join(directory, "training_metrics.csv"))] if how == "csv" else [lived(directory)] if how == "dvclive" else []
        trainer = (Seq2SeqTrainer if how == "seq2seq" else Trainer)(
            model=model,
            args=arguments(plan, directory, dict(tensorboard=["tensorboard"], wandb=["wandb"], dicts=["none"], printer=["none"]).get(how, []), Seq2SeqTrainingArguments if how == "seq2seq" else TrainingArguments),
            train_dataset=Rows(plan.data.X, plan.data.Y),
            eval_dataset=Rows(plan.data.VX, plan.data.VY),
            optimizers=(optimizer, schedule),
            callbacks=[Evaluations(plan)] + ([JsonLines(os.path.join(directory, "train_log.jsonl"))] if how == "lines" else [])
            + ([Swift(os.path.join(directory, "logging.jsonl"))] if how == "swift" else []) + more,
            compute_metrics=None if plan.data.kind != "cls" else accuracy,
        )
        try:
            trainer.train()
        except Exception:
            plan.history.notes["broke"] = True
            words.write(traceback.format_exc())
            how = "dicts" if plan.split in ("fresh", "wider", "other") else "console" if how != "printer" else how
    plan.history.written = [{"step": row["step"], **{OF_STATE[k]: v for k, v in row.items() if k in OF_STATE}} for row in trainer.state.log_history]
    if how == "notebook":
        shown_in_notebook(trainer, os.path.join(directory, "training_log.txt"))
    if how == "table":
        table(trainer, os.path.join(directory, "log_history.csv"))
    if how in ("state", "checkpoint"):
        trainer.save_state()
    if how == "checkpoint":
        place = os.path.join(directory, f"checkpoint-{trainer.state.global_step}")
        os.makedirs(place)
        os.rename(os.path.join(directory, "trainer_state.json"), os.path.join(place, "trainer_state.json"))
    if kept is not None:
        kept.close()
    if how not in ("console", "dicts", "printer", "seq2seq"):
        os.remove(console)
    return "step"
