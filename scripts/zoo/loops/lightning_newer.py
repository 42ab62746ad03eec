"""Lightning in the split `newer`: losses told by step and by epoch under one name, LearningRateMonitor, names with slashes, into a table or TensorBoard; the
folder is called after the project. Its module is lightning.py's, told otherwise."""

import contextlib
import os
import traceback

from lightning.pytorch.callbacks import EarlyStopping, LearningRateMonitor
from lightning.pytorch.loggers import CSVLogger, TensorBoardLogger
from torch.utils.data import DataLoader, TensorDataset

from .lightning import Module, trainer_of
from .plain import gradient_norm


class Told(Module):
    names = ("train/loss", "val/loss", "val/acc")
    both = False

    def training_step(self, batch, _):
        loss = self.model(*batch)["loss"]
        self.log(self.names[0], loss, on_step=True, on_epoch=self.both)
        return loss

    def on_before_optimizer_step(self, optimizer):
        norm = gradient_norm(self.model)
        self.plan.history.grad.append(norm)
        if self.plan.log_grad:
            self.log("grad_2.0_norm_total", norm)

    def validation_step(self, batch, _):
        self.model.net.train(not self.plan.eval_mode)
        out, right = self.model(*batch), None
        self.log(self.names[1], out["loss"])
        if self.plan.data.kind != "reg":
            right = float((out["logits"].argmax(-1) == batch[1]).float().mean())
            self.log(self.names[2], right)
        if not self.trainer.sanity_checking:
            self.plan.history.evals.append((self.global_step, float(out["loss"]), right))


def train(plan, directory, logger=None):
    epochs = max(1, plan.steps // plan.steps_per_epoch)
    plan.steps = epochs * plan.steps_per_epoch  # whole epochs, and a schedule that ends with them
    module, data, pick = Told(plan, plan.ready()), plan.data, plan.rng.choice
    module.names = pick([("train/loss", "val/loss", "val/acc"), ("train_loss", "valid_loss", "valid_acc"), ("loss/train", "loss/val", "accuracy/val")])
    module.both, kind = plan.rng.random() < 0.4, logger or pick([CSVLogger, TensorBoardLogger])
    plan.logger = "lightning " + ("csv" if kind is CSVLogger else "tensorboard") + (" by both" if module.both else " by step")
    loader = DataLoader(TensorDataset(data.X, data.Y), batch_size=plan.batch, shuffle=plan.shuffle, drop_last=True)
    more = plan.history.notes.get("callbacks", [])
    with open(os.path.join(directory, "terminal.log"), "w", encoding="utf-8") as words, contextlib.redirect_stdout(words):
        trainer = trainer_of(
            plan,
            epochs,
            logger=kind(directory, name=pick(["logs", "lightning_logs", "baseline"])),
            log_every_n_steps=plan.log_every,
            num_sanity_val_steps=pick([0, 2]) if plan.eval_mode else 0,
            callbacks=[LearningRateMonitor(pick(["step", "step", "epoch"])), *[EarlyStopping(module.names[1], **wish) for wish in more]],
        )
        try:
            trainer.fit(module, loader, DataLoader(TensorDataset(data.VX, data.VY), batch_size=300))
        except Exception:
            plan.history.notes["broke"] = True
            words.write(traceback.format_exc())
    if os.path.getsize(words.name) == 0:
        os.remove(words.name)
    return "step"
