"""PyTorch Lightning with CSVLogger: metrics.csv, hparams.yaml, and its progress bar. Real."""
# requires: torch==2.15.0 numpy==2.4.6 lightning==2.6.6 transformers==4.57.6 accelerate==1.15.0 tensorboard==2.21.0 stable-baselines3==2.9.2 gymnasium==1.4.0 pandas==3.1.1
import os
import re
import sys

from fixture import Case, console, console_lines, csv_rows

import pandas
import torch
import lightning as L
from lightning.pytorch.callbacks import LearningRateMonitor, TQDMProgressBar
from lightning.pytorch.loggers import CSVLogger

RULES = ("metrics.csv by the csv module, compared with pandas: each cell that is not empty, at the row's \"step\"; NaN is a cell \"nan\".",
         "hparams.yaml: the settings that the module was made with.",
         "console.log: what the last redraw of \"Epoch E: .. n/20\" says, for each E and n above 0, at step 20 E + n; the version is no metric.",
         "What is of an epoch (val_loss, *_epoch) stays in the bar: it counts once, where the bar is whole.",
         "A bar pads a number to five characters with zeros, NaN too: \"nan.0\" is NaN.")
BAR = re.compile(r"Epoch (\d+): +\d+%\|.*\| (\d+)/(\d+) \[.*?, +[^,]*it/s, (.*)\]")
SETTINGS = {"lr": 0.05, "width": 16, "optimizer": "sgd", "batch_size": 8, "weight_decay": 0.0001}


class Net(L.LightningModule):
    def __init__(self, lr, width, optimizer, batch_size, weight_decay, break_at=None):
        super().__init__()
        self.save_hyperparameters()
        self.body = torch.nn.Sequential(torch.nn.Linear(8, width), torch.nn.ReLU(), torch.nn.Linear(width, 1))

    def training_step(self, batch, i):
        x, y = batch
        loss = torch.nn.functional.mse_loss(self.body(x), y)
        if self.hparams.break_at is not None and self.global_step >= self.hparams.break_at:
            loss = loss * float("nan")
        self.log("train_loss", loss, on_step=True, on_epoch=True, prog_bar=True)
        return loss

    def on_before_optimizer_step(self, optimizer):
        self.log_dict(L.pytorch.utilities.grad_norm(self, norm_type=2))

    def validation_step(self, batch, i):
        x, y = batch
        self.log("val_loss", torch.nn.functional.mse_loss(self.body(x), y), prog_bar=True)

    def configure_optimizers(self):
        sgd = torch.optim.SGD(self.parameters(), lr=self.hparams.lr, weight_decay=self.hparams.weight_decay)
        return {"optimizer": sgd, "lr_scheduler": torch.optim.lr_scheduler.ExponentialLR(sgd, 0.8)}


def data(n):
    g = torch.Generator().manual_seed(3)
    x = torch.randn(n, 8, generator=g)
    return torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, x.sum(1, keepdim=True)), batch_size=8)


def bar_points(case, path):
    """The metrics that the bar shows, by regular expressions."""
    shown = {}
    for line in console_lines(path):
        bar = BAR.match(line)
        if bar and int(bar.group(2)):
            epoch, n, total = (int(bar.group(i)) for i in (1, 2, 3))
            cells = dict(re.findall(r"(\w+)=([^,\s]+)", bar.group(4)))
            shown[epoch * total + n] = {k: v for k, v in cells.items() if n == total or not (k == "val_loss" or k.endswith("_epoch"))}
    for step in sorted(shown):
        case.record(path, step, {k: float(v.replace("nan.0", "nan")) for k, v in shown[step].items() if k != "v_num"})


def run(out, name, epochs=4, **more):
    with Case(out, name, *RULES) as c:
        L.seed_everything(5, verbose=False)
        logger = CSVLogger(".", name="lightning_logs", version=0)
        trainer = L.Trainer(max_epochs=epochs, logger=logger, log_every_n_steps=5, accelerator="cpu", devices=1, enable_checkpointing=False,
                            callbacks=[LearningRateMonitor(), TQDMProgressBar(refresh_rate=5)])
        with console("console.log"):
            trainer.fit(Net(**SETTINGS, **more), data(160), data(32))
        os.rename("lightning_logs/version_0/metrics.csv", "metrics.csv")
        os.rename("lightning_logs/version_0/hparams.yaml", "hparams.yaml")
        c.keep("metrics.csv", "hparams.yaml", "console.log")
        for row in csv_rows("metrics.csv"):
            c.record("metrics.csv", row["step"], row, skip=("step",))
        table = pandas.read_csv("metrics.csv", keep_default_na=False)
        cells = sum((table[k].astype(str) != "").sum() for k in table.columns if k != "step")
        assert cells == len(c.points), (cells, len(c.points))
        bar_points(c, "console.log")
        for key, value in SETTINGS.items():
            c.fact("hparams.yaml", key, value)


if __name__ == "__main__":
    run(sys.argv[1], "healthy")
    run(sys.argv[1], "nan", break_at=37)
