"""skorch: scikit-learn's interface to PyTorch. It prints a table with a line an epoch, or keeps its history as JSON."""

import contextlib
import os
import traceback

import numpy as np
import torch
from skorch import NeuralNet
from skorch.callbacks import Callback, GradientNormClipping, LRScheduler, PassthroughScoring
from skorch.dataset import Dataset, unpack_data
from skorch.helper import predefined_split


class Net(NeuralNet):
    """The network says its loss itself (tasks/plan.py)."""

    plan = None

    def initialize_optimizer(self, *args, **more):
        weights = self.plan.history.notes.get("weights") or list(self.module_.parameters())
        self.optimizer_ = self.plan.optimizer_now = self.plan.build_optimizer(weights)
        return self

    def train_step_single(self, batch, **more):
        self._set_training(True)
        out = self.module_(*unpack_data(batch))
        out["loss"].backward()
        return {"loss": out["loss"], "y_pred": out["logits"]}

    @torch.no_grad()
    def validation_step(self, batch, **more):
        self._set_training(False)
        self.module_.net.train(not self.plan.eval_mode)
        x, y = unpack_data(batch)
        out = self.module_(x, y)
        if self.plan.data.kind == "cls":
            self.history.record_batch("valid_acc", float((out["logits"].argmax(-1) == y).float().mean()))
        return {"loss": out["loss"], "y_pred": out["logits"]}


class Evaluations(Callback):
    """Keeps what was measured for the verification."""

    def on_epoch_end(self, net, **more):
        last = net.history[-1]
        net.plan.history.evals.append((len(net.plan.history.loss), last["valid_loss"], last.get("valid_acc")))


def network(plan):
    model, d = plan.ready(), plan.data
    callbacks = [("rate", LRScheduler(torch.optim.lr_scheduler.LambdaLR, lr_lambda=plan.schedule, step_every="batch"))]
    callbacks += [("clip", GradientNormClipping(plan.clip))] if plan.clip else []
    callbacks += [("right", PassthroughScoring("valid_acc", lower_is_better=False))] if d.kind == "cls" else []
    callbacks += [("kept", Evaluations())]
    made = Net(
        model,
        criterion=torch.nn.Identity,
        max_epochs=plan.epochs,
        batch_size=plan.batch,
        iterator_train__shuffle=plan.shuffle,
        iterator_train__drop_last=True,
        iterator_valid__batch_size=len(d.VX),
        train_split=predefined_split(Dataset(np.asarray(d.VX), np.asarray(d.VY))),
        callbacks=callbacks,
    )
    Net.plan = plan
    return made


def train(plan, directory, logger=None):
    plan.batch = max(24, plan.batch)
    plan.epochs = min(plan.epochs, max(12, 2000 // plan.steps_per_epoch))
    plan.steps, how = plan.epochs * plan.steps_per_epoch, plan.rng.choice(["table", "table", "history"])
    plan.logger, net = "skorch " + how, network(plan)
    path = os.path.join(directory, "train.log")
    with open(path, "w", encoding="utf-8") as words, contextlib.redirect_stdout(words), contextlib.redirect_stderr(words):
        try:
            net.fit(np.asarray(plan.data.X), np.asarray(plan.data.Y))
        except Exception:
            plan.history.notes["broke"] = True
            words.write(traceback.format_exc())
            how = "table"
    if how == "history":
        for row in net.history:
            row["batches"] = []
        net.history.to_file(os.path.join(directory, "history.json"))
        os.remove(path)
    return "epoch"
