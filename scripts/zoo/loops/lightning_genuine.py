"""Lightning in the split `genuine`: DVCLive's logger, its own table of epochs alone. Its module is lightning_newer.py's."""

import contextlib
import logging
import os
import traceback

from lightning.pytorch.callbacks import LearningRateMonitor
from lightning.pytorch.loggers import CSVLogger, TensorBoardLogger
from torch.utils.data import DataLoader, TensorDataset

from .lightning import trainer_of
from .lightning_newer import Told


class EpochsOnly(Told):
    """self.log(on_step=False, on_epoch=True): the mean of each epoch."""

    both = True

    def log(self, name, value, **how):
        how.update(on_step=False, on_epoch=True)
        super().log(name, value, **how)


def dvclive(directory, plan):
    from dvclive.lightning import DVCLiveLogger

    logging.getLogger("dvclive").setLevel(logging.ERROR)
    return DVCLiveLogger(dir=os.path.join(directory, "dvclive"), save_dvc_exp=False, dvcyaml=None, report=None)


def table(directory, plan):
    return CSVLogger(directory, name=plan.rng.choice(["csv_logs", "model"]))


def events(directory, plan):
    return TensorBoardLogger(directory, name="tb")


def train(plan, directory, logger=None):
    epochs = max(1, plan.steps // plan.steps_per_epoch)
    plan.steps = epochs * plan.steps_per_epoch
    how = plan.rng.choice(["dvclive", "dvclive", "csv", "tensorboard", *(["epochs", "epochs"] if plan.coarse and epochs >= 8 else [])])
    module, data = (EpochsOnly if how == "epochs" else Told)(plan, plan.ready()), plan.data
    module.names = plan.rng.choice([("train/loss", "val/loss", "val/acc"), ("loss", "val_loss", "val_accuracy"), ("train_nll", "val_nll", "val_acc1")])
    plan.logger = "lightning " + how
    kind = dict(dvclive=dvclive, tensorboard=events).get(how, table)(directory, plan)
    loader = DataLoader(TensorDataset(data.X, data.Y), batch_size=plan.batch, shuffle=plan.shuffle, drop_last=True)
    with open(os.path.join(directory, "terminal.log"), "w", encoding="utf-8") as words, contextlib.redirect_stdout(words), contextlib.redirect_stderr(words):
        calls = [] if plan.habit == "no rate" else [LearningRateMonitor("epoch" if how == "epochs" else "step")]
        trainer = trainer_of(plan, epochs, logger=kind, log_every_n_steps=plan.log_every, callbacks=calls)
        try:
            trainer.fit(module, loader, DataLoader(TensorDataset(data.VX, data.VY), batch_size=300))
        except Exception:
            plan.history.notes["broke"] = True
            words.write(traceback.format_exc())
    if os.path.getsize(words.name) == 0:
        os.remove(words.name)
    plan.epochs = epochs
    return "step"
