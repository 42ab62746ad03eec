"""Hugging Face Trainer with its own logs: trainer_state.json, the console's dicts between progress bars, or TensorBoard."""

import contextlib
import os
import traceback

import torch
from transformers import Trainer, TrainerCallback, TrainingArguments


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


def accuracy(given):
    return {"accuracy": float((given.predictions.argmax(-1) == given.label_ids).mean())}


def arguments(plan, out, report):
    every = max(plan.log_every, 5)
    evals = plan.eval_every // every * every if plan.eval_every else 0
    return TrainingArguments(
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
        disable_tqdm=False,
        per_device_eval_batch_size=300,
        label_names=["labels"],
        dataloader_pin_memory=False,
        gradient_accumulation_steps=plan.accumulate,
        logging_dir=os.path.join(out, "runs"),
    )


def train(plan, directory, logger=None):
    model, how = plan.ready(), logger or plan.rng.choice(["state", "console", "tensorboard"])
    plan.logger = "hf " + how
    optimizer = plan.build_optimizer(plan.history.notes.get("weights") or list(model.parameters()))
    plan.optimizer_now = optimizer
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, plan.schedule)
    console = os.path.join(directory, "train.log")
    with open(console, "w", encoding="utf-8") as words, contextlib.redirect_stdout(words), contextlib.redirect_stderr(words):
        trainer = Trainer(
            model=model,
            args=arguments(plan, directory, ["tensorboard"] if how == "tensorboard" else []),
            train_dataset=Rows(plan.data.X, plan.data.Y),
            eval_dataset=Rows(plan.data.VX, plan.data.VY),
            optimizers=(optimizer, schedule),
            callbacks=[Evaluations(plan)],
            compute_metrics=None if plan.data.kind != "cls" else accuracy,
        )
        try:
            trainer.train()
        except Exception:
            plan.history.notes["broke"] = True
            words.write(traceback.format_exc())
            how = "console"
    if how == "state":
        trainer.save_state()
    if how != "console":
        os.remove(console)
    return "step"
