"""Lightning as people have it, for the split `common`: their own names for what self.log keeps, by step or by epoch or both; CSVLogger, TensorBoardLogger,
WandbLogger offline, MLFlowLogger into a folder; LearningRateMonitor or not."""

import os
import traceback

from lightning.pytorch.callbacks import LearningRateMonitor
from lightning.pytorch.loggers import CSVLogger, MLFlowLogger, TensorBoardLogger, WandbLogger
from torch.utils.data import DataLoader, TensorDataset

from verify import written
from .habits_common import Wandb
from .lightning import Module, gradient_norm, train_to_terminal, trainer_of

HOMELY = [("train_loss", "val_loss", "val_acc"), ("loss/train", "loss/valid", "acc/valid"), ("train_loss", "val_loss", "val_accuracy"), ("train/loss", "val/loss", "val/accuracy"), ("loss", "eval_loss", "eval_acc")]
HANDY = [("train_loss", "val_loss", "val_acc"), ("train/loss", "val/loss", "val/acc"), ("loss/train", "loss/val", "acc/val"), ("train_loss", "test_loss", "test_acc"), ("training/loss", "validation/loss", "validation/accuracy")]
FAMILIAR = [("train_loss", "val_loss", "val_acc"), ("train/loss", "valid/loss", "valid/acc"), ("tr_loss", "val_loss", "val_accuracy"), ("loss", "val_loss", "acc"), ("train/batch_loss", "val/loss", "val/accuracy")]
LIKELY = [("training_loss", "validation_loss", "validation_acc"), ("trn/loss", "val/loss", "val/acc"), ("loss", "valid_loss", "valid_accuracy"), ("train_loss", "val_loss", "val_acc")]
NAMES = [("train_loss", "val_loss", "val_acc"), ("train/loss", "val/loss", "val/acc"), ("loss", "val_loss", "val_accuracy"), ("train_loss", "valid_loss", "valid_acc")]


class Named(Module):
    def __init__(self, plan, model, names, by, rate):
        super().__init__(plan, model)
        object.__setattr__(self, "said", (names, by, rate))

    def log(self, name, value, **how):
        written.heard_of_lightning(self, name, value, how)
        super().log(name, value, **how)

    def training_step(self, batch, _):
        (name, _, _), by, rate = self.said
        loss = self.model(*batch)["loss"]
        self.log(name, loss, prog_bar=True, **by)
        if rate == "log":
            self.log("lr", self.optimizers().param_groups[0]["lr"])
        return loss

    def on_before_optimizer_step(self, optimizer):
        norm = gradient_norm(self.model)
        self.plan.history.grad.append(norm)
        if self.plan.log_grad:
            self.log("grad_norm", norm)

    def validation_step(self, batch, _):
        (_, held, score), _, _ = self.said
        self.model.net.train(not self.plan.eval_mode)
        out, right = self.model(*batch), None
        self.log(held, out["loss"], prog_bar=True)
        if self.plan.data.kind != "reg":
            right = float((out["logits"].argmax(-1) == batch[1]).float().mean())
            self.log(score, right, prog_bar=True)
        if not self.trainer.sanity_checking:
            self.plan.history.evals.append((self.global_step, float(out["loss"]), right))


def wandb_of(directory):
    import wandb

    directory = os.path.abspath(directory)
    os.environ.update(WANDB_SILENT="true", WANDB_ERROR_REPORTING="false")
    quiet = wandb.Settings(console="off", x_disable_meta=True, x_disable_stats=True, disable_git=True, host="node7", root_dir=directory, silent=True)
    return WandbLogger(project="baselines", save_dir=directory, offline=True, settings=quiet)


def logger_of(plan, directory):
    how = plan.rng.choice(["csv", "csv", "tensorboard", "tensorboard", "wandb", "mlflow"])
    how = "csv" if how == "wandb" and plan.split in ("handy", "homely") else how  # its service begins too slowly where others are on the machine
    plan.logger = "lightning " + how
    if how == "wandb":
        return wandb_of(directory)
    if how == "mlflow":
        os.environ.update(MLFLOW_DISABLE_TELEMETRY="true", MLFLOW_ALLOW_FILE_STORE="true", GIT_PYTHON_REFRESH="quiet")
        return MLFlowLogger("baselines", tracking_uri="file:" + os.path.join(os.path.abspath(directory), "mlruns"))
    return {"csv": CSVLogger, "tensorboard": TensorBoardLogger}[how](directory)


def tidy(plan, directory):
    if plan.logger == "lightning wandb":
        import wandb

        told = type("Told", (), {"directory": directory, "run": wandb.run or type("Gone", (), {"finish": lambda self: None})()})()
        Wandb.close(told)


def train(plan, directory, logger=None):
    if plan.rng.random() < 0.2 and not logger:
        return train_to_terminal(plan, directory)
    by = plan.rng.choice([{}, {}, dict(on_step=True, on_epoch=True)] + ([dict(on_step=False, on_epoch=True)] if plan.coarse else []))
    module = Named(plan, plan.ready(), plan.rng.choice(dict(likely=LIKELY, familiar=FAMILIAR, handy=HANDY, homely=HOMELY).get(plan.split, NAMES)), by, rate := plan.rng.choice(["log", "monitor", "none"]))
    plan.monitored = rate == "monitor"
    data, log = plan.data, logger(directory) if logger else logger_of(plan, directory)
    if not logger and plan.logger != "lightning csv":  # kept as they are, so with few points
        plan.log_every = max(plan.log_every, plan.steps // 45)
    epochs = max(1, plan.steps // plan.steps_per_epoch)
    more = [LearningRateMonitor(logging_interval="step")] if rate == "monitor" else []
    trainer = trainer_of(plan, epochs, logger=log, log_every_n_steps=plan.log_every, callbacks=more)
    loader = DataLoader(TensorDataset(data.X, data.Y), batch_size=plan.batch, shuffle=plan.shuffle, drop_last=True)
    held_out = DataLoader(TensorDataset(data.VX, data.VY), batch_size=300)
    try:
        trainer.fit(module, loader, held_out)
    except Exception:
        plan.history.notes["broke"] = True
        with open(os.path.join(directory, "stderr.log"), "w", encoding="utf-8") as f:
            f.write(traceback.format_exc())
    if not logger:
        tidy(plan, directory)
    return "step"
