"""Lightning with its CSVLogger or TensorBoardLogger, with its bar as a terminal's log keeps it, or with a callback that tells each epoch."""

import contextlib
import logging
import os
import traceback
import warnings

import lightning
import torch
from lightning.pytorch.loggers import CSVLogger, TensorBoardLogger
from torch.utils.data import DataLoader, TensorDataset

from .plain import gradient_norm

logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
warnings.filterwarnings("ignore", module="lightning")


class Module(lightning.LightningModule):
    def __init__(self, plan, model):
        super().__init__()
        self.model = model
        object.__setattr__(self, "plan", plan)
        self.save_hyperparameters(plan.settings)

    def training_step(self, batch, _):
        loss = self.model(*batch)["loss"]
        self.log("train_loss", loss, prog_bar=True)
        self.log("lr", self.optimizers().param_groups[0]["lr"], prog_bar=self.plan.log_grad)
        return loss

    def on_before_optimizer_step(self, optimizer):
        norm = gradient_norm(self.model)
        self.plan.history.grad.append(norm)
        if self.plan.log_grad:
            self.log("grad_norm", norm, prog_bar=True)

    def validation_step(self, batch, _):
        self.model.net.train(not self.plan.eval_mode)
        out = self.model(*batch)
        self.log("val_loss", out["loss"], prog_bar=True)
        right = None
        if self.plan.data.kind != "reg":
            right = float((out["logits"].argmax(-1) == batch[1]).float().mean())
            self.log("val_acc", right, prog_bar=True)
        if not self.trainer.sanity_checking:
            self.plan.history.evals.append((self.global_step, float(out["loss"]), right))

    def configure_optimizers(self):
        o = self.plan.optimizer_now = self.plan.build_optimizer(self.plan.history.notes.get("weights") or list(self.model.parameters()))
        return {"optimizer": o, "lr_scheduler": {"scheduler": torch.optim.lr_scheduler.LambdaLR(o, self.plan.schedule), "interval": "step"}}


class Tell(lightning.Callback):
    """print(trainer.callback_metrics) at the end of each epoch, as plain numbers."""

    def on_train_epoch_end(self, trainer, module):
        now = {k: round(float(v), 6) for k, v in trainer.callback_metrics.items()}
        print({"epoch": trainer.current_epoch, "step": trainer.global_step, **now}, flush=True)


def trainer_of(plan, epochs, **wishes):
    usual = dict(
        enable_progress_bar=False,
        enable_checkpointing=False,
        enable_model_summary=False,
        gradient_clip_val=plan.clip or None,
        accumulate_grad_batches=plan.accumulate,
        num_sanity_val_steps=0,
        accelerator="cpu",
    )
    return lightning.Trainer(max_epochs=epochs, **{**usual, **wishes})


def train_to_terminal(plan, directory):
    """No logger: what stays is what the terminal showed."""
    module, data = Module(plan, plan.ready()), plan.data
    epochs = max(1, plan.steps // plan.steps_per_epoch)
    each = plan.history.notes.get("each")
    how = plan.rng.choice(["bar", "bar", "dict"]) if epochs >= 12 and not each else "bar"
    plan.logger, every = "lightning " + how, 1 if each else plan.log_every
    bar = [lightning.pytorch.callbacks.TQDMProgressBar(refresh_rate=every)] if how == "bar" else [Tell()]
    loader = DataLoader(TensorDataset(data.X, data.Y), batch_size=plan.batch, shuffle=plan.shuffle, drop_last=True)
    held_out = DataLoader(TensorDataset(data.VX, data.VY), batch_size=300)
    with open(os.path.join(directory, plan.rng.choice(["terminal.log", "slurm-20931.out"])), "w", encoding="utf-8") as words:
        with contextlib.redirect_stdout(words), contextlib.redirect_stderr(words):
            trainer = trainer_of(plan, epochs, logger=False, enable_progress_bar=how == "bar", callbacks=bar)
            try:
                trainer.fit(module, loader, held_out)
            except Exception:
                plan.history.notes["broke"] = True
                words.write(traceback.format_exc())
    return "step"


def train(plan, directory, logger=None):
    if plan.split == "fresh":
        return train_to_terminal(plan, directory)
    if plan.split == "newer":
        from .lightning_newer import train as train_monitored

        return train_monitored(plan, directory, logger)
    module = Module(plan, plan.ready())
    kind = logger or plan.rng.choice([CSVLogger, TensorBoardLogger])
    plan.logger = "lightning " + ("csv" if kind is CSVLogger else "tensorboard")
    data = plan.data
    epochs = max(1, plan.steps // plan.steps_per_epoch)
    trainer = trainer_of(plan, epochs, logger=kind(directory), log_every_n_steps=plan.log_every)
    loader = DataLoader(TensorDataset(data.X, data.Y), batch_size=plan.batch, shuffle=plan.shuffle, drop_last=True)
    held_out = DataLoader(TensorDataset(data.VX, data.VY), batch_size=300)
    try:
        trainer.fit(module, loader, held_out)
    except Exception:
        plan.history.notes["broke"] = True
        with open(os.path.join(directory, "stderr.log"), "w", encoding="utf-8") as f:
            f.write(traceback.format_exc())
    return "step"
